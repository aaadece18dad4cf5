"""Patterns of what is urgent: leaving, law, need and failure, read from YAML."""

from dataclasses import dataclass
from typing import Any

import yaml

from fiber_pipeline.annotation.sentiment.data_files import DATA
from fiber_pipeline.annotation.sentiment.patterns import Pattern, compile_pattern
from fiber_pipeline.annotation.sentiment.rules import RuleError
from fiber_pipeline.tables.vocabulary import URGENCIES

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
