"""Comments that are one set answer ("Normal", "Más o menos", "Nada"), whose meaning differs from their words'."""

from collections.abc import Sequence
from dataclasses import dataclass

from fiber_pipeline.annotation.sentiment.data_files import DATA, DataFileError, emotions, rows, weight
from fiber_pipeline.tables.vocabulary import SENTIMENTS
from fiber_pipeline.text import Token, fold

FILE = "answers.tsv"
LONGEST = 6


@dataclass(frozen=True)
class Answer:
    """What a whole comment means."""

    answer: str
    sentiment: str
    weight: float
    emotions: tuple[str, ...]


def load_answers() -> dict[str, Answer]:
    """Return answers by folded words. Raises DataFileError with the line for a malformed one."""
    path = DATA / FILE
    answers: dict[str, Answer] = {}
    for line, cells in rows(path, ("answer", "sentiment", "weight", "emotions"), optional=1):
        if cells["sentiment"] not in SENTIMENTS:
            raise DataFileError(path, line, f"unknown sentiment {cells['sentiment']!r}")
        key = fold(cells["answer"])
        if key in answers:
            raise DataFileError(path, line, f"{cells['answer']!r} stands twice")
        found = emotions(path, line, cells["emotions"])
        answers[key] = Answer(cells["answer"], cells["sentiment"], weight(path, line, cells["weight"]), found)
    return answers


def answer_key(tokens: Sequence[Token]) -> str | None:
    """The words of a short comment as a key of `load_answers`; None if it is long or has emojis of its own meaning."""
    words = [token.folded for token in tokens if token.kind != "punctuation"]
    if not words or len(words) > LONGEST or any(token.kind in ("emoji", "emoticon", "mark") for token in tokens):
        return None
    if any(token.folded[0] in "?¿" for token in tokens if token.kind == "punctuation"):
        return None
    return " ".join(words)
