"""What a theme engine finds in one comment."""

from typing import NamedTuple


class FoundTheme(NamedTuple):
    """A theme in a comment; spans are (start, end) in characters, `end` exclusive, in order and apart."""

    theme: str
    category: str
    relevance: float
    sentiment: str
    score: float
    evidence: list[str]
    spans: list[tuple[int, int]]
