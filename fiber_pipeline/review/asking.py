"""Each engine's own answer to the same texts: chains fall back, a comparison must not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from fiber_pipeline.annotation.engines import ITEM, REQUEST_SIZE, Engine, answer_with

Themes = frozenset[str]


@dataclass(frozen=True)
class Opinion:
    """What one engine says of a request.

    answers: by position in the request, the rows of its frame as dictionaries; empty for a text without themes.
    unanswered: positions it left unanswered.
    """

    engine: str
    model: str
    answers: Mapping[int, Sequence[Mapping[str, object]]]
    unanswered: frozenset[int]

    def labels(self, column: str, size: int) -> list[str | None]:
        """One label a text of a request of `size` texts; None where there is no answer."""
        return [str(self.answers[item][0][column]) if self.answers.get(item) else None for item in range(size)]

    def themes(self, size: int) -> list[Themes | None]:
        """The themes of each text; None where there is no answer."""
        return [
            None if item in self.unanswered else frozenset(str(row["theme"]) for row in self.answers.get(item, ()))
            for item in range(size)
        ]


def ask_each(engines: Mapping[str, Engine], request: pd.DataFrame) -> dict[str, Opinion]:
    """Ask every engine by itself about the same distinct texts.

    engines: by name. request: RangeIndex and the columns that the engines' protocol names.
    """
    return {name: _ask(name, engine, request) for name, engine in engines.items()}


def _ask(name: str, engine: Engine, request: pd.DataFrame) -> Opinion:
    answers: dict[int, list[Mapping[str, object]]] = {}
    unanswered: set[int] = set()
    for first in range(0, len(request), REQUEST_SIZE):
        given = answer_with(engine, request.iloc[first : first + REQUEST_SIZE])
        for row in given.frame.to_dict("records"):
            answers.setdefault(first + int(row[ITEM]), []).append({str(key): value for key, value in row.items()})
        unanswered.update(first + place for place in given.unanswered)
    return Opinion(name, engine.model, answers, frozenset(unanswered))
