"""How soon someone should act on a comment: patterns of leaving, law, need and failure, read from YAML."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from fiber_pipeline.annotation.sentiment.data_files import DATA
from fiber_pipeline.annotation.sentiment.patterns import Pattern, compile_pattern
from fiber_pipeline.annotation.sentiment.rules import RuleError
from fiber_pipeline.tables.vocabulary import URGENCIES

if TYPE_CHECKING:
    from fiber_pipeline.annotation.sentiment.reading import Reading

FILE = "urgency.yaml"
_FIELDS = {"id", "level", "patterns", "note", "only_negative"}


@dataclass(frozen=True)
class UrgencyRule:
    """A rule of the file. `only_negative`: it says nothing in a comment without a complaint."""

    id: str
    level: str
    only_negative: bool


def load_urgency_rules() -> tuple[Pattern[UrgencyRule], ...]:
    """Read the rules. Raises RuleError naming the rule for a malformed one."""
    content: list[dict[str, Any]] = yaml.safe_load((DATA / FILE).read_text(encoding="utf-8"))
    patterns: list[Pattern[UrgencyRule]] = []
    for fields in content:
        where = f"{FILE}, rule {fields.get('id')!r}"
        if unknown := set(fields) - _FIELDS:
            raise RuleError(f"{where}: unknown fields {sorted(unknown)}")
        if fields.get("level") not in URGENCIES:
            raise RuleError(f"{where}: unknown level {fields.get('level')!r}")
        rule = UrgencyRule(fields["id"], fields["level"], bool(fields.get("only_negative", True)))
        for source in fields["patterns"]:
            try:
                patterns.append(compile_pattern(str(source), rule))
            except ValueError as error:
                raise RuleError(f"{where}: {error}") from error
    return tuple(patterns)


def urgency_of(reading: "Reading", sentiment: str) -> tuple[str, list[tuple[int, int]]]:
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
