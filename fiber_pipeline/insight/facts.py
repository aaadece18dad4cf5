"""What a writer is told: figures, findings and actions out of the tables, all of it checked, as one JSON document.

Whoever writes from it can name figures and comments by id alone, so that what is written can be checked again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd

from fiber_pipeline.insight.citations import Figure, Statement, verify_citations
from fiber_pipeline.insight.recommendations import recommend
from fiber_pipeline.insight.spanish import decimal, percent, whole
from fiber_pipeline.insight.summary import ExecutiveSummary, summarise
from fiber_pipeline.services.openai.suspicion import is_suspicious

_MOST_COMMENTS = 5
_MOST_CHARACTERS = 400
_TEXTS = """
SELECT comment_id, text FROM comments WHERE comment_id IN (SELECT unnest($ids)) AND duplicate_of IS NULL
"""


@dataclass(frozen=True)
class Facts:
    """Figures by id, the ids of comments that may be cited, what the rules made of them, and all that as `document`.

    summary, recommendations: as the rules write them; what stands if nobody writes better.
    grounds: all that the rules say, to hold against what is written.
    """

    figures: Mapping[str, Figure]
    comments: frozenset[str]
    summary: ExecutiveSummary
    recommendations: pd.DataFrame
    grounds: tuple[Statement, ...]
    document: str


def gather_facts(connection: duckdb.DuckDBPyConnection) -> Facts:
    """Gather what `summarise` and `recommend` found. Comments are redacted, as everywhere after `comments`."""
    summary, recommendations = summarise(connection), recommend(connection)
    figures: dict[Figure, str] = {}

    def ids(cited: tuple[Figure, ...]) -> list[str]:
        return [figures.setdefault(figure, f"f{len(figures) + 1}") for figure in cited]

    findings = [
        {
            "text": statement.text,
            "figures": ids(statement.figures),
            "comments": list(statement.evidence[:_MOST_COMMENTS]),
        }
        for statement in summary.statements
    ]
    actions = recommendations.to_dict("records")
    reasons = [
        Statement(
            action["why"],
            tuple(Figure(each["name"], each["value"], each["origin"]) for each in action["figures"]),
            tuple(action["evidence"]),
        )
        for action in actions
    ]
    for reason in reasons:
        ids(reason.figures)
    grounds = (*summary.statements, *reasons)
    wanted = [id_ for statement in grounds for id_ in statement.evidence[:_MOST_COMMENTS]]
    found = dict(connection.execute(_TEXTS, {"ids": wanted}).fetchall()) if wanted else {}
    # All comments share the one request there is: none that speaks to the model is in it.
    texts = {id_: text for id_, text in found.items() if not is_suspicious(text)}
    document = {
        "figures": [_told(connection, figure, id_) for figure, id_ in figures.items()],
        "findings": findings,
        "actions": [
            {
                "rank": int(action["rank"]),
                "title": action["title"],
                "why": action["why"],
                "theme": action["theme"] if isinstance(action["theme"], str) else None,
                "comments": [
                    {"id": id_, "text": texts[id_][:_MOST_CHARACTERS]}
                    for id_ in reason.evidence[:_MOST_COMMENTS]
                    if id_ in texts
                ],
            }
            for action, reason in zip(actions, reasons, strict=True)
        ],
    }
    return Facts(
        figures={id_: figure for figure, id_ in figures.items()},
        comments=frozenset(texts),
        summary=summary,
        recommendations=recommendations,
        grounds=grounds,
        document=json.dumps(document, ensure_ascii=False, separators=(",", ":")),
    )


def _told(connection: duckdb.DuckDBPyConnection, figure: Figure, id_: str) -> dict[str, str]:
    table, *key, column = json.loads(figure.origin)
    told = {"id": id_, "is": f"{column} in {table}: {', '.join(key)}", "written": _written(connection, figure)}
    period = {"insights": lambda: key[1], "forecasts": lambda: key[2]}.get(table)
    return {**told, "period": period()} if period and period() != "all" else told


def _written(connection: duckdb.DuckDBPyConnection, figure: Figure) -> str:
    """The figure as a sentence may write it: the first form that the check of citations takes."""
    plain = whole(figure.value) if figure.value.is_integer() else decimal(figure.value)
    forms = (percent(figure.value), plain)
    return next(form for form in forms if not verify_citations(connection, Statement(form, (figure,))))
