"""The language engine over Azure AI Language: a second opinion to measure beside the local tagger.

The service names one language a text. It has no word for Jopara, knows little Guaraní, and takes short Spanish for a
neighbour now and then; so no run goes by it, and what it is worth on one's own comments, `engine_accuracy` tells.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.engines import ITEM, Answers
from fiber_pipeline.annotation.remote_engine import RemoteEngine
from fiber_pipeline.services.azure.language import UNKNOWN
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.service import Service

UNDETERMINED = "und"
_NAMED = {"es": "es", "gn": "gn", "en": "en", "pt": "pt", UNKNOWN: UNDETERMINED}
_SPANS = pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64()), ("language", pa.string())]))


class AzureLanguageEngine(RemoteEngine):
    """Implements language.protocol.LanguageEngine; a text's language spans all of it."""

    def __init__(self, enricher: Enricher, services: Sequence[Service]) -> None:
        super().__init__("azure", enricher, services)

    def read(self, request: pd.DataFrame, answers: Mapping[int, Any]) -> Answers:
        """Rows as the protocol says."""
        rows = sorted(answers)
        texts = request["text"].tolist()
        # A country may follow, which makes no other language here: "pt_br".
        languages = [_NAMED.get(re.split("[-_]", answers[row]["language"])[0], "other") for row in rows]
        spans = [
            [] if language == UNDETERMINED else [{"start": 0, "end": len(texts[row]), "language": language}]
            for row, language in zip(rows, languages, strict=True)
        ]
        confidences = [answers[row]["confidence"] for row in rows]
        frame = pd.DataFrame(
            {
                ITEM: pd.Series(rows, dtype="int64"),
                "language": pd.Series(languages, dtype=pd.ArrowDtype(pa.string())),
                "language_confidence": pd.Series(confidences, dtype=pd.ArrowDtype(pa.float64())),
                "language_spans": pd.Series(spans, dtype=pd.ArrowDtype(_SPANS)),
                "model": pd.Series([answers[row]["model"] for row in rows], dtype=pd.ArrowDtype(pa.string())),
            }
        )
        return Answers(frame)
