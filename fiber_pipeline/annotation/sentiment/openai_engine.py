"""The sentiment engine over OpenAI: what its `annotate` operation says of a comment's sentiment."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.engines import ITEM, Answers
from fiber_pipeline.annotation.plausibility import Reader, SentimentDoubt
from fiber_pipeline.annotation.remote_engine import RemoteEngine
from fiber_pipeline.services.doubt import Doubt
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.service import Service

_EMOTION = pa.struct([("emotion", pa.string()), ("strength", pa.float64()), ("evidence", pa.list_(pa.string()))])
_FROM_ANSWER = {
    "sentiment": pa.string(),
    "score": pa.float64(),
    "intensity": pa.string(),
    "confidence": pa.float64(),
    "evidence": pa.list_(pa.string()),
    "emotions": pa.list_(_EMOTION),
    "urgency": pa.string(),
    "urgency_evidence": pa.list_(pa.string()),
}


class OpenAISentimentEngine(RemoteEngine):
    """Implements `sentiment.protocol`. Reads the original text: the model knows Guaraní, and evidence is quoted.

    The same answers hold the themes, so that the theme engine over the same services finds everything stored.
    """

    def __init__(self, enricher: Enricher, services: Sequence[Service], local: Reader) -> None:
        """services: of the operation `annotate`. local: what answers are held against."""
        super().__init__("openai", enricher, services)
        self._local = local

    def doubt(self, request: pd.DataFrame) -> Doubt:
        """Doubts what the local engine and customers' scores contradict."""
        return SentimentDoubt(self._local, request)

    def read(self, request: pd.DataFrame, answers: Mapping[int, Any]) -> Answers:
        """The columns of `SentimentEngine.answer`."""
        items = sorted(answers)
        prompt_version = self.services[0].operation.prompt_version
        columns = {ITEM: pa.array(items, pa.int64())}
        for name, kind in _FROM_ANSWER.items():
            columns[name] = pa.array([answers[item][name] for item in items], kind)
        columns["prompt_version"] = pa.array([prompt_version] * len(items), pa.string())
        return Answers(pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype))
