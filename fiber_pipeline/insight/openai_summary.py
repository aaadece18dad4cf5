"""The executive summary and the recommendations in a language model's words, resting on the tables' figures.

The model is told figures, findings and comments by id (`facts`) and says which of them a sentence rests on. Sentences
go through the same check as those of the rules, and before it through those of `free_writing`. What fails is dropped;
if too little is left, the rules' own words stand.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd

from fiber_pipeline.cleaning import redact
from fiber_pipeline.insight.citations import Statement, keep_verified
from fiber_pipeline.insight.facts import Facts, gather_facts
from fiber_pipeline.insight.free_writing import is_sound_action, problem_of
from fiber_pipeline.insight.recommendations import load_playbook
from fiber_pipeline.insight.spanish import tidied
from fiber_pipeline.insight.summary import ExecutiveSummary
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.failures import UnknownPrice
from fiber_pipeline.services.openai.operations import MOST_STATEMENTS
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import Service
from fiber_pipeline.services.store.protocol import ResponseStore
from fiber_pipeline.settings import Settings
from fiber_pipeline.tables import RECOMMENDATIONS

Reader = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]

_FEWEST_STATEMENTS = 3


class OpenAIWriter:
    """Writes the summary and the recommendations. Both rest on one answer, which is asked and paid for once.

    reader: opens the warehouse; it is left before the service is asked, which may take a while.
    """

    def __init__(self, reader: Reader, enricher: Enricher, services: Sequence[Service]) -> None:
        """services: of the operation `summarise`."""
        self._reader = reader
        self._enricher = enricher
        self._services = services
        self._operation = services[0].operation

    def write(self) -> tuple[ExecutiveSummary, pd.DataFrame]:
        """Return the executive summary and the RECOMMENDATIONS frame, at best in the model's words.

        The summary is the model's or the rules' as a whole. Of the recommendations, order, reasons and figures are
        always the rules', titles and steps at best the model's, row by row. Where the rules' words stand,
        `fallback_reason` says why; but where there is too little to tell, nobody is asked and nothing is missed.
        """
        with self._reader() as connection:
            facts = gather_facts(connection)
        if len(facts.summary.statements) < _FEWEST_STATEMENTS:
            return facts.summary, facts.recommendations
        answer, reason = self._ask(facts)
        if answer is None:
            return replace(facts.summary, fallback_reason=reason), self._recommendations({}, reason, facts)
        actions = {action["rank"]: action for action in answer["actions"]}
        unsound = "unverified: its words are missing, too long, or hold a number or an address"
        return self._summary(answer, facts), self._recommendations(actions, self._because(unsound), facts)

    def _ask(self, facts: Facts) -> tuple[Any, str | None]:
        """The model's answer, or the reason why there is none."""
        try:
            enriched = self._enricher.enrich(self._services, [Item(facts.document)])
        except UnknownPrice as problem:
            return None, self._because(f"no price: {problem}")
        answer = enriched.answers.get(0)
        return answer, None if answer is not None else self._because(enriched.unanswered[0])

    def _summary(self, answer: Any, facts: Facts) -> ExecutiveSummary:
        written = list(_written(answer, facts))
        unsound = tuple((statement, problem) for statement, problem in written if problem)
        with self._reader() as connection:
            kept, unverified = keep_verified(connection, [statement for statement, problem in written if not problem])
        # Checked as they were written; a number that is redacted first is no longer a wrong one.
        kept = tuple(_redacted(statement) for statement in kept)
        dropped = tuple((_redacted(statement), problem) for statement, problem in (*unsound, *unverified))
        if len(kept) < _FEWEST_STATEMENTS:
            reason = self._because(f"unverified: {len(kept)} of {len(written)} sentences hold")
            return replace(facts.summary, dropped=(*dropped, *facts.summary.dropped), fallback_reason=reason)
        operation = self._operation
        return ExecutiveSummary(kept, dropped, operation.provider, operation.model, operation.prompt_version)

    def _recommendations(self, actions: Mapping[int, Any], otherwise: str | None, facts: Facts) -> pd.DataFrame:
        """The rules' recommendations in the words of `actions`, by rank; `otherwise` is why a row has none of them."""
        rows: list[dict[str, Any]] = []
        for row in facts.recommendations.to_dict("records"):
            action = actions.get(row["rank"], {"title": "", "steps": ""})
            title, steps = tidied(action["title"]), tidied(action["steps"])
            if is_sound_action(title, steps, facts.grounds):
                row["title"] = redact(title).text
                row["why"] = f"{_without_steps(row['why'])} {redact(steps).text}"
                row["engine"], row["model"] = self._operation.provider, self._operation.model
            else:
                row["fallback_reason"] = otherwise
            rows.append({str(name): value for name, value in row.items()})
        columns = {name: [row[name] for row in rows] for name in RECOMMENDATIONS.columns}
        return RECOMMENDATIONS.validate(RECOMMENDATIONS.frame(columns))

    def _because(self, reason: str) -> str:
        return f"{self._operation.provider}: {reason}"


def writer_of(settings: Settings, store: ResponseStore, reader: Reader) -> OpenAIWriter:
    """The writer that the settings ask for. Raises PriceFileError if the price file will not do."""
    # Loaded where a service is set: the client takes a second.
    from fiber_pipeline.annotation.chains import build_enricher
    from fiber_pipeline.services.openai.from_settings import summary_services

    return OpenAIWriter(reader, build_enricher(settings, store), summary_services(settings))


def _written(answer: Any, facts: Facts) -> Iterator[tuple[Statement, str | None]]:
    """The model's sentences as statements, each with what is wrong with it before any figure is looked up."""
    for said in answer["statements"][:MOST_STATEMENTS]:
        figures = tuple(facts.figures[id_] for id_ in dict.fromkeys(said["figures"]) if id_ in facts.figures)
        evidence = tuple(id_ for id_ in dict.fromkeys(said["comments"]) if id_ in facts.comments)
        statement = Statement(tidied(said["text"]), figures, evidence)
        is_given = set(said["figures"]) <= facts.figures.keys() and set(said["comments"]) <= facts.comments
        yield statement, problem_of(statement, facts.grounds) if is_given else "it cites what it was not given"


def _redacted(statement: Statement) -> Statement:
    """A sentence as it may be stored: the model was given nobody's data, but may have guessed, or been told, some."""
    return replace(statement, text=redact(statement.text).text)


def _without_steps(why: str) -> str:
    plays = load_playbook()
    every = (*plays.themes.values(), plays.default, plays.strength, plays.urgent)
    return next((why.removesuffix(play.steps).rstrip() for play in every if why.endswith(play.steps)), why)
