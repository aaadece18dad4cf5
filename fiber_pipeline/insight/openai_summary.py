"""The executive summary and the recommendations in a language model's words, resting on the tables' figures.

The model is told figures, findings and comments by id (`facts`) and says which of them a sentence rests on. Sentences
go through the same check as those of the rules, and through checks that only free writing needs: numbers in words,
and movements that no finding shows. What fails is dropped; if too little is left, the rules' own words stand.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from fiber_pipeline.insight.citations import Statement, keep_verified
from fiber_pipeline.insight.facts import Facts, gather_facts
from fiber_pipeline.insight.recommendations import load_playbook
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

_log = logging.getLogger(__name__)
_FEWEST_STATEMENTS = 3
_MOST_SENTENCE, _MOST_TITLE, _MOST_STEPS = 400, 120, 600
_NUMBER_WORDS = re.compile(
    r"\b(?:dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinte|treinta|cuarenta|cincuenta|"
    r"sesenta|setenta|ochenta|noventa|cien|ciento|cientos|mil|miles|mill[oó]n|millones|mitad|tercio|tercios|"
    r"cuarta parte|doble|triple)\b",
    re.IGNORECASE,
)
_RISE = re.compile(
    r"\b(?:sub(?:e|en|i[oó]|ieron)|aument\w+|crec(?:e|en|i[oó]|ieron|imiento)|mejor(?:a|an|[oó]|aron)|alza|"
    r"increment\w+|repunt\w+)\b",
    re.IGNORECASE,
)
_FALL = re.compile(
    r"\b(?:(?<!de )baja|bajan|baj[oó]|bajaron|ca(?:e|en|y[oó]|yeron|[ií]da)|descen\w+|disminu\w+|empeor\w+|deterior\w+|"
    r"retroce\w+|redu(?:jo|jeron|ce|cen))\b",
    re.IGNORECASE,
)
_OUTSTANDING = re.compile(r"\b(?:por encima de|pico|habitual|se dispar\w+)", re.IGNORECASE)
_MOVEMENTS = {"rise": _RISE, "fall": _FALL, "peak": _OUTSTANDING}


@dataclass(frozen=True)
class WrittenSummary(ExecutiveSummary):
    """An executive summary, and why it is in the rules' words where a model was asked; None where it is not."""

    fallback_reason: str | None = None


class OpenAIWriter:
    """Writes the summary and the recommendations. Both rest on one answer, which is paid for once.

    reader: opens the warehouse; it is left before the service is asked, which may take a while.
    """

    def __init__(self, reader: Reader, enricher: Enricher, services: Sequence[Service]) -> None:
        """services: of the operation `summarise`."""
        self._reader = reader
        self._enricher = enricher
        self._services = services

    def summarise(self) -> WrittenSummary:
        """The executive summary, at best in the model's words; else in the rules', with the reason."""
        facts, answer = self._ask()
        if isinstance(answer, str):
            return _in_the_rules_words(facts, answer)
        written = list(_written(answer, facts))
        unsound = tuple((statement, problem) for statement, problem in written if problem)
        with self._reader() as connection:
            kept, unverified = keep_verified(connection, [statement for statement, problem in written if not problem])
        dropped = (*unsound, *unverified)
        if len(kept) < min(_FEWEST_STATEMENTS, len(facts.summary.statements)):
            return _in_the_rules_words(facts, f"{len(kept)} of {len(written)} sentences could be verified", dropped)
        operation = self._services[0].operation
        return WrittenSummary(kept, dropped, operation.provider, operation.model)

    def recommend(self) -> pd.DataFrame:
        """The RECOMMENDATIONS frame: order, reasons and figures are the rules', titles and steps at best the model's.

        `engine` says for each row whose words it has.
        """
        facts, answer = self._ask()
        frame = facts.recommendations
        if isinstance(answer, str):
            _log.warning("recommendations are in the rules' words: %s", answer)
            return frame
        words = {action["rank"]: action for action in answer["actions"] if _is_sound_action(action)}
        operation = self._services[0].operation
        rows: list[dict[str, Any]] = []
        for row, given in zip(frame.to_dict("records"), json.loads(facts.document)["actions"], strict=True):
            action = words.get(given["rank"])
            if action is not None:
                row["title"] = action["title"].strip()
                row["why"] = f"{_without_steps(row['why'])} {action['steps'].strip()}"
                row["engine"], row["model"] = operation.provider, operation.model
            rows.append({str(name): value for name, value in row.items()})
        columns = {name: [row[name] for row in rows] for name in RECOMMENDATIONS.columns}
        return RECOMMENDATIONS.validate(RECOMMENDATIONS.frame(columns))

    def _ask(self) -> tuple[Facts, Any]:
        """The facts, and the model's answer or the reason why there is none."""
        with self._reader() as connection:
            facts = gather_facts(connection)
        if not facts.figures:
            return facts, "there are no figures yet"
        try:
            enriched = self._enricher.enrich(self._services, [Item(facts.document)])
        except UnknownPrice as problem:
            return facts, str(problem)
        return facts, enriched.answers.get(0) or enriched.unanswered[0]


def writer_of(settings: Settings, store: ResponseStore, reader: Reader) -> OpenAIWriter:
    """The writer that the settings ask for. Raises PriceFileError if the price file will not do."""
    # Loaded where a service is set: the client takes a second.
    from fiber_pipeline.chains import build_enricher
    from fiber_pipeline.services.openai.from_settings import summary_services

    return OpenAIWriter(reader, build_enricher(settings, store), summary_services(settings))


def _in_the_rules_words(facts: Facts, reason: str, dropped: tuple[tuple[Statement, str], ...] = ()) -> WrittenSummary:
    _log.warning("the executive summary is in the rules' words: %s", reason)
    rules = facts.summary
    return WrittenSummary(rules.statements, (*dropped, *rules.dropped), rules.engine, rules.model, reason)


def _written(answer: Any, facts: Facts) -> Iterator[tuple[Statement, str | None]]:
    """The model's sentences as statements, each with what is wrong with it before any figure is looked up."""
    for said in answer["statements"][:MOST_STATEMENTS]:
        figures = tuple(facts.figures[id_] for id_ in dict.fromkeys(said["figures"]) if id_ in facts.figures)
        evidence = tuple(id_ for id_ in dict.fromkeys(said["comments"]) if id_ in facts.comments)
        statement = Statement(said["text"].strip(), figures, evidence)
        yield statement, _problem(statement, said, facts)


def _problem(statement: Statement, said: Any, facts: Facts) -> str | None:
    unknown = [id_ for id_ in said["figures"] if id_ not in facts.figures]
    unknown += [id_ for id_ in said["comments"] if id_ not in facts.comments]
    if unknown:
        return "it cites what it was not given"
    if not statement.text or len(statement.text) > _MOST_SENTENCE:
        return f"it is empty or longer than {_MOST_SENTENCE} characters"
    if number := _NUMBER_WORDS.search(statement.text):
        return f"it writes a number in words ({number.group()})"
    claimed = _movements(statement.text)
    shown: set[str] = set()
    for finding in facts.grounds:
        if set(finding.figures) & set(statement.figures) or set(finding.evidence) & set(statement.evidence):
            shown |= _movements(finding.text)
    return "it says that something moved, which no finding shows" if claimed - shown else None


def _movements(text: str) -> set[str]:
    return {name for name, words in _MOVEMENTS.items() if words.search(text)}


def _is_sound_action(action: Any) -> bool:
    """Numbers in a recommendation come from the tables alone, so its words have none."""
    title, steps = action["title"].strip(), action["steps"].strip()
    whole = f"{title} {steps}"
    return (
        0 < len(title) <= _MOST_TITLE
        and 0 < len(steps) <= _MOST_STEPS
        and not any(character.isdigit() for character in whole)
        and not _NUMBER_WORDS.search(whole)
    )


def _without_steps(why: str) -> str:
    plays = load_playbook()
    every = (*plays.themes.values(), plays.default, plays.strength, plays.urgent)
    return next((why.removesuffix(play.steps).rstrip() for play in every if why.endswith(play.steps)), why)
