"""Comments that are in none of the languages of Paraguay: English, Portuguese and the like."""

from collections.abc import Sequence
from typing import NamedTuple

from fiber_pipeline.annotation.language.tagging import TaggedWord


class NeighbourLanguage(NamedTuple):
    """The label (en, pt or other), the confidence in [0, 1], and why in a few words."""

    language: str
    confidence: float
    why: str


# Spanish must stay Spanish: a neighbour language has to explain half of the words and twice what speaks against it.
LEAST_SHARE = 0.5
AGAINST = 2.0
_SHARED = 0.5


def neighbour_language(words: Sequence[TaggedWord]) -> NeighbourLanguage | None:
    """Name the neighbour language which explains the text better than Spanish and Guaraní do, if there is one."""
    candidates = {code for word in words if not word.reading.is_listed for code in word.reading.foreign}
    if not candidates:
        return None
    best: NeighbourLanguage | None = None
    for code in sorted(candidates):
        own = shared = against = 0
        for word in words:
            reading = word.reading
            if code in reading.foreign and not reading.is_listed:
                own += 1
            elif code in reading.foreign or code in reading.shared:
                shared += 1
            elif reading.is_listed:
                against += 1
        others = sum(word.reading.kind != "skip" or bool(word.reading.foreign) for word in words)
        share = (own + shared) / max(others, own + shared)
        if own and share >= LEAST_SHARE and own + _SHARED * shared > AGAINST * against:
            label = code if code in ("en", "pt") else "other"
            confidence = round(min(0.98, 0.5 + 0.4 * share + 0.03 * own), 3)
            if best is None or confidence > best.confidence:
                best = NeighbourLanguage(label, confidence, f"{own + shared} of {len(words)} words are {code}")
    return best
