"""The sentiment engine over Azure AI Language.

The service tells sentiment; it knows neither emotions nor urgency. Those are read by the local engine, as the `model`
of every row says, and they are not bent to agree with the service's label.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.engines import ITEM, Answers
from fiber_pipeline.annotation.opinion_engine import OpinionEngine, mined
from fiber_pipeline.annotation.sentiment.labels import intensity
from fiber_pipeline.annotation.sentiment.protocol import SentimentEngine
from fiber_pipeline.services.azure.sentiment import MinedSentiment, Scores
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.service import Service

_TYPES = {
    "sentiment": pa.string(),
    "score": pa.float64(),
    "intensity": pa.string(),
    "confidence": pa.float64(),
    "evidence": pa.list_(pa.string()),
    "model": pa.string(),
}


class AzureSentimentEngine(OpinionEngine):
    """Implements sentiment.protocol.SentimentEngine. Texts without a character are the local engine's altogether."""

    def __init__(self, enricher: Enricher, services: Sequence[Service], local: SentimentEngine) -> None:
        super().__init__("azure", enricher, services)
        self._local = local

    @property
    def model(self) -> str:
        """The service's model and who reads emotions; rows name the exact version that answered."""
        return self._named(super().model)

    def _named(self, version: str) -> str:
        return f"sentiment {version}, emotions and urgency {self._local.model}"

    def read(self, request: pd.DataFrame, answers: Mapping[int, Any]) -> Answers:
        """Rows as the protocol says: emotions and urgency of the local engine, the rest of the service."""
        rows = sorted(answers)
        frame = self._local.answer(request.iloc[rows].reset_index(drop=True)).frame.sort_values(ITEM, ignore_index=True)
        texts = [item.text for item in self.items(request)]
        columns: dict[str, list[Any]] = {name: [] for name in _TYPES}
        own = {name: frame[name].tolist() for name in _TYPES if name in frame}
        for place, row in enumerate(rows):
            told = mined(answers[row])
            if told is None:
                judged = {"model": self._local.model, **{name: values[place] for name, values in own.items()}}
            else:
                judged = {**judge(told, texts[row]), "model": self._named(told.model)}
            for name, values in columns.items():
                values.append(judged[name])
        for name, kind in _TYPES.items():
            frame[name] = pd.Series(columns[name], dtype=pd.ArrowDtype(kind))
        frame[ITEM] = rows
        return Answers(frame)


def judge(told: MinedSentiment, text: str) -> dict[str, Any]:
    """Sentiment, score, intensity, confidence and evidence of `text`.

    The score is praise less blame, both as the service is sure of them, on the label's side of 0. Intensity goes by
    it, since the service has no other measure: it is how plainly a thing is said.
    """
    score = told.scores.positive - told.scores.negative
    if told.sentiment == "positive":
        score = max(0.0, score)
    elif told.sentiment == "negative":
        score = min(0.0, score)
    weight = {"neutral": 0.0, "mixed": max(told.scores.positive, told.scores.negative)}.get(told.sentiment, score)
    return {
        "sentiment": told.sentiment,
        "score": round(score, 4),
        "intensity": intensity(weight),
        "confidence": round(confidence(told), 4),
        "evidence": evidence(told, text),
    }


def confidence(told: MinedSentiment) -> float:
    """How sure the label is, in [0, 1], from how the service makes it of its sentences.

    A text is positive or negative by one such sentence, so the surest counts; mixed by one of each, so both must be
    sure; neutral only if all are, so the least sure counts. (Scores of the whole text are means over sentences: there
    a complaint among plain statements looks unsure.)
    """

    def surest(label: str) -> float:
        return max((_share(part.scores, label) for part in told.sentences if part.sentiment == label), default=0.0)

    if told.sentiment == "mixed":
        return min(surest("positive"), surest("negative"))
    if told.sentiment == "neutral":
        return min(_share(part.scores, "neutral") for part in told.sentences)
    return surest(told.sentiment)


def _share(scores: Scores, label: str) -> float:
    return {"positive": scores.positive, "neutral": scores.neutral, "negative": scores.negative}.get(label, 0.0)


def evidence(told: MinedSentiment, text: str) -> list[str]:
    """The words that led to the label: what is said of targets on its side, else the sentences on its side."""
    if told.sentiment == "neutral":
        return []
    sides = ("positive", "negative") if told.sentiment == "mixed" else (told.sentiment,)
    said = [
        (part.start, part.end)
        for sentence in told.sentences
        for opinion in sentence.opinions
        for part in opinion.assessments
        if part.sentiment in sides
    ] or [(sentence.start, sentence.end) for sentence in told.sentences if sentence.sentiment in sides]
    return [text[start:end].strip() for start, end in sorted(set(said))]
