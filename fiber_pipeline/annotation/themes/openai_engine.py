"""The theme engine over OpenAI: what its `annotate` operation says of a comment's themes."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.engines import ITEM, Answers
from fiber_pipeline.annotation.plausibility import Reader, SentimentDoubt
from fiber_pipeline.annotation.remote_engine import RemoteEngine
from fiber_pipeline.annotation.themes.taxonomy import Taxonomy
from fiber_pipeline.services.doubt import Doubt
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.service import Service

_SPAN = pa.struct([("start", pa.int64()), ("end", pa.int64())])
_FROM_ANSWER = {
    "theme": pa.string(),
    "relevance": pa.float64(),
    "sentiment": pa.string(),
    "score": pa.float64(),
    "evidence": pa.list_(pa.string()),
}


class OpenAIThemeEngine(RemoteEngine):
    """Implements `themes.protocol`, out of the same answers as the sentiment engine.

    Every theme has words that stand in the comment's own text, and says where; one without is no answer.
    """

    def __init__(self, enricher: Enricher, services: Sequence[Service], taxonomy: Taxonomy, local: Reader) -> None:
        """services: of the operation `annotate` with this taxonomy. local: what answers are held against.

        It is that of sentiment, which the same answers hold.
        """
        super().__init__("openai", enricher, services)
        self.taxonomy = taxonomy
        self._local = local

    def doubt(self, request: pd.DataFrame) -> Doubt:
        """Doubts what the local engine contradicts."""
        return SentimentDoubt(self._local, request)

    def read(self, request: pd.DataFrame, answers: Mapping[int, Any]) -> Answers:
        """The columns of `ThemeEngine.answer`, in the taxonomy's order within a comment."""
        order = {theme: place for place, theme in enumerate(self.taxonomy.themes)}
        found = [
            (item, theme)
            for item in sorted(answers)
            for theme in sorted(answers[item]["themes"], key=lambda each: order[each["theme"]])
        ]
        prompt_version = self.services[0].operation.prompt_version
        columns = {ITEM: pa.array([item for item, _ in found], pa.int64())}
        for name, kind in _FROM_ANSWER.items():
            columns[name] = pa.array([theme[name] for _, theme in found], kind)
        columns["category"] = pa.array(
            [self.taxonomy.themes[theme["theme"]].category for _, theme in found], pa.string()
        )
        columns["evidence_spans"] = pa.array(
            [[{"start": start, "end": end} for start, end in theme["spans"]] for _, theme in found], pa.list_(_SPAN)
        )
        columns["prompt_version"] = pa.array([prompt_version] * len(found), pa.string())
        return Answers(pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype))
