"""Emotions of a comment, from the tags its weighed words carry in the lexicon and the rules."""

from collections.abc import Sequence
from typing import NamedTuple

from fiber_pipeline.annotation.sentiment.hits import Hit
from fiber_pipeline.tables.vocabulary import EMOTIONS

MOST = 3
# A word without a tag still speaks, more softly, of what its side usually means in this trade.
_UNTAGGED_SHARE = 0.5
_UNTAGGED = {True: "joy", False: "frustration"}
# What becomes of an emotion that is denied, wished for or meant the other way round.
_TURNED = {
    "joy": "sadness",
    "trust": "frustration",
    "anticipation": "frustration",
    "surprise": "frustration",
    "anger": "trust",
    "fear": "trust",
    "sadness": "joy",
    "disgust": "trust",
    "frustration": "trust",
}
# Summed weight at which an emotion is at full strength.
_FULL = 4.0
_FAINTEST = 0.1


class Emotion(NamedTuple):
    """An emotion with its strength in (0, 1] and the hits that led to it."""

    emotion: str
    strength: float
    hits: tuple[Hit, ...]


def emotions_of(hits: Sequence[Hit]) -> list[Emotion]:
    """Return up to three emotions, strongest first."""
    weights: dict[str, float] = {}
    sources: dict[str, list[Hit]] = {}
    for hit in hits:
        size = abs(hit.value)
        if not size:
            continue
        turned = hit.value * hit.base < 0
        for name, share in [(tag, 1.0) for tag in hit.emotions] or [(_UNTAGGED[hit.base > 0], _UNTAGGED_SHARE)]:
            emotion = _TURNED[name] if turned else name
            weights[emotion] = weights.get(emotion, 0.0) + size * share
            sources.setdefault(emotion, []).append(hit)
    ranked = sorted(weights, key=lambda name: (-weights[name], EMOTIONS.index(name)))
    return [
        Emotion(name, round(min(1.0, weights[name] / _FULL), 3), tuple(sources[name]))
        for name in ranked[:MOST]
        if weights[name] / _FULL >= _FAINTEST
    ]
