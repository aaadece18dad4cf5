"""What engines over sentiment with opinion mining share: what they ask about a comment, so that it is paid for once."""

from typing import Any

import pandas as pd

from fiber_pipeline.annotation.engines import Answers, Progress
from fiber_pipeline.annotation.remote_engine import RemoteEngine
from fiber_pipeline.services.azure.sentiment import SPANISH, MinedSentiment
from fiber_pipeline.services.operation import Item

_TRANSLATED = frozenset({"gn", "mixed"})
_ALSO_READ = frozenset({"en", "pt"})


class OpinionEngine(RemoteEngine):
    """An engine that reads `MinedSentiment`. All of them ask the same about a comment.

    The service does not know Guaraní: of Guaraní and Jopara it is sent the Spanish text, a translation or a gloss. A
    text without any character is not sent; `read` is told None about it.
    """

    def answer(self, request: pd.DataFrame, progress: Progress | None = None) -> Answers:
        """Answer texts; what the service leaves unanswered is said with its reason."""
        items = self.items(request)
        sent = [row for row, item in enumerate(items) if item.text.strip()]
        enriched = self.enrich(self.services, [items[row] for row in sent], progress)
        answers: dict[int, Any] = dict.fromkeys(range(len(items)))
        answers.update({sent[place]: answer for place, answer in enriched.answers.items()})
        unanswered = {sent[place]: reason for place, reason in enriched.unanswered.items()}
        for row in unanswered:
            del answers[row]
        return self.read_apart(request, answers, unanswered)

    def items(self, request: pd.DataFrame) -> list[Item]:
        """What is sent of each comment."""
        columns = (request[name].tolist() for name in ("text", "text_es", "language"))
        return [sent_of(*row) for row in zip(*columns, strict=True)]


def sent_of(text: str, text_es: str, language: str) -> Item:
    """What the service is sent of a comment, and the language it is to read it in."""
    if language in _TRANSLATED:
        return Item(text_es, SPANISH)
    return Item(text, language if language in _ALSO_READ else SPANISH)


def mined(answer: Any) -> MinedSentiment | None:
    """A stored answer as an object; None for a text that was not sent."""
    return None if answer is None else MinedSentiment.model_validate(answer)
