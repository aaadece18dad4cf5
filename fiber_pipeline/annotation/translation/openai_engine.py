"""The translation engine over OpenAI."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.engines import ITEM, Answers
from fiber_pipeline.annotation.plausibility import Reader, TranslationDoubt
from fiber_pipeline.annotation.remote_engine import RemoteEngine
from fiber_pipeline.annotation.translation.protocol import TRANSLATABLE
from fiber_pipeline.annotation.translation.returned import redacted
from fiber_pipeline.services.doubt import Doubt
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.service import Service


class OpenAITranslationEngine(RemoteEngine):
    """Implements `translation.protocol`: whole translations into Spanish, and English if the operation asks for it."""

    def __init__(self, enricher: Enricher, services: Sequence[Service], local: Reader) -> None:
        """services: of the operation `translate`. local: what translations are held against."""
        super().__init__("openai", enricher, services)
        self._local = local

    def doubt(self, request: pd.DataFrame) -> Doubt:
        """Doubts translations that say the opposite of their texts."""
        return TranslationDoubt(self._local)

    @property
    def translates(self) -> frozenset[str]:
        """All languages but Spanish, which is translated only if English is wanted."""
        is_english_wanted = bool(self.services[0].operation.parameters["with_english"])
        return TRANSLATABLE | {"es"} if is_english_wanted else TRANSLATABLE

    def read(self, request: pd.DataFrame, answers: Mapping[int, Any]) -> Answers:
        """The columns of `TranslationEngine.answer`."""
        items = sorted(answers)
        columns = {
            ITEM: pa.array(items, pa.int64()),
            "text_es": pa.array([redacted(answers[item]["text_es"]) for item in items], pa.string()),
            "text_en": pa.array([redacted(answers[item].get("text_en")) for item in items], pa.string()),
            "is_gloss": pa.array([False] * len(items), pa.bool_()),
            "prompt_version": pa.array([self.services[0].operation.prompt_version] * len(items), pa.string()),
        }
        return Answers(pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype))
