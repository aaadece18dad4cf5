import json
from dataclasses import replace

import duckdb
import pytest

from fiber_pipeline.insight import Figure, Statement, cite, keep_verified, verify_citations
from fiber_pipeline.insight.spanish import decimal, percent

_NPS = ("insights", "all", "all", "all", "all", "nps", "value")


def _nps(connection: duckdb.DuckDBPyConnection) -> Figure:
    figure = cite(connection, *_NPS)
    assert figure is not None
    return figure


def test_true_statement_passes(history: duckdb.DuckDBPyConnection) -> None:
    nps, share = _nps(history), cite(history, "themes", "outages", "share")
    assert share is not None
    text = f"El NPS es {decimal(nps.value)} y los cortes aparecen en el {percent(share.value)}."
    assert verify_citations(history, Statement(text, (nps, share), ("c0000001",))) == []


def test_wrong_figure_in_the_text_is_dropped(history: duckdb.DuckDBPyConnection) -> None:
    nps = _nps(history)
    right = Statement(f"El NPS es {decimal(nps.value)}.", (nps,))
    planted = Statement(f"El NPS es {decimal(nps.value + 3)}.", (nps,))
    kept, dropped = keep_verified(history, [right, planted])
    assert kept == (right,)
    assert [statement for statement, _ in dropped] == [planted]
    assert "none of the cited figures" in dropped[0][1]


def test_lost_sign_is_wrong(history: duckdb.DuckDBPyConnection) -> None:
    nps = _nps(history)
    assert nps.value < 0
    assert verify_citations(history, Statement(f"El NPS es {decimal(-nps.value)}.", (nps,)))


@pytest.mark.parametrize("sign", list(".:/'’·"))
def test_a_number_written_as_nowhere_in_spanish_is_none_of_the_figures(
    history: duckdb.DuckDBPyConnection, sign: str
) -> None:
    sample = cite(history, "insights", "all", "all", "all", "all", "nps", "sample_size")
    assert sample is not None
    # Read in parts, each would be right.
    text = f"Son {sample.value:.0f}{sign}{sample.value:.0f} en total."
    (problem,) = verify_citations(history, Statement(text, (sample,)))
    assert "none of the cited figures" in problem


def test_wrong_figure_in_the_citation_is_found(history: duckdb.DuckDBPyConnection) -> None:
    planted = replace(_nps(history), value=55.0)
    assert verify_citations(history, Statement("El NPS es 55,0.", (planted,)))


def test_figure_of_another_row_is_found(history: duckdb.DuckDBPyConnection) -> None:
    nps = _nps(history)
    origin = json.dumps(["insights", "month", "2026-05", "all", "all", "nps", "value"])
    assert verify_citations(history, Statement(f"El NPS es {decimal(nps.value)}.", (replace(nps, origin=origin),)))


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "nps",
        "[]",
        "{}",
        '["comments", "a", "text"]',
        '["themes", "outages", "label_es"]',
        '["themes", "nothing", "share"]',
    ],
)
def test_citation_of_nothing_is_found(history: duckdb.DuckDBPyConnection, origin: str) -> None:
    assert verify_citations(history, Statement("Algo pasa.", (Figure("share", 0.1, origin),)))


def test_shares_are_written_as_percentages_and_nothing_else_is(history: duckdb.DuckDBPyConnection) -> None:
    nps, share = _nps(history), cite(history, "themes", "outages", "share")
    assert share is not None
    assert verify_citations(history, Statement(f"Son {decimal(share.value, 2)}.", (share,)))
    assert verify_citations(history, Statement(f"Es {decimal(nps.value)} %.", (nps,)))


def test_period_must_be_one_of_the_figures(history: duckdb.DuckDBPyConnection) -> None:
    may = cite(history, "insights", "month", "2026-05", "all", "all", "nps", "value")
    assert may is not None
    assert verify_citations(history, Statement(f"En 2026-05 fue {decimal(may.value)}.", (may,))) == []
    assert verify_citations(history, Statement(f"En 2026-06 fue {decimal(may.value)}.", (may,)))


def test_comments_cited_must_exist_and_count(history: duckdb.DuckDBPyConnection) -> None:
    (duplicate,) = history.sql("SELECT min(comment_id) FROM comments WHERE duplicate_of IS NOT NULL").fetchone() or (
        "",
    )
    nps = _nps(history)
    for comment_id in ("nobody", duplicate):
        assert verify_citations(history, Statement("Así está el NPS.", (nps,), (comment_id,)))


def test_statement_resting_on_nothing_is_none(history: duckdb.DuckDBPyConnection) -> None:
    assert verify_citations(history, Statement("Todo mejora."))


def test_what_cannot_be_cited(history: duckdb.DuckDBPyConnection) -> None:
    assert cite(history, "themes", "nothing", "share") is None
    with pytest.raises(ValueError, match="label_es"):
        cite(history, "themes", "outages", "label_es")
    with pytest.raises(ValueError, match="where a figure stands"):
        cite(history, "themes; DROP TABLE comments", "share")
