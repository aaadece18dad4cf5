"""Comments of a batch that are almost the same: copied answers, resent ones, ones with a typo mended.

Two long texts are near duplicates if their folded forms are at least 90 % alike (normalised Indel similarity) and agree
on their numbers and negations: "300 megas" is not "30 megas". Texts are compared only within blocks, after the sorted
neighbourhood method (Hernández and Stolfo, 1995): those that share their first words, their last words, or their rarest
ones, each with a few neighbours in order, so that the work grows with the number of texts and not its square.
"""

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from fiber_pipeline.cleaning.normalisation import plain_form

MIN_LENGTH = 20
MIN_WORDS = 4
SIMILARITY = 90.0
_EDGE_WORDS = 3
_RARE_WORDS = 3
_NEIGHBOURS = 8
_PAIRS_AT_ONCE = 200_000

_WORD = re.compile(r"\w+")
_NEGATIONS = frozenset(
    ("no", "ni", "nunca", "jamas", "sin", "nada", "nadie", "tampoco", "ndaipori", "nahaniri", "mbaeve", "not", "never")
)


def near_duplicate_groups(texts: Sequence[str], batch: str) -> list[str | None]:
    """A group's name for each text that has a near duplicate among `texts`, None for the rest.

    texts: distinct, redacted. Those under MIN_LENGTH characters or MIN_WORDS words stand alone: their likeness
    is chance. The result does not depend on the order of `texts`.
    """
    plain = {}
    for position, text in enumerate(texts):
        if len(text) >= MIN_LENGTH:
            words = _WORD.findall(plain_form(text))
            if len(words) >= MIN_WORDS:
                plain[position] = list(map(sys.intern, words))  # one string a word, however many texts have it
    order = sorted(plain, key=lambda position: (" ".join(plain[position]), texts[position]))
    if len(order) < 2:
        return [None] * len(texts)
    words = [plain[position] for position in order]
    joined = [" ".join(of) for of in words]
    parents = np.arange(len(order))
    for first, second in _alike(words, joined):
        _unite(parents, first, second)
    roots = [_root(parents, item) for item in range(len(order))]
    sizes = Counter(roots)
    groups: list[str | None] = [None] * len(texts)
    for item, position in enumerate(order):
        root = roots[item]
        if sizes[root] > 1:
            groups[position] = hashlib.blake2b(f"{batch}\x1f{joined[root]}".encode(), digest_size=6).hexdigest()
    return groups


def _alike(words: list[list[str]], joined: list[str]) -> list[tuple[int, int]]:
    """Pairs of items that are near duplicates of each other."""
    facts = [_facts(of) for of in words]
    pairs = _candidates(words)
    found: list[tuple[int, int]] = []
    for first in range(0, len(pairs), _PAIRS_AT_ONCE):
        part = pairs[first : first + _PAIRS_AT_ONCE]
        left, right = part[:, 0].tolist(), part[:, 1].tolist()
        scores = process.cpdist(
            [joined[item] for item in left],
            [joined[item] for item in right],
            scorer=fuzz.ratio,
            score_cutoff=SIMILARITY,
            dtype=np.float32,
        )
        found.extend(
            (left[place], right[place])
            for place in np.flatnonzero(scores >= SIMILARITY).tolist()
            if facts[left[place]] == facts[right[place]]
        )
    return found


def _facts(words: list[str]) -> tuple[str, ...]:
    return tuple(sorted(word for word in words if word in _NEGATIONS or not word.isalpha()))


def _candidates(words: list[list[str]]) -> npt.NDArray[np.int64]:
    """Distinct pairs (lower item first) worth comparing, at most three times _NEIGHBOURS per item."""
    codes = []
    count = len(words)
    for keys, order_within in _blockings(words):
        order = sorted(range(count), key=lambda item: (keys[item], order_within[item]))
        block = np.cumsum([False, *(keys[here] != keys[there] for here, there in pairwise(order))])
        items = np.array(order, dtype=np.int64)
        for step in range(1, min(_NEIGHBOURS, count - 1) + 1):
            same = block[:-step] == block[step:]
            left, right = items[:-step][same], items[step:][same]
            codes.append(np.minimum(left, right) * count + np.maximum(left, right))
    unique = np.unique(np.concatenate(codes))
    return np.stack([unique // count, unique % count], axis=1)


def _blockings(words: list[list[str]]) -> Iterator[tuple[list[tuple[object, ...]], list[list[str]]]]:
    """Yield, one blocking at a time, each item's block and what orders it within."""
    yield [tuple(of[:_EDGE_WORDS]) for of in words], words
    backwards = [of[::-1] for of in words]
    yield [tuple(of[:_EDGE_WORDS]) for of in backwards], backwards
    del backwards
    frequency = Counter(word for of in words for word in set(of))
    rank = {word: place for place, word in enumerate(sorted(frequency, key=lambda word: (frequency[word], word)))}
    yield [tuple(sorted({rank[word] for word in of})[:_RARE_WORDS]) for of in words], words


def _root(parents: npt.NDArray[np.int64], item: int) -> int:
    while parents[item] != item:
        parents[item] = parents[parents[item]]
        item = int(parents[item])
    return item


def _unite(parents: npt.NDArray[np.int64], first: int, second: int) -> None:
    first, second = _root(parents, first), _root(parents, second)
    parents[max(first, second)] = min(first, second)
