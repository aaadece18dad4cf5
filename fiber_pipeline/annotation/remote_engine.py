"""What engines over paid services share: their texts become items, stored answers become the kind's frame."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from fiber_pipeline.annotation.engines import Answers, Progress, answer_apart
from fiber_pipeline.services.doubt import Doubt
from fiber_pipeline.services.enrichment import Enriched, Enricher
from fiber_pipeline.services.failures import UnknownPrice
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import Service


class RemoteEngine(ABC):
    """An engine whose answers come from a service. Subclasses say what an answer means for their kind (`read`).

    request_size: texts it is asked about at once. Between two such requests nothing is under way, so they are large;
    memory bounds them.
    """

    request_size = 65_536

    def __init__(self, name: str, enricher: Enricher, services: Sequence[Service]) -> None:
        self.name = name
        self.enricher = enricher
        self.services = services

    @property
    def model(self) -> str:
        """The model as the provider names it."""
        return self.services[0].operation.model

    def answer(self, request: pd.DataFrame, progress: Progress | None = None) -> Answers:
        """Answer texts; what the service leaves unanswered, or `read` cannot use, is said with its reason."""
        enriched = self.enrich(self.services, self.items(request), progress, self.doubt(request))
        return self.read_apart(request, enriched.answers, enriched.unanswered)

    def read_apart(self, request: pd.DataFrame, answers: Mapping[int, Any], unanswered: Mapping[int, str]) -> Answers:
        """Read what was answered, setting apart answers on which `read` breaks. unanswered: why others were not."""

        def read_rows(rows: range) -> Answers:
            given = {place: answers[row] for place, row in enumerate(rows) if row in answers}
            return self.read(request[rows.start : rows.stop].reset_index(drop=True), given)

        read = answer_apart(read_rows, range(len(request)))
        return Answers(read.frame, {**unanswered, **read.unanswered}, read.broken - unanswered.keys())

    def enrich(
        self,
        services: Sequence[Service],
        items: Sequence[Item],
        progress: Progress | None,
        doubt: Doubt | None = None,
    ) -> Enriched:
        """Ask `services` about `items`. A service without a price is asked, and answers, nothing."""
        try:
            return self.enricher.enrich(services, items, progress, doubt)
        except UnknownPrice as problem:
            return Enriched({}, dict.fromkeys(range(len(items)), str(problem)))

    def doubt(self, request: pd.DataFrame) -> Doubt | None:
        """What doubts answers about texts of `request`; nothing unless a subclass knows better."""
        return None

    def items(self, request: pd.DataFrame) -> list[Item]:
        """What is asked about each row of `request`, in its order. Without a language unless a subclass adds one."""
        return [Item(text) for text in request["text"].tolist()]

    @abstractmethod
    def read(self, request: pd.DataFrame, answers: Mapping[int, Any]) -> Answers:
        """Turn stored answers, by row of `request`, into the kind's frame with `item` = that row.

        `Answers.unanswered` names the rows whose answer cannot be used, if there are any.
        """
