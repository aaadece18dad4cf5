import json
from pathlib import Path

import duckdb
import pytest

from fiber_pipeline.insight import Figure, Statement, load_playbook, recommend, verify_citations
from fiber_pipeline.insight import recommendations as module
from fiber_pipeline.tables import RECOMMENDATIONS, THEMES
from fiber_pipeline_tests.insight.conftest import measure_all
from fiber_pipeline_tests.insight.history import TAXONOMY, Comment, write_comments, write_table


def test_the_package_playbook_has_a_play_for_every_theme() -> None:
    assert set(load_playbook().themes) == set(TAXONOMY)


@pytest.mark.parametrize(("field", "value"), [("steps", "Responder en 24 horas."), ("effort", "enorme")])
def test_playbook_mistakes_are_named(tmp_path: Path, field: str, value: str) -> None:
    play = {"title": "Título", "steps": "Pasos.", "effort": "low"}
    path = tmp_path / "playbook.yaml"
    path.write_text(
        json.dumps({"themes": {"app": {**play, field: value}}, "default": play, "strength": play, "urgent": play})
    )
    with pytest.raises(ValueError, match="app"):
        load_playbook(path)


def test_history_brings_the_planted_problems_first(history: duckdb.DuckDBPyConnection) -> None:
    frame = recommend(history)
    themes = frame["theme"].dropna().tolist()
    assert themes[:2] == ["outages", "billing"]
    assert frame["rank"].tolist() == list(range(1, len(frame) + 1))
    by_theme = {row["theme"]: row for row in frame.to_dict("records")}
    assert None in by_theme  # the call list
    assert "en aumento" in by_theme["outages"]["why"]
    assert "por encima de su nivel habitual" in by_theme["billing"]["why"]


def test_every_recommendation_rests_on_figures_and_comments_that_hold(history: duckdb.DuckDBPyConnection) -> None:
    rows = recommend(history).to_dict("records")
    assert len(rows) >= 4
    for row in rows:
        figures = tuple(Figure(**figure) for figure in row["figures"])
        assert figures
        assert len(row["evidence"]) > 0
        assert verify_citations(history, Statement(row["why"], figures, tuple(row["evidence"]))) == []


def test_impact_is_the_points_that_would_be_won(history: duckdb.DuckDBPyConnection) -> None:
    rows = {row["theme"]: row for row in recommend(history).to_dict("records")}
    (share, impact) = history.sql("SELECT share, nps_impact FROM themes WHERE theme = 'outages'").fetchone() or (0, 0)
    assert rows["outages"]["impact"] == pytest.approx(-impact * share)


def test_statement_that_does_not_hold_is_dropped(
    history: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = module.percent
    monkeypatch.setattr(module, "percent", lambda share: honest(share + 0.2))
    rows = {row["theme"]: row for row in recommend(history).to_dict("records")}
    assert "%" not in rows["outages"]["why"]
    assert "NPS" in rows["outages"]["why"]
    assert None not in rows  # the call list's only sentence is a percentage


def test_small_samples_bring_no_recommendation(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(connection, [Comment(f"c{n}", nps=6, themes={"app": "negative"}) for n in range(10)])
    measure_all(connection)
    assert len(recommend(connection)) == 0


def test_without_nps_frequency_and_negativity_still_recommend(connection: duckdb.DuckDBPyConnection) -> None:
    bad = [Comment(f"a{n}", themes={"app": "negative"}) for n in range(40)]
    write_comments(connection, [*bad, *(Comment(f"b{n}") for n in range(40))])
    measure_all(connection)
    (row,) = recommend(connection).to_dict("records")
    assert (row["theme"], row["impact"]) == ("app", None)
    assert "50,0 %" in row["why"]
    assert "NPS" not in row["why"]


def test_edited_playbook_is_used(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    play = {"title": "Cambiar todo", "steps": "Ya.", "effort": "high"}
    path = tmp_path / "playbook.yaml"
    path.write_text(json.dumps({"themes": {}, "default": play, "strength": play, "urgent": play}))
    assert set(recommend(history, playbook=load_playbook(path))["title"]) == {"Cambiar todo"}


def test_empty_tables(connection: duckdb.DuckDBPyConnection) -> None:
    write_table(connection, THEMES, THEMES.empty())
    frame = recommend(connection)
    assert len(RECOMMENDATIONS.validate(frame)) == 0
