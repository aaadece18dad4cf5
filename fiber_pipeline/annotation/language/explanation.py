"""Why a comment was given its language: every word with its tag, its weight and the rule behind it."""

from typing import NamedTuple

from fiber_pipeline.annotation.language.decision import Decision, decide
from fiber_pipeline.annotation.language.tagging import tag


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

    def __str__(self) -> str:
        """The same as lines of text: the decision, then every word."""
        decision = self.decision
        lines = [f"{decision.language}, confidence {decision.confidence:.2f}: {decision.why}"]
        lines += [f"  {word.text}: {word.tag or 'skipped'} {word.weight:+.2f} ({word.rule})" for word in self.tokens]
        return "\n".join(lines)


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
