"""How soon someone should act on a comment."""

from fiber_pipeline.annotation.sentiment.reading import Reading
from fiber_pipeline.tables.vocabulary import URGENCIES


def urgency_of(reading: Reading, sentiment: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the highest level any matched rule gives, and the token positions that gave it; low without any."""
    complains = sentiment in ("negative", "mixed")
    level = URGENCIES[0]
    spans: list[tuple[int, int]] = []
    for rule, first, last in reading.urgency:
        if rule.only_negative and not complains:
            continue
        if URGENCIES.index(rule.level) > URGENCIES.index(level):
            level, spans = rule.level, []
        if rule.level == level and level != URGENCIES[0]:
            spans.append((first, last))
    return level, _outermost(spans)


def _outermost(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, once each and in order, without those that lie inside another."""
    distinct = sorted(set(spans))
    return [
        (first, last)
        for first, last in distinct
        if not any(other != (first, last) and other[0] <= first and last <= other[1] for other in distinct)
    ]
