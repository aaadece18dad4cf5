"""The guide to the figures, read from `guide.yaml`: report and workbook hold it, `guide_page` writes it as a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True)
class Basic:
    """Something that holds for all figures."""

    term: str
    text: str


@dataclass(frozen=True)
class Explained:
    """A figure: what it says, what it does not, and what to ask before deciding by it."""

    name: str
    says: str
    does_not_say: str
    question: str


@dataclass(frozen=True)
class Guide:
    """The whole guide, in Spanish, as plain text: the last part may hold commands in backticks."""

    title: str
    introduction: str
    basics: Sequence[Basic]
    figures: Sequence[Explained]
    trail: Sequence[str]


BASICS_TITLE = "Lo que vale para todas las cifras"
FIGURES_TITLE = "Cifra por cifra"
TRAIL_TITLE = "Cómo llegar de una cifra a lo que dijo la gente"
FIGURE_HEADERS = ("Cifra", "Qué dice", "Qué no dice", "Cómo cuestionarla")


@cache
def load_guide() -> Guide:
    """Read the package's guide."""
    document = yaml.safe_load((files(__package__) / "guide.yaml").read_text("utf-8"))
    return Guide(
        document["title"],
        document["introduction"],
        [Basic(**entry) for entry in document["basics"]],
        [Explained(**entry) for entry in document["figures"]],
        document["trail"],
    )
