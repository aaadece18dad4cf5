"""What a translator takes and returns."""

from typing import Protocol

import pandas as pd

from fiber_pipeline.engines import Answers


class TranslationEngine(Protocol):
    """Brings comments into Spanish."""

    name: str
    model: str

    def answer(self, request: pd.DataFrame) -> Answers:
        """Translate texts that are not Spanish already.

        request: columns `text` (redacted, NFC), `language`, `language_spans`.
        Answer: one row a text with `item`, `text_es`, `text_en` (None unless asked for), `is_gloss`,
        `prompt_version` (None for engines without prompts).
        """
