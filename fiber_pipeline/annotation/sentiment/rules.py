"""Rules: patterns that say more than their words, read from YAML.

effect of a rule:
    score     the matched words weigh `weight` together; words inside them no longer count by themselves
    wish      what follows in the clause is wished for, not praised: praise there counts nothing
    sarcasm   praise in the comment (before, and in the matched words) is meant the other way round
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from fiber_pipeline.annotation.sentiment.data_files import DATA
from fiber_pipeline.annotation.sentiment.patterns import Pattern, compile_pattern
from fiber_pipeline.tables.vocabulary import EMOTIONS

FILES = ("rules_service.yaml", "rules_speech.yaml", "rules_jopara.yaml")
EFFECTS = ("score", "wish", "sarcasm")
_FIELDS = {"id", "patterns", "weight", "effect", "emotions", "note", "negatable"}


class RuleError(ValueError):
    """A rule file does not hold what it should; the message says file, rule and what is wrong."""


@dataclass(frozen=True)
class Rule:
    """A rule of the files; `negatable` says whether a negation before it turns it round."""

    id: str
    weight: float
    effect: str
    emotions: tuple[str, ...]
    note: str
    negatable: bool


def load_rules(extra: Iterable[Path] = ()) -> tuple[Pattern[Rule], ...]:
    """Read the package's rules and then `extra` files. Raises RuleError with file and rule for a malformed one."""
    patterns: list[Pattern[Rule]] = []
    seen: set[str] = set()
    for path in [*(DATA / name for name in FILES), *extra]:
        for fields in _listed(path):
            patterns.extend(_read(path, fields, seen))
    return tuple(patterns)


def _listed(path: Path) -> list[dict[str, Any]]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, list) or not all(isinstance(fields, dict) for fields in content):
        raise RuleError(f"{path.name}: a list of rules was expected")
    return content


def _read(path: Path, fields: dict[str, Any], seen: set[str]) -> Iterator[Pattern[Rule]]:
    name = fields.get("id")
    where = f"{path.name}, rule {name!r}"
    if not isinstance(name, str) or name in seen:
        raise RuleError(f"{where}: id is missing or used twice")
    seen.add(name)
    if unknown := set(fields) - _FIELDS:
        raise RuleError(f"{where}: unknown fields {sorted(unknown)}")
    effect = fields.get("effect", "score")
    if effect not in EFFECTS:
        raise RuleError(f"{where}: unknown effect {effect!r}; there are {', '.join(EFFECTS)}")
    weight = fields.get("weight", 0)
    if not isinstance(weight, int | float) or not -3 <= weight <= 3:
        raise RuleError(f"{where}: weight {weight!r} is no number from -3 to 3")
    emotions = tuple(fields.get("emotions", ()))
    if unknown_emotions := set(emotions) - set(EMOTIONS):
        raise RuleError(f"{where}: unknown emotions {sorted(unknown_emotions)}")
    sources = fields.get("patterns")
    if not isinstance(sources, list) or not sources:
        raise RuleError(f"{where}: no patterns")
    rule = Rule(name, float(weight), effect, emotions, fields.get("note", ""), bool(fields.get("negatable", False)))
    for source in sources:
        try:
            yield compile_pattern(str(source), rule)
        except ValueError as error:
            raise RuleError(f"{where}: {error}") from error
