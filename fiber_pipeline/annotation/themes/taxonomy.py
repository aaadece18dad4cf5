"""What a taxonomy is: categories, themes, and the rules that find them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from fiber_pipeline.annotation.themes.patterns import Pattern
from fiber_pipeline.problems import Problem

POLARITIES = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}


class TaxonomyError(Problem, ValueError):
    """A taxonomy file with mistakes; `mistakes` holds one "file:line:column: reason" each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Category:
    """A group of themes."""

    slug: str
    label_es: str
    label_en: str


@dataclass(frozen=True, eq=False)
class Rule:
    """What shows a theme: any of `match`, under conditions.

    near, unless: patterns one of which must, none of which may, stand in a clause the match stands in.
    with_, without: the same for the whole comment.
    polarity: -1, 0 or 1 where the match itself is a complaint, a plain question or praise; None leaves that to the
        words around it. weight: how surely it shows the theme, in (0, 1].
    origin: where it is written, as "file:line".
    """

    match: tuple[Pattern, ...]
    near: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    with_: tuple[Pattern, ...] = ()
    without: tuple[Pattern, ...] = ()
    polarity: float | None = None
    weight: float = 1.0
    origin: str = ""


@dataclass(frozen=True)
class Theme:
    """A theme: its names, what belongs to it, its rules, and phrases whose words never show it."""

    slug: str
    label_es: str
    label_en: str
    category: str
    description_es: str
    description_en: str
    rules: tuple[Rule, ...]
    exclusions: tuple[Pattern, ...] = ()


@dataclass(frozen=True)
class Spelling:
    """How misspelt words find their way to a rule.

    words: words worth recognising when misspelt, besides those that rules spell out. variants: chat spellings and
    what they stand for. never: words that look like a misspelt one and are not.
    """

    words: frozenset[str] = frozenset()
    variants: Mapping[str, str] = field(default_factory=dict)
    never: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Negation:
    """What turns a rule's polarity round: `words` before the match, unless they are part of an `idiom`."""

    words: frozenset[str] = frozenset()
    idioms: tuple[Pattern, ...] = ()


@dataclass(frozen=True)
class Taxonomy:
    """Everything the local engine knows of themes. `categories` and `themes` are by slug, in the file's order."""

    categories: Mapping[str, Category]
    themes: Mapping[str, Theme]
    spelling: Spelling
    negation: Negation

    @property
    def descriptions(self) -> dict[str, str]:
        """What a model is told of each theme, by slug: its names and what belongs to it."""
        return {
            slug: f"{theme.label_en} ({theme.label_es}). {' '.join(theme.description_en.split())}"
            for slug, theme in self.themes.items()
        }

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change whenever answers may."""
        parts: list[object] = [
            sorted(self.spelling.words),
            sorted(self.spelling.variants.items()),
            sorted(self.spelling.never),
            sorted(self.negation.words),
            [_written(pattern) for pattern in self.negation.idioms],
        ]
        for theme in self.themes.values():
            parts.append([theme.slug, theme.category, [_written(pattern) for pattern in theme.exclusions]])
            for rule in theme.rules:
                conditions = (rule.match, rule.near, rule.unless, rule.with_, rule.without)
                written = [[_written(pattern) for pattern in patterns] for patterns in conditions]
                parts.append([written, rule.polarity, rule.weight])
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _written(pattern: Pattern) -> list[object]:
    # With the words of its lists, so that a longer list counts as a change.
    elements = [[(sorted(forms), gap, wide) for forms, gap, wide in sequence] for sequence in pattern.sequences]
    return [elements, pattern.from_start, pattern.to_end]
