"""Finds a taxonomy's themes in a comment: where each rule matched, and which matches were excluded and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from fiber_pipeline.annotation.themes.patterns import ANY, NUMBER, Element, Pattern
from fiber_pipeline.annotation.themes.taxonomy import Rule, Taxonomy
from fiber_pipeline.annotation.themes.words import WordIndex
from fiber_pipeline.text import Token, split_clauses

# Words found in most comments: they tell least whether a sequence can match.
_COMMON_WORDS = """
a al con como cuando de del el en es esta ha la las lo los mas me mi mucho muy nada ni no nos nunca otra otro para pero
por que se si siempre sin su te todo todos un una uno y ya
"""
_COMMON = frozenset({ANY, NUMBER, *_COMMON_WORDS.split()})
_CACHED_WORDS = 32_768
_SENTENCE_ENDS = frozenset(".;!?¡¿…")


class Match(NamedTuple):
    """A rule that matched: positions of its first word and past its last word, in the comment's tokens."""

    theme: str
    rule: Rule
    pattern: Pattern
    first: int
    last: int


class Excluded(NamedTuple):
    """A match that does not count, and the pattern and kind of condition (unless, without, near, …) that says so."""

    match: Match
    condition: str
    by: str


class Matches(NamedTuple):
    """What was found in one comment: matches that count, longest first where they overlap, and those that do not."""

    counting: list[Match]
    excluded: list[Excluded]


class Words(NamedTuple):
    """A comment's words, as patterns see them; sequences of equal length.

    positions: of each word in the tokens. known: what is known of each word. sets: the form sets it belongs to.
    clauses, sentences: which one it stands in, counted from 0.
    """

    positions: list[int]
    known: list["_Word"]
    sets: list[frozenset[int]]
    clauses: list[int]
    sentences: list[int]


class _Owner(NamedTuple):
    """What a compiled pattern is for: a rule's match or, where `rule` is None, a theme's exclusion."""

    theme: str
    rule: Rule | None


@dataclass(frozen=True, slots=True, eq=False)
class _Sequence:
    """A compiled sequence of elements: form set, gap and scope of each, the pattern and what it is for, if anything.

    needed: the form sets a comment must hold for a search to be worth while, as bits. lone: whether it is one word
    anywhere.
    """

    needed: int
    sets: tuple[int, ...]
    gaps: tuple[int, ...]
    wide: tuple[bool, ...]
    pattern: Pattern
    owner: _Owner | None
    lone: bool


class _Word(NamedTuple):
    """What a word does for patterns: the form sets it belongs to, the same as bits, and the sequences to try on it."""

    sets: frozenset[int]
    bits: int
    waiting: tuple[_Sequence, ...]


class Matcher:
    """A taxonomy compiled for speed.

    Every sequence of elements waits under its rarest form set and is tried only on comments that hold all of its
    form sets; conditions are looked at only once a match stands.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._set_ids: dict[frozenset[str], int] = {}
        self._conditions: dict[str, list[_Sequence]] = {}
        sequences: list[_Sequence] = []
        for theme in taxonomy.themes.values():
            for rule in theme.rules:
                for pattern in rule.match:
                    sequences.extend(self._compile(pattern, _Owner(theme.slug, rule)))
                for pattern in (*rule.near, *rule.unless, *rule.with_, *rule.without):
                    self._conditions[pattern.source] = self._compile(pattern)
            for pattern in theme.exclusions:
                sequences.extend(self._compile(pattern, _Owner(theme.slug, None)))
        self._idioms = [sequence for pattern in taxonomy.negation.idioms for sequence in self._compile(pattern)]
        self._negators = self._set_id(taxonomy.negation.words)
        usage = Counter(identity for sequence in sequences for identity in set(sequence.sets))
        forms = list(self._set_ids)
        commonness = [len(_COMMON & words) for words in forms]
        self._waiting: dict[int, list[_Sequence]] = defaultdict(list)
        for sequence in sequences:
            # Of a sequence's form sets, the one without common words that fewest rules use is likely the rarest.
            rarest = min(sequence.sets, key=lambda identity: (commonness[identity], usage[identity]))
            self._waiting[rarest].append(sequence)
        index = WordIndex(forms, taxonomy.spelling)
        self._number = self._known(index.any_number)
        self._mark = self._known(index.any_word)
        self._word = lru_cache(maxsize=_CACHED_WORDS)(lambda folded: self._known(index.sets_of(folded)))

    def _compile(self, pattern: Pattern, owner: _Owner | None = None) -> list[_Sequence]:
        return [self._compile_sequence(sequence, pattern, owner) for sequence in pattern.sequences]

    def _compile_sequence(self, elements: tuple[Element, ...], pattern: Pattern, owner: _Owner | None) -> _Sequence:
        sets = tuple(self._set_id(element.forms) for element in elements)
        return _Sequence(
            _bits(sets),
            sets,
            tuple(element.gap for element in elements),
            tuple(element.in_sentence for element in elements),
            pattern,
            owner,
            len(sets) == 1 and not pattern.from_start and not pattern.to_end,
        )

    def _known(self, sets: frozenset[int]) -> _Word:
        waiting = [sequence for identity in sorted(sets) for sequence in self._waiting.get(identity, ())]
        return _Word(sets, _bits(sets), tuple(waiting))

    def _set_id(self, forms: frozenset[str]) -> int:
        return self._set_ids.setdefault(forms, len(self._set_ids))

    def words(self, tokens: Sequence[Token], clauses: Sequence[tuple[int, int]]) -> Words:
        """Look every word of a comment up. `clauses` is `split_clauses(tokens)`."""
        positions: list[int] = []
        known: list[_Word] = []
        clause_of: list[int] = []
        sentences: list[int] = []
        look_up = self._word
        sentence = 0
        for clause, (first, last) in enumerate(clauses):
            for position in range(first, last):
                token = tokens[position]
                kind = token.kind
                if kind == "word":
                    known.append(look_up(token.folded))
                elif kind == "number":
                    known.append(self._number)
                elif kind == "mark":
                    known.append(self._mark)
                else:
                    if kind == "punctuation" and token.surface[0] in _SENTENCE_ENDS:
                        sentence += 1
                    continue
                positions.append(position)
                clause_of.append(clause)
                sentences.append(sentence)
        return Words(positions, known, [word.sets for word in known], clause_of, sentences)

    def find(self, words: Words) -> Matches:
        """Find every theme of the taxonomy."""
        present = 0
        for word in words.known:
            present |= word.bits
        found: list[tuple[Match, int, int]] = []
        banned: dict[str, list[tuple[int, int, str]]] = {}
        positions = words.positions
        waiting = [
            sequence
            for word in words.known
            for sequence in word.waiting
            if sequence.needed & present == sequence.needed
        ]
        for sequence in dict.fromkeys(waiting):
            owner = sequence.owner
            assert owner is not None, "conditions wait under no word"
            theme, rule = owner
            for first, last in _spans(sequence, words):
                if rule is None:
                    banned.setdefault(theme, []).append((first, last, sequence.pattern.source))
                else:
                    match = Match(theme, rule, sequence.pattern, positions[first], positions[last] + 1)
                    found.append((match, first, last))
        counting: list[Match] = []
        excluded: list[Excluded] = []
        for match, first, last in found:
            objection = _banned(banned[match.theme], first, last) if match.theme in banned else None
            objection = objection or self._objection(match.rule, first, last, words, present)
            if objection is None:
                counting.append(match)
            else:
                excluded.append(Excluded(match, *objection))
        return Matches(_longest(counting), excluded)

    def _objection(self, rule: Rule, first: int, last: int, words: Words, present: int) -> tuple[str, str] | None:
        """The condition of `rule` that a match from word `first` to `last` does not meet, and its pattern."""
        clauses = (words.clauses[first], words.clauses[last])
        if rule.unless and (source := self._standing(rule.unless, words, present, clauses)):
            return "unless", source
        if rule.without and (source := self._standing(rule.without, words, present, None)):
            return "without", source
        if rule.near and not self._standing(rule.near, words, present, clauses):
            return "near", " / ".join(pattern.source for pattern in rule.near)
        if rule.with_ and not self._standing(rule.with_, words, present, None):
            return "with", " / ".join(pattern.source for pattern in rule.with_)
        return None

    def _standing(
        self,
        patterns: Sequence[Pattern],
        words: Words,
        present: int,
        clauses: tuple[int, int] | None,
    ) -> str | None:
        """The first of `patterns` that stands in the comment or, where they are given, in clauses from … to …."""
        for pattern in patterns:
            for sequence in self._conditions[pattern.source]:
                if sequence.needed & present == sequence.needed:
                    for first, last in _spans(sequence, words):
                        if clauses is None or (
                            words.clauses[first] <= clauses[1] and clauses[0] <= words.clauses[last]
                        ):
                            return pattern.source
        return None

    def polarity(self, match: Match, words: Words) -> float | None:
        """The polarity of a rule that matched, turned round where one of the three words before denies it.

        A match that begins with a denial was written with it.
        """
        polarity = match.rule.polarity
        if not polarity:
            return polarity
        first = words.positions.index(match.first)
        if self._negators in words.sets[first]:
            return polarity
        negators = [
            place
            for place in range(max(0, first - 3), first)
            if self._negators in words.sets[place] and words.clauses[place] == words.clauses[first]
        ]
        if negators:
            idioms = [span for sequence in self._idioms for span in _spans(sequence, words)]
            if not all(any(start <= place <= end for start, end in idioms) for place in negators):
                return -polarity
        return polarity


def _banned(spans: Sequence[tuple[int, int, str]], first: int, last: int) -> tuple[str, str] | None:
    for start, end, source in spans:
        if start <= last and first <= end:
            return "exclusions", source
    return None


def _bits(identities: Iterable[int]) -> int:
    """Form sets as the bits of one number: uniting and comparing them is most of what finding themes costs."""
    bits = 0
    for identity in identities:
        bits |= 1 << identity
    return bits


def _order(match: Match) -> tuple[int, int, bool, str, str]:
    # Of rules that matched the same words, one that knows their polarity says more.
    return match.first, -match.last, match.rule.polarity is None, match.theme, match.pattern.source


def _longest(matches: list[Match]) -> list[Match]:
    """Leave out what lies within a longer match of the same theme, or repeats it."""
    if len(matches) < 2:
        return matches
    kept: list[Match] = []
    reach: dict[str, int] = {}
    for match in sorted(matches, key=_order):
        if match.last > reach.get(match.theme, 0):
            reach[match.theme] = match.last
            kept.append(match)
    return kept


def _spans(sequence: _Sequence, words: Words) -> list[tuple[int, int]]:
    """Where a sequence stands: first and last word, for each first word the nearest last one."""
    head, sets = sequence.sets[0], words.sets
    if sequence.lone:
        return [(place, place) for place, own in enumerate(sets) if head in own]
    length = len(sets)
    starts = range(1) if sequence.pattern.from_start else range(length - len(sequence.sets) + 1)
    found = []
    for start in starts:
        if start < length and head in sets[start]:
            end = _extend(sequence, words, 1, start)
            if end is not None:
                found.append((start, end))
    return found


def _extend(sequence: _Sequence, words: Words, element: int, place: int) -> int | None:
    if element == len(sequence.sets):
        return place if not sequence.pattern.to_end or place == len(words.sets) - 1 else None
    wanted = sequence.sets[element]
    scope = words.sentences if sequence.wide[element] else words.clauses
    for other in range(place + 1, min(place + 2 + sequence.gaps[element], len(words.sets))):
        if scope[other] != scope[place]:
            return None
        if wanted in words.sets[other]:
            end = _extend(sequence, words, element + 1, other)
            if end is not None:
                return end
    return None


def match_tokens(matcher: Matcher, tokens: Sequence[Token]) -> Matches:
    """Find themes in tokens, where nothing else is wanted of them."""
    return matcher.find(matcher.words(tokens, split_clauses(tokens)))
