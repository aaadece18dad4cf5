"""The local translation engine."""

import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.engines import ITEM, Answers
from fiber_pipeline.annotation.language.guarani import DATA as GUARANI_DATA
from fiber_pipeline.annotation.language.guarani import fingerprint
from fiber_pipeline.annotation.translation.conjugation import DATA
from fiber_pipeline.annotation.translation.gloss import gloss

_GLOSSED = frozenset(("gn", "mixed"))


class GlossTranslationEngine:
    """Gives Guaraní and Jopara a word-by-word gloss; leaves every other text as it is. Needs no account."""

    name = "local"
    translates = _GLOSSED
    model = f"gloss-1-{fingerprint(GUARANI_DATA, DATA)}"

    def answer(self, request: pd.DataFrame) -> Answers:
        """Gloss texts, as `translation.protocol` says. Every text is answered."""
        glosses = [
            gloss(text) if language in _GLOSSED else (text, False)
            for text, language in zip(request["text"].tolist(), request["language"].tolist(), strict=True)
        ]
        count = len(glosses)
        text_type = pd.ArrowDtype(pa.string())
        frame = pd.DataFrame(
            {
                ITEM: range(count),
                "text_es": pd.Series([text for text, _ in glosses], dtype=text_type),
                "text_en": pd.Series([None] * count, dtype=text_type),
                "is_gloss": pd.Series([glossed for _, glossed in glosses], dtype=pd.ArrowDtype(pa.bool_())),
                "prompt_version": pd.Series([None] * count, dtype=text_type),
            }
        )
        return Answers(frame)
