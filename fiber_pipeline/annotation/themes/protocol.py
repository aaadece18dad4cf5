"""What a theme engine takes and returns."""

from typing import Protocol

import pandas as pd

from fiber_pipeline.annotation.engines import Answers


class ThemeEngine(Protocol):
    """Finds the taxonomy's themes in short comments."""

    @property
    def name(self) -> str:
        """See `engines.Engine`."""

    @property
    def model(self) -> str:
        """See `engines.Engine`."""

    def answer(self, request: pd.DataFrame) -> Answers:
        """Find themes.

        request: columns `text` (redacted, NFC), `text_es`, `language`.
        Answer: a row per theme found (none for a text without one) with `item`, `theme`, `category`, `relevance`
        in [0, 1], `sentiment`, `score` in [-1, 1], `evidence` (list of words), `evidence_spans` (list of
        {"start", "end"} in `text`), `prompt_version` (None for engines without prompts).
        """
