"""The language themes' rules are written in.

A pattern is elements between spaces, matched on words and numbers (punctuation and emojis stand for nothing):

    factura      the word, however it is accented, capitalised or stretched
    factur*      a word that begins so; likewise *pe ends so, *kyti* contains it, nd*i begins and ends so
    corte|caída  either
    (muy)        the word or nothing
    <operator>   a word of the taxonomy's list of that name
    <number>     a number in digits          <any>   any word
    ..           up to three words in the same clause, or none; `..5` up to five
    ...          up to eight words in the same sentence, or none; `...12` up to twelve
    ^ and $      the comment's first and last word

Elements that follow each other without dots stand next to each other in one clause.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fiber_pipeline.text import fold

NUMBER = "<number>"
ANY = "<any>"

_CLAUSE_GAP, _SENTENCE_GAP = 3, 8
_GAP = re.compile(r"(\.{2,3})(\d*)")
_LIST = re.compile(r"<([a-z_]+)>")
_WORD = re.compile(r"\*?[^\W_]+(?:\*[^\W_]+)*\*?")


class PatternError(ValueError):
    """A pattern that breaks the rules above; the message says which element and why."""


class Element(NamedTuple):
    """One word of a pattern: `forms` are folded words, with `*` where more letters may stand, or NUMBER or ANY.

    gap: how many words may stand between it and the element before. in_sentence: whether that gap may cross clauses.
    """

    forms: frozenset[str]
    gap: int
    in_sentence: bool


@dataclass(frozen=True, eq=False)
class Pattern:
    """A pattern as it was written, and the sequences of elements it stands for (several where some are optional)."""

    source: str
    sequences: tuple[tuple[Element, ...], ...]
    from_start: bool
    to_end: bool


def parse_pattern(source: str, lists: Mapping[str, Sequence[str]]) -> Pattern:
    """Read a pattern; `lists` holds the words behind `<name>`. Raises PatternError."""
    pieces = source.split()
    from_start = pieces[:1] == ["^"]
    to_end = pieces[-1:] == ["$"]
    pieces = pieces[from_start : len(pieces) - to_end]
    required: list[tuple[Element, bool]] = []
    gap, in_sentence = 0, False
    for place, piece in enumerate(pieces):
        if dots := _GAP.fullmatch(piece):
            if place in (0, len(pieces) - 1) or gap:
                raise PatternError(f"dots stand between two words, which {source!r} lacks")
            in_sentence = len(dots[1]) == 3
            gap = int(dots[2]) if dots[2] else _SENTENCE_GAP if in_sentence else _CLAUSE_GAP
            continue
        optional = piece.startswith("(") and piece.endswith(")")
        forms = frozenset(_forms(piece[1:-1] if optional else piece, source, lists))
        required.append((Element(forms, gap, in_sentence), optional))
        gap, in_sentence = 0, False
    if all(optional for _, optional in required):
        raise PatternError(f"{source!r} holds no word that must be there")
    return Pattern(source, tuple(_without_optional(required)), from_start, to_end)


def _forms(piece: str, source: str, lists: Mapping[str, Sequence[str]]) -> list[str]:
    forms = []
    for alternative in piece.split("|"):
        if alternative in (NUMBER, ANY):
            forms.append(alternative)
        elif name := _LIST.fullmatch(alternative):
            if name[1] not in lists:
                raise PatternError(f"{source!r} names a list {alternative} that does not exist")
            forms.extend(lists[name[1]])
        else:
            forms.append(parse_word(alternative))
    return forms


def parse_word(word: str) -> str:
    """Fold a word of a pattern, checking where its stars stand. Raises PatternError."""
    folded = fold(word)
    if word not in (NUMBER, ANY) and not _WORD.fullmatch(folded):
        raise PatternError(f"{word!r} is no word; it should be letters and digits, with single * among them")
    return folded


def _without_optional(elements: list[tuple[Element, bool]]) -> list[tuple[Element, ...]]:
    sequences: list[tuple[Element, ...]] = [()]
    for element, optional in elements:
        longer = [(*sequence, element) for sequence in sequences]
        sequences = [*longer, *sequences] if optional else longer
    return [sequence for sequence in sequences if sequence]
