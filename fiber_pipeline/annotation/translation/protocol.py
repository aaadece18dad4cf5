"""What a translator takes and returns."""

from typing import Protocol

import pandas as pd

from fiber_pipeline.annotation.engines import Answers

# What a translator into Spanish can be asked about.
TRANSLATABLE = frozenset(("gn", "mixed", "en", "pt", "other"))


class TranslationEngine(Protocol):
    """Brings comments into Spanish."""

    @property
    def name(self) -> str:
        """See `engines.Engine`."""

    @property
    def model(self) -> str:
        """See `engines.Engine`."""

    @property
    def translates(self) -> frozenset[str]:
        """The languages of the texts it is asked about; others stay as they are."""

    def answer(self, request: pd.DataFrame) -> Answers:
        """Translate texts.

        request: columns `text` (redacted, NFC), `language`, `language_spans`.
        Answer: one row a text with `item`, `text_es`, `text_en` (None unless asked for), `is_gloss`,
        `prompt_version` (None for engines without prompts).
        """
