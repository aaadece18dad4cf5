"""Whether words that a model cites stand in the text, and where.

Models tidy what they copy: capitals, accents, apostrophes, spacing. Words count as standing in the text if they do
after folding, as whole words and in one stretch; what is kept is the stretch as the customer wrote it.
"""

from collections.abc import Sequence
from functools import lru_cache

from fiber_pipeline.text import fold

Span = tuple[int, int]
_MARGINS = ' \t\n"“”«».,;:…'


def locate(text: str, cited: str) -> Span | None:
    """Where `cited` stands in `text`: character offsets, end exclusive; None if it does not.

    The exact words are looked for first, then folded ones; words, never parts of words.
    """
    cited = cited.strip(_MARGINS)
    if not cited:
        return None
    start = _find(text, cited)
    if start is not None:
        return start, start + len(cited)
    folded, places = _folded(text)
    wanted, _ = _folded(cited)
    start = _find(folded, wanted.strip()) if wanted.strip() else None
    if start is None:
        return None
    return places[start], places[start + len(wanted.strip()) - 1] + 1


def locate_all(text: str, cited: Sequence[str]) -> list[Span]:
    """Where those that stand in `text` do, in its order, each once; what overlaps is one stretch."""
    if not cited:
        return []
    if len(cited) == 1:
        span = locate(text, cited[0])
        return [] if span is None else [span]
    found = sorted({span for words in cited if (span := locate(text, words)) is not None})
    merged: list[Span] = []
    for start, end in found:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _find(text: str, words: str) -> int | None:
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        if not _joined(text, start) and not _joined(text, end):
            return start
        start = text.find(words, start + 1)
    return None


def _joined(text: str, place: int) -> bool:
    """Whether the characters on both sides of `place` belong to one word."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


@lru_cache(maxsize=256)
def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """The text folded and with single spaces, and for each character of that its place in the text."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for one in " " if character.isspace() else fold(character):
            if one != " " or (characters and characters[-1] != " "):
                characters.append(one)
                places.append(place)
    return "".join(characters), tuple(places)
