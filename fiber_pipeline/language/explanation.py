"""Why a comment was given its language: every word with its tag, its weight and the rule behind it."""

from typing import NamedTuple

from fiber_pipeline.language.decision import Decision, decide
from fiber_pipeline.language.tagging import tag


class ExplainedToken(NamedTuple):
    """A word of the comment. `tag` is es, gn or "" (skipped); `weight` is log odds of Guaraní over Spanish."""

    text: str
    start: int
    end: int
    tag: str
    weight: float
    rule: str


class Explanation(NamedTuple):
    """The decision about a comment, and its words."""

    decision: Decision
    tokens: tuple[ExplainedToken, ...]


def explain(text: str) -> Explanation:
    """Explain the language of `text` (NFC)."""
    return Explanation(
        decide(text),
        tuple(
            ExplainedToken(
                word.token.surface,
                word.token.start,
                word.token.end,
                word.language,
                round(word.reading.weight, 2),
                word.reading.rule,
            )
            for word in tag(text)
        ),
    )
