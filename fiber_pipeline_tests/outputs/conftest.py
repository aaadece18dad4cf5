from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from fiber_pipeline.insight import ExecutiveSummary, Statement, measure_insights, summarise, summary_frame
from fiber_pipeline.insight.themes import measure_themes
from fiber_pipeline.tables import EMERGENT_THEMES, EXECUTIVE_SUMMARY, FORECASTS, INSIGHTS, RECOMMENDATIONS, THEMES
from fiber_pipeline_tests.insight.history import (
    TAXONOMY,
    Comment,
    create_tables,
    write_comments,
    write_history,
    write_table,
)

# What someone may write into a survey to see what breaks. The last two turn text around on a screen.
HOSTILE = (
    '=HYPERLINK("http://example.invalid/","premio")',
    "+595 =cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "\t=1+1",
    "<script>document.title='tomado'</script>",
    '"><img src=x onerror="document.title=\'tomado\'">',
    "{{ 7 * 7 }} {% raw %} {# nota #}",
    "http://example.invalid/?q=1",
    "</style></script><h1>otra página</h1>",
    "\u202egnp.atseuser\u202c rápido",
    "texto \u2066aislado\u2069 y \u200f marcado",
)


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(path), read_only=True)


@pytest.fixture(scope="session")
def history_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with twenty months of comments and every table filled."""
    path = tmp_path_factory.mktemp("history") / "fiber.duckdb"
    with duckdb.connect(str(path)) as connection:
        write_history(connection, comments=600, days_of_last_month=12)
        write_table(connection, INSIGHTS, measure_insights(connection))
        write_table(connection, THEMES, measure_themes(connection, TAXONOMY))
        write_table(
            connection,
            EMERGENT_THEMES,
            EMERGENT_THEMES.frame(
                {
                    "cluster": ["puertos"],
                    "label": ["Puertos para juegos"],
                    "keywords": [["puertos", "juegos", "consola"]],
                    "mentions": [17],
                    "first_seen": [datetime(2026, 2, 3, 15, tzinfo=UTC)],
                    "examples": [["c0000003", "c0000004"]],
                }
            ),
        )
        write_table(
            connection,
            FORECASTS,
            FORECASTS.frame(
                {
                    "metric": ["nps", "nps", "theme_share"],
                    "member": ["all", "all", "outages"],
                    "period": ["2026-07", "2026-08", "2026-07"],
                    "value": [-11.5, -12.25, 0.21],
                    "low": [-20.0, -22.5, 0.18],
                    "high": [-3.0, -2.0, 0.24],
                    "model": "theta",
                    "history": 19,
                    "backtest_error": 3.0,
                    "naive_error": 4.0,
                    "backtest_coverage": 0.85,
                    "backtest_months": 15,
                    "note": None,
                }
            ),
        )
        write_table(
            connection,
            RECOMMENDATIONS,
            RECOMMENDATIONS.frame(
                {
                    "rank": [1],
                    "title": ["Reducir los cortes en los barrios que más los nombran"],
                    "why": ["Los cortes están en el 17,0 % de los comentarios con contenido."],
                    "theme": ["outages"],
                    "impact": [7.1],
                    "effort": ["high"],
                    "evidence": [["c0000001", "c0000002"]],
                    "figures": [[{"name": "share", "value": 0.17, "origin": "themes:outages"}]],
                    "engine": ["local"],
                    "model": [None],
                    "fallback_reason": [None],
                }
            ),
        )
        write_table(connection, EXECUTIVE_SUMMARY, summary_frame(summarise(connection)))
    return path


@pytest.fixture
def history(history_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with _open(history_path) as connection:
        yield connection


@pytest.fixture(scope="session")
def hostile_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file whose every free text is hostile, in the comments and in what was made of them."""
    path = tmp_path_factory.mktemp("hostile") / "fiber.duckdb"
    comments = [
        Comment(
            f"={number}",
            batch="@correo/=lote.csv",
            text=text,
            at=datetime(2026, 5, 1 + number, 10),
            nps=0,
            customer_id=f"=cliente{number}",
            sentiment="negative",
            urgency="high",
            themes={"outages": "negative"},
            evidence=(text,),
        )
        for number, text in enumerate(HOSTILE)
    ]
    label = HOSTILE[5]
    taxonomy = {slug: replace(theme, label_es=f"={label}") for slug, theme in TAXONOMY.items()}
    with duckdb.connect(str(path)) as connection:
        write_comments(connection, comments)
        write_table(connection, INSIGHTS, measure_insights(connection))
        write_table(connection, THEMES, measure_themes(connection, taxonomy))
        write_table(
            connection,
            EMERGENT_THEMES,
            EMERGENT_THEMES.frame(
                {
                    "cluster": ["1"],
                    "label": [HOSTILE[0]],
                    "keywords": [list(HOSTILE)],
                    "mentions": [3],
                    "first_seen": [None],
                    "examples": [["=0", "=1"]],
                }
            ),
        )
        write_table(
            connection,
            RECOMMENDATIONS,
            RECOMMENDATIONS.frame(
                {
                    "rank": [1],
                    "title": [label],
                    "why": [HOSTILE[6]],
                    "theme": ["outages"],
                    "impact": [None],
                    "effort": ["low"],
                    "evidence": [["=2"]],
                    "figures": [[]],
                    "engine": ["local"],
                    "model": [HOSTILE[5]],
                    "fallback_reason": [f"openai: {HOSTILE[6]}"],
                }
            ),
        )
        # Nothing that a service writes passes for markup or a formula either.
        written = ExecutiveSummary(tuple(Statement(text, (), ("=0",)) for text in HOSTILE), (), "openai", HOSTILE[5])
        write_table(connection, EXECUTIVE_SUMMARY, summary_frame(written))
    return path


@pytest.fixture
def hostile(hostile_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with _open(hostile_path) as connection:
        yield connection


@pytest.fixture(params=["never measured", "measured"])
def empty(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse without a comment, before and after insights were measured on it."""
    path = tmp_path / "empty.duckdb"
    with duckdb.connect(str(path)) as connection:
        create_tables(connection)
        if request.param == "measured":
            write_table(connection, INSIGHTS, measure_insights(connection))
    with _open(path) as connection:
        yield connection
