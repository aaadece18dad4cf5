from datetime import datetime
from typing import Any

import duckdb
import pytest

from fiber_pipeline.insight import measure_themes
from fiber_pipeline_tests.insight.history import TAXONOMY, Comment, write_comments, write_history


def _themes(connection: duckdb.DuckDBPyConnection, **options: Any) -> dict[str, dict[str, Any]]:
    return {row["theme"]: row for row in measure_themes(connection, TAXONOMY, **options).to_dict("records")}


def test_figures_by_hand(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(
        connection,
        [
            Comment("a", nps=0, themes={"outages": "negative"}),
            Comment("b", nps=9, themes={"outages": "negative", "speed": "positive"}),
            Comment("c", nps=10, themes={"speed": "positive"}),
            Comment("d", nps=8),
            Comment("e", themes={"outages": "positive"}),
            Comment("f", nps=0, themes={"outages": "negative"}, duplicate_of="a"),
            Comment("g", nps=0, text=".", is_informative=False),
        ],
    )
    themes = _themes(connection)
    outages = themes["outages"]
    assert (outages["mentions"], outages["nps_sample"]) == (3, 2)
    assert outages["share"] == pytest.approx(3 / 5)
    assert outages["negative_share"] == pytest.approx(2 / 3)
    assert outages["nps"] == pytest.approx(0)
    assert outages["nps_impact"] == pytest.approx(0 - 50)
    assert outages["nps_impact_low"] < -50 < outages["nps_impact_high"]
    assert outages["priority"] == 100
    assert themes["speed"]["priority"] == 0
    assert themes["wifi"]["mentions"] == 0
    assert set(themes) == set(TAXONOMY)


def test_priority_is_relative_to_the_most_pressing(connection: duckdb.DuckDBPyConnection) -> None:
    kind = [Comment(f"k{n}", nps=10) for n in range(60)]
    cut = [Comment(f"o{n}", nps=0, themes={"outages": "negative"}) for n in range(20)]
    dear = [Comment(f"p{n}", nps=0, themes={"price": "negative"}) for n in range(10)]
    write_comments(connection, [*kind, *cut, *dear])
    themes = _themes(connection)
    # share × negative share × points lost: 20/90 × 1 × (100 + 100×50/70), and 10/90 × 1 × (100 + 100×40/80).
    ratio = (10 / 90 * 150) / (20 / 90 * (100 + 100 * 50 / 70))
    assert themes["outages"]["priority"] == 100
    assert themes["price"]["priority"] == pytest.approx(100 * ratio)


def test_without_nps_priority_rests_on_frequency_and_negativity(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(connection, [Comment("a", themes={"price": "negative"}), Comment("b", themes={"app": "positive"})])
    themes = _themes(connection)
    assert themes["price"]["nps_impact"] is None
    assert (themes["price"]["priority"], themes["app"]["priority"]) == (100, 0)


def test_planted_trend_and_spike_are_found_and_nothing_else(history: duckdb.DuckDBPyConnection) -> None:
    themes = _themes(history)
    assert {theme for theme, row in themes.items() if row["trend"] == "rising"} == {"outages"}
    assert {theme for theme, row in themes.items() if row["trend"] == "falling"} == set()
    assert {theme for theme, row in themes.items() if row["is_spike"]} == {"billing"}


def test_nothing_planted_is_nothing_found(connection: duckdb.DuckDBPyConnection) -> None:
    write_history(connection, comments=3000, rising=None, spike=None, seed=11)
    themes = _themes(connection)
    assert {row["trend"] for row in themes.values()} == {"stable"}
    assert not any(row["is_spike"] for row in themes.values())


def test_month_in_progress_makes_no_spike(connection: duckdb.DuckDBPyConnection) -> None:
    write_history(connection, comments=3000, days_of_last_month=12)
    assert not _themes(connection)["billing"]["is_spike"]


def test_few_months_have_no_trend(connection: duckdb.DuckDBPyConnection) -> None:
    write_history(connection, comments=900, months=5)
    assert {row["trend"] for row in _themes(connection).values()} == {"unknown"}


def test_examples_are_negative_first_recent_and_of_different_wording(connection: duckdb.DuckDBPyConnection) -> None:
    told = {"themes": {"outages": "negative"}, "evidence": ("se corta",)}
    write_comments(
        connection,
        [
            Comment("old", text="se corta cada noche desde hace rato", at=datetime(2025, 1, 5), **told),  # type: ignore[arg-type]
            Comment("new", text="se corta el internet cuando llueve", at=datetime(2026, 5, 5), **told),  # type: ignore[arg-type]
            Comment("same", text="Se corta el internet cuando llueve", at=datetime(2026, 5, 4), **told),  # type: ignore[arg-type]
            Comment("copy", text="se corta el internet cuando llueve", duplicate_of="new", **told),  # type: ignore[arg-type]
            Comment("kind", text="ya no se corta el internet, muy bien", themes={"outages": "positive"}),
        ],
    )
    assert list(_themes(connection)["outages"]["examples"]) == ["new", "old", "kind"]


def test_themes_outside_the_taxonomy_are_kept(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(connection, [Comment("a", themes={"app": "negative"})])
    only_speed = {"speed": TAXONOMY["speed"]}
    rows = {row["theme"]: row for row in measure_themes(connection, only_speed).to_dict("records")}
    assert (rows["app"]["label_es"], rows["app"]["category"], rows["app"]["mentions"]) == ("app", "digital", 1)


def test_empty_tables(connection: duckdb.DuckDBPyConnection) -> None:
    frame = measure_themes(connection, TAXONOMY)
    assert len(frame) == len(TAXONOMY)
    assert (frame["mentions"] == 0).all()
    assert frame["share"].isna().all()
