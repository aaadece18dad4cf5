"""What a language detector takes and returns."""

from typing import Protocol

import pandas as pd

from fiber_pipeline.annotation.engines import Answers


class LanguageEngine(Protocol):
    """Tells the language of short comments."""

    @property
    def name(self) -> str:
        """See `engines.Engine`."""

    @property
    def model(self) -> str:
        """See `engines.Engine`."""

    def answer(self, request: pd.DataFrame) -> Answers:
        """Label texts.

        request: column `text` (redacted, NFC).
        Answer: one row a text with `item`, `language` (tables.vocabulary.LANGUAGES), `language_confidence`
        in [0, 1], `language_spans` (a list of {"start", "end", "language"}, offsets in characters).
        """
