"""What a sentiment engine takes and returns."""

from typing import Protocol

import pandas as pd

from fiber_pipeline.annotation.engines import Answers


class SentimentEngine(Protocol):
    """Tells sentiment, emotions and urgency of short comments."""

    @property
    def name(self) -> str:
        """See `engines.Engine`."""

    @property
    def model(self) -> str:
        """See `engines.Engine`."""

    def answer(self, request: pd.DataFrame) -> Answers:
        """Score texts.

        request: columns `text` (redacted, NFC), `text_es`, `language`; and `score_sign`, what customers'
            scores say (1, 0, -1), by which answers of a service may be doubted. It never decides a label.
        Answer: one row a text with `item`, `sentiment`, `score` in [-1, 1], `intensity`, `confidence` in [0, 1],
        `evidence` (list of words), `emotions` (up to three {"emotion", "strength", "evidence"}, strongest first),
        `urgency`, `urgency_evidence`, `prompt_version` (None for engines without prompts).
        """
