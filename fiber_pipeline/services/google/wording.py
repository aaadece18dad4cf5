"""What is asked of Google Cloud Translation and what comes back, whichever way it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

PLAIN = "text/plain"


@dataclass(frozen=True)
class Wording:
    """Texts to translate. source, target: ISO 639-1 codes; without a source the service finds out itself.

    glossary: its name, for a translation by it; None for one without.
    """

    texts: Sequence[str]
    source: str | None
    target: str
    glossary: str | None = None


class Translated(NamedTuple):
    """A translation, and the model it is by, as the service names it."""

    text: str
    model: str
