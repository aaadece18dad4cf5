"""What weighs in a comment, and the steps from its own weight to what it counts."""

from dataclasses import dataclass, field

from fiber_pipeline.annotation.sentiment.negation import flipped

# Kinds of hits that weigh nothing themselves but change others; the other effect of a rule is to score.
EFFECTS = ("wish", "sarcasm")


@dataclass(slots=True)
class Hit:
    """Something that weighs.

    first, last: token positions, `last` exclusive. source: word, phrase, rule, emoji or answer. name: the entry or
    the rule's id. base: its own weight. value: what it counts in its clause, after `steps` (what was done, factor).
    """

    first: int
    last: int
    source: str
    name: str
    base: float
    value: float
    kind: str = "w"
    emotions: tuple[str, ...] = ()
    negatable: bool = True
    steps: list[tuple[str, float]] = field(default_factory=list)


def scale(hit: Hit, step: str, factor: float) -> None:
    """Multiply the hit's value and write the step down."""
    hit.value *= factor
    hit.steps.append((step, factor))


def flip(hit: Hit, by: str) -> None:
    """Deny the hit and write the step down."""
    before = hit.value
    hit.value = flipped(before, hit.kind)
    hit.steps.append((f"denied by {by}", hit.value / before))
