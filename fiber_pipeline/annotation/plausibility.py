"""What answers of a language model are plausible: what the local engine and customers' scores say of the same texts.

Neither is always right, and a model that knows better is why it is asked. But where most answers of one request say the
opposite, the likelier cause is a comment among them that talked the model into it: then the request is doubted
(`services.doubt`), and each of its texts is asked about alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import pandas as pd

from fiber_pipeline.annotation.engines import ITEM, Answers, answer_apart
from fiber_pipeline.services.operation import Item
from fiber_pipeline.text import fold

# A score that customers gave, as a column of requests: 1 where they were happy, -1 where not, else 0.
SCORE_SIGN = "score_sign"
_SIGNS = {"positive": 1, "negative": -1}
# How sure the local engine must be of a label for it to count.
_SURE = 0.6
# Of the texts there is an opinion on, how many must be contradicted, at least and as a share.
_FEWEST, _SHARE = 3, 0.5
# Where all texts of a request are said to be the same, less is enough.
_UNIFORM_SHARE = 0.3
_NEUTRAL_WEIGHT = 0.5
# Shorter ones may well be the same in Spanish.
_ALIKE_FROM = 12


class Reader(Protocol):
    """What reads texts on this machine, such as the local engine of sentiment."""

    def labels(self, texts: Sequence[str]) -> Sequence[tuple[str, float]]:
        """Sentiment and confidence of each text."""


class SentimentDoubt:
    """Holds the sentiment in answers against what is known of the texts (a `Doubt`)."""

    def __init__(self, local: Reader, request: pd.DataFrame | None = None) -> None:
        """request: distinct texts, columns text and, where customers gave scores, SCORE_SIGN."""
        self._local = local
        self._scored: dict[str, int] = {}
        if request is not None and SCORE_SIGN in request:
            self._scored = dict(zip(request["text"].tolist(), request[SCORE_SIGN].tolist(), strict=True))

    def __call__(self, items: Sequence[Item], answers: Mapping[int, Any]) -> str | None:
        """See `services.doubt`."""
        told = {items[place].text: answer["sentiment"] for place, answer in answers.items()}
        borne_out = sum(_SIGNS.get(label, 0) * self._scored.get(text, 0) == 1 for text, label in told.items())
        # Then reading the texts, which takes the time, would not change it.
        if borne_out >= max(_FEWEST, _SHARE * len(told)):
            return None
        said = _signs_of(self._local, told)
        against = [_contradiction(said[text], self._scored.get(text, 0), label) for text, label in told.items()]
        is_uniform = len(told) > _FEWEST and len(set(told.values())) == 1
        return _en_masse(against, _UNIFORM_SHARE if is_uniform else _SHARE)


class TranslationDoubt:
    """Holds translations against their texts (a `Doubt`)."""

    def __init__(self, local: Reader) -> None:
        self._local = local

    def __call__(self, items: Sequence[Item], answers: Mapping[int, Any]) -> str | None:
        """See `services.doubt`."""
        told = {items[place].text: answer["text_es"] for place, answer in answers.items()}
        alike = Counter(fold(words) for text, words in told.items() if min(len(words), len(text)) >= _ALIKE_FROM)
        most = max(alike.values(), default=0)
        if most >= 2 and most >= _SHARE * len(told):
            return f"{most} of {len(told)} texts have the same translation"
        said = _signs_of(self._local, [*told, *told.values()])
        return _en_masse(float(said[text] * said[words] == -1) if said[text] else None for text, words in told.items())


def _signs_of(local: Reader, texts: Iterable[str]) -> dict[str, int]:
    """By text: 1 where the local engine is sure that it praises, -1 that it blames, else 0."""
    distinct = list(dict.fromkeys(texts))

    def label(rows: range) -> Answers:
        told = local.labels(distinct[rows.start : rows.stop])
        signs = [_SIGNS.get(sentiment, 0) if confidence >= _SURE else 0 for sentiment, confidence in told]
        return Answers(pd.DataFrame({ITEM: range(len(signs)), "sign": signs}))

    # Of a text on which it breaks, nothing is known.
    frame = answer_apart(label, range(len(distinct))).frame
    known = {distinct[item]: sign for item, sign in zip(frame[ITEM].tolist(), frame["sign"].tolist(), strict=True)}
    return {text: int(known.get(text, 0)) for text in distinct}


def _contradiction(said: int, scored: int, sentiment: str) -> float | None:
    """How far an answer contradicts what is known, from 0 to 1; None where nothing is, or the two sides disagree."""
    expected = (said + scored > 0) - (said + scored < 0)
    if expected == 0:
        return None
    if sentiment in _SIGNS:
        return float(_SIGNS[sentiment] != expected)
    # A score alone says little of what a text says: who is unhappy may write "ninguna".
    if sentiment == "neutral":
        return 1.0 if said and scored else _NEUTRAL_WEIGHT if said else 0.0
    return 0.0


def _en_masse(contradictions: Iterable[float | None], share: float = _SHARE) -> str | None:
    known = [each for each in contradictions if each is not None]
    against = sum(known)
    if len(known) < 2 or against < min(_FEWEST, len(known)) or against < share * len(known):
        return None
    return f"{against:g} of {len(known)} answers contradict what is known of their texts"
