"""What answers of a language model are plausible: what the local engine and customers' scores say of the same texts.

Neither is always right, and a model that knows better is why it is asked. But where most answers of one request say the
opposite, the likelier cause is a comment among them that talked the model into it: then the request is doubted
(`services.doubt`), and each of its texts is asked about alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from fiber_pipeline.annotation.engines import ITEM, Engine, answer_with
from fiber_pipeline.services.doubt import Doubt
from fiber_pipeline.services.operation import Item
from fiber_pipeline.text import fold

# A score that customers gave, as a column of requests: 1 where they were happy, -1 where not, else 0.
SCORE_SIGN = "score_sign"
_SIGNS = {"positive": 1, "negative": -1}
# How sure the local engine must be of a label to count: there it errs in one of ten.
_SURE = 0.6
# Of the texts there is an opinion on, how many must be contradicted, at least and as a share.
_FEWEST, _SHARE = 3, 0.5
_NEUTRAL_WEIGHT = 0.5
# Shorter ones may well be the same in Spanish.
_ALIKE_FROM = 12


class SentimentExpectation:
    """What is known of the sentiment of the texts of a request (an `Expectation`)."""

    def __init__(self, local: Engine, request: pd.DataFrame | None = None) -> None:
        """request: distinct texts, columns text, text_es and, where customers gave scores, SCORE_SIGN."""
        self._local = local
        self._request = request

    def __call__(self, items: Sequence[Item]) -> Doubt:
        """Look at all of them at once; what is returned holds answers against what was found."""
        known = _alone(items)
        if self._request is not None:
            known = self._request[self._request["text"].isin(known["text"])]
        said = signs_of(self._local, known)
        scored = dict(zip(known["text"], known[SCORE_SIGN], strict=True)) if SCORE_SIGN in known else {}

        def doubt(items: Sequence[Item], answers: Mapping[int, Any]) -> str | None:
            return _en_masse(
                _contradiction(said.get(items[place].text, 0), scored.get(items[place].text, 0), answer["sentiment"])
                for place, answer in answers.items()
            )

        return doubt


class TranslationExpectation:
    """What is known of the translations of the texts of a request (an `Expectation`)."""

    def __init__(self, local: Engine) -> None:
        self._local = local

    def __call__(self, items: Sequence[Item]) -> Doubt:
        """Read all of them at once; what is returned reads translations and compares."""
        said = signs_of(self._local, _alone(items))

        def doubt(items: Sequence[Item], answers: Mapping[int, Any]) -> str | None:
            told = {items[place].text: answer["text_es"] for place, answer in answers.items()}
            alike = Counter(fold(words) for text, words in told.items() if min(len(words), len(text)) >= _ALIKE_FROM)
            most = max(alike.values(), default=0)
            if most >= 2 and most >= _SHARE * len(told):
                return f"{most} of {len(told)} texts have the same translation"
            become = signs_of(self._local, _alone([Item(words) for words in told.values()]))
            return _en_masse(
                float(said[text] * become.get(words, 0) == -1) if said.get(text) else None
                for text, words in told.items()
            )

        return doubt


def _alone(items: Sequence[Item]) -> pd.DataFrame:
    """A request of texts of which nothing else is known."""
    texts = [item.text for item in items]
    return pd.DataFrame({"text": texts, "text_es": texts})


def signs_of(local: Engine, request: pd.DataFrame) -> dict[str, int]:
    """By text: 1 where the local engine is sure that it praises, -1 that it blames, else 0."""
    if request.empty:
        return {}
    frame = answer_with(local, request).frame
    texts = request["text"].tolist()
    return {
        texts[item]: _SIGNS.get(sentiment, 0) if confidence >= _SURE else 0
        for item, sentiment, confidence in zip(frame[ITEM], frame["sentiment"], frame["confidence"], strict=True)
    }


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


def _en_masse(contradictions: Iterable[float | None]) -> str | None:
    known = [each for each in contradictions if each is not None]
    against = sum(known)
    if len(known) < 2 or against < min(_FEWEST, len(known)) or against < _SHARE * len(known):
        return None
    return f"{against:g} of {len(known)} answers contradict what is known of their texts"
