"""Everything the local engine knows, loaded once: lexicon, modifiers, rules, exact answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fiber_pipeline.annotation.sentiment.lexicon import Lexicon, load_lexicon
from fiber_pipeline.annotation.sentiment.modifiers import Modifier, load_modifiers
from fiber_pipeline.annotation.sentiment.one_word import Answer, load_answers
from fiber_pipeline.annotation.sentiment.patterns import Pattern
from fiber_pipeline.annotation.sentiment.rules import Rule, load_rules
from fiber_pipeline.annotation.sentiment.urgency_rules import UrgencyRule, load_urgency_rules


@dataclass(frozen=True)
class Knowledge:
    """The engine's data, read and checked."""

    lexicon: Lexicon
    modifiers: dict[str, Modifier]
    rules: tuple[Pattern[Rule], ...]
    urgency_rules: tuple[Pattern[UrgencyRule], ...]
    answers: dict[str, Answer]


def load_knowledge(lexicons: Iterable[Path] = (), rules: Iterable[Path] = ()) -> Knowledge:
    """Read the package's data, extended by a user's own `lexicons` (TSV) and `rules` (YAML)."""
    return Knowledge(load_lexicon(lexicons), load_modifiers(), load_rules(rules), load_urgency_rules(), load_answers())


@lru_cache(maxsize=1)
def default_knowledge() -> Knowledge:
    """The package's own data, read once a process."""
    return load_knowledge()
