"""The local language engine."""

import pandas as pd
import pyarrow as pa

from fiber_pipeline.engines import ITEM, Answers
from fiber_pipeline.language.decision import decide
from fiber_pipeline.language.guarani import DATA, fingerprint

_SPANS = pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64()), ("language", pa.string())]))


class LocalLanguageEngine:
    """Tells Spanish, Guaraní and Jopara, and keeps English, Portuguese and others apart. Needs no account."""

    name = "local"
    model = f"tagger-1-{fingerprint(DATA)}"

    def answer(self, request: pd.DataFrame) -> Answers:
        """Label texts, as `language.protocol` says. Every text is answered."""
        decisions = [decide(text) for text in request["text"].tolist()]
        spans = [[span._asdict() for span in decision.spans] for decision in decisions]
        frame = pd.DataFrame(
            {
                ITEM: range(len(decisions)),
                "language": pd.Series([decision.language for decision in decisions], dtype=pd.ArrowDtype(pa.string())),
                "language_confidence": pd.Series(
                    [decision.confidence for decision in decisions], dtype=pd.ArrowDtype(pa.float64())
                ),
                "language_spans": pd.Series(spans, dtype=pd.ArrowDtype(_SPANS)),
            }
        )
        return Answers(frame)
