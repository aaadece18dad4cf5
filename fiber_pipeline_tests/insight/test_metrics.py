from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from fiber_pipeline.insight import NO_MEMBER, OTHER_MEMBERS, measure_insights
from fiber_pipeline.insight.metrics import MOST_MEMBERS
from fiber_pipeline_tests.insight.history import ASUNCION, Comment, write_comments, write_history

Figures = dict[tuple[str, str, str, str, str], dict[str, object]]


def _figures(connection: duckdb.DuckDBPyConnection, **options: object) -> Figures:
    frame = measure_insights(connection, **options)  # type: ignore[arg-type]
    keys = ["period_kind", "period", "dimension", "member", "metric"]
    return {tuple(row[key] for key in keys): row for row in frame.to_dict("records")}  # type: ignore[misc]


def _whole(figures: Figures, metric: str) -> dict[str, object]:
    return figures["all", "all", "all", "all", metric]


def test_figures_by_hand(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(
        connection,
        [
            Comment("a", nps=10, sentiment="positive", score=0.5, themes={"speed": "positive"}),
            Comment("b", nps=9, sentiment="negative", score=-0.9, themes={"speed": "negative", "price": "negative"}),
            Comment("c", nps=7, sentiment="neutral", score=0.0),
            Comment("d", nps=0, sentiment="mixed", score=-0.1, urgency="high", themes={"speed": "mixed"}),
            Comment("e", nps_group="detractor", text="No", is_informative=False, sentiment="neutral"),
            Comment("f", rating=4, rating_scale="1-5"),
            Comment("g", rating=3.9, rating_scale="1-5"),
            Comment("h", rating=8, rating_scale="0-10"),
            Comment("i", rating=7.5, rating_scale="0-10", sentiment=None),
        ],
    )
    figures = _figures(connection)
    expected = {
        "nps": (100 * (2 - 2) / 5, 5),
        "csat": (2 / 4, 4),
        "promoter_share": (2 / 5, 5),
        "passive_share": (1 / 5, 5),
        "detractor_share": (2 / 5, 5),
        "volume": (9, 9),
        "informative_share": (8 / 9, 9),
        "positive_share": (1 / 7, 7),
        "neutral_share": (4 / 7, 7),
        "negative_share": (1 / 7, 7),
        "mixed_share": (1 / 7, 7),
        "urgent_share": (1 / 7, 7),
        "sentiment_mean": (-0.5 / 7, 7),
        "churn_risk_share": (1 / 9, 9),  # d: severe detractor, detractor and high urgency
    }
    for metric, (value, sample) in expected.items():
        row = _whole(figures, metric)
        assert row["value"] == pytest.approx(value), metric
        assert row["sample_size"] == sample, metric
    assert figures["all", "all", "theme", "speed", "theme_share"]["value"] == pytest.approx(3 / 8)
    assert figures["all", "all", "theme", "speed", "theme_share"]["sample_size"] == 8
    assert figures["all", "all", "theme", "speed", "theme_negative_share"]["value"] == pytest.approx(1 / 3)
    assert figures["all", "all", "theme", "speed", "nps"]["value"] == pytest.approx(100 / 3)
    assert figures["all", "all", "category", "commercial", "theme_share"]["value"] == pytest.approx(1 / 8)


def test_theme_shares_belong_to_themes_alone(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(connection, [Comment("a", themes={"speed": "positive"})])
    dimensions = {key[2] for key in _figures(connection) if key[4] in ("theme_share", "theme_negative_share")}
    assert dimensions == {"theme", "category"}


def test_history_against_pandas(connection: duckdb.DuckDBPyConnection) -> None:
    comments = write_history(connection, comments=1200)
    figures = _figures(connection, metadata_columns=["Ciudad"])
    counted = pd.DataFrame(
        {
            "at": comment.at,
            "source": comment.source,
            "city": comment.metadata["Ciudad"],
            "language": comment.language,
            "group": comment.group,
            "sentiment": comment.sentiment if comment.is_informative else None,
            "informative": comment.is_informative,
            "outages": "outages" in comment.themes and comment.is_informative,
        }
        for comment in comments
        if comment.duplicate_of is None
    )
    counted["month"] = counted["at"].dt.strftime("%Y-%m")
    counted["week"] = counted["at"].map(
        lambda at: None if pd.isna(at) else "{}-W{:02d}".format(*at.isocalendar()[:2]), na_action=None
    )

    def nps(rows: pd.DataFrame) -> float:
        groups = rows["group"].value_counts(normalize=True)
        return float(100 * (groups.get("promoter", 0) - groups.get("detractor", 0)))

    measured: dict[str, Callable[[pd.DataFrame], float]] = {
        "nps": nps,
        "volume": len,
        "negative_share": lambda rows: float((rows["sentiment"].dropna() == "negative").mean()),
    }
    compared = 0
    for column, dimension in (("source", "source"), ("city", "metadata:Ciudad"), ("language", "language")):
        for period_kind in ("month", "week"):
            for (member, period), rows in counted.groupby([column, period_kind]):
                for metric, measure in measured.items():
                    found = figures.get((period_kind, period, dimension, member, metric))
                    if found is not None:
                        assert found["value"] == pytest.approx(measure(rows)), (member, period, metric)
                        compared += 1
    assert compared > 800
    for month, rows in counted.groupby("month"):
        share = figures.get(("month", str(month), "theme", "outages", "theme_share"), {"value": 0})["value"]
        assert share == pytest.approx(rows["outages"].sum() / rows["informative"].sum())


def test_duplicates_count_once(connection: duckdb.DuckDBPyConnection) -> None:
    original = Comment("a", batch="sur/abril.csv", nps=10, themes={"speed": "positive"})
    copy = Comment("b", batch="norte/abril.csv", nps=10, themes={"speed": "positive"}, duplicate_of="a")
    write_comments(connection, [original, copy])
    figures = _figures(connection)
    assert _whole(figures, "volume")["value"] == 1
    assert figures["all", "all", "theme", "speed", "volume"]["value"] == 1
    assert ("all", "all", "source", "norte", "volume") not in figures


def test_empty_warehouse_says_it_counted_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    frame = measure_insights(connection)
    assert set(frame["period_kind"]) == {"all"}
    assert (frame["sample_size"] == 0).all()
    assert frame[["low", "high"]].isna().all(axis=None)
    assert frame.loc[frame["metric"] == "volume", "value"].tolist() == [0]
    assert frame.loc[frame["metric"] != "volume", "value"].isna().all()


def test_one_comment(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(connection, [Comment("a", nps=10, at=datetime(2026, 4, 3, 9))])
    nps = _whole(_figures(connection), "nps")
    assert (nps["value"], nps["sample_size"], nps["is_small_sample"]) == (100, 1, True)
    assert nps["low"] < 0 < nps["high"] == 100  # type: ignore[operator]


def test_undated_comments_count_in_the_whole_only(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(connection, [Comment("a", at=None), Comment("b", at=datetime(2026, 4, 3, 9))])
    volumes = {
        key[:2]: row["value"] for key, row in _figures(connection).items() if key[2:] == ("all", "all", "volume")
    }
    assert volumes == {("all", "all"): 2, ("day", "2026-04-03"): 1, ("week", "2026-W14"): 1, ("month", "2026-04"): 1}


@pytest.mark.parametrize(
    ("at", "month", "week"),
    [
        (datetime(2026, 6, 30, 23, 30), "2026-06", "2026-W27"),  # already July in UTC
        (datetime(2026, 7, 1, 0, 0), "2026-07", "2026-W27"),
        (datetime(2023, 7, 31, 23, 30), "2023-07", "2023-W31"),  # four hours behind UTC in the winters before 2025
        (datetime(2023, 12, 31, 23, 30), "2023-12", "2023-W52"),
        (datetime(2027, 1, 1, 0, 30), "2027-01", "2026-W53"),  # an ISO week belongs to the year of its Thursday
    ],
)
def test_periods_are_of_asuncion(connection: duckdb.DuckDBPyConnection, at: datetime, month: str, week: str) -> None:
    assert at.replace(tzinfo=ASUNCION).utcoffset() is not None
    write_comments(connection, [Comment("a", at=at)])
    periods = {key[0]: key[1] for key in _figures(connection)}
    assert (periods["day"], periods["month"], periods["week"]) == (f"{at:%Y-%m-%d}", month, week)


def test_small_samples_are_marked(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(connection, [Comment(f"c{n}", nps=9 if n < 29 else None) for n in range(30)])
    figures = _figures(connection)
    assert _whole(figures, "nps")["is_small_sample"]
    assert not _whole(figures, "volume")["is_small_sample"]


def test_metadata_columns_of_any_name(connection: duckdb.DuckDBPyConnection) -> None:
    name = 'Zona (N/S) ~ "nueva" $.x; DROP TABLE comments'
    write_comments(
        connection, [Comment("a", metadata={name: "Norte"}), Comment("b", metadata={name: "  "}), Comment("c")]
    )
    figures = _figures(connection, metadata_columns=[name])
    volumes = {
        key[3]: row["value"] for key, row in figures.items() if key[2] == f"metadata:{name}" and key[4] == "volume"
    }
    assert volumes == {"Norte": 1, NO_MEMBER: 2}


def test_metadata_columns_with_endless_values_stay_bounded(connection: duckdb.DuckDBPyConnection) -> None:
    comments = [Comment(f"c{n:04d}", metadata={"Contrato": f"N{n:04d}"}) for n in range(MOST_MEMBERS + 50)]
    write_comments(connection, comments)
    figures = _figures(connection, metadata_columns=["Contrato"])
    volumes = {
        key[3]: row["value"] for key, row in figures.items() if key[2] == "metadata:Contrato" and key[4] == "volume"
    }
    assert len(volumes) == MOST_MEMBERS + 1
    assert volumes[OTHER_MEMBERS] == 50


def test_themes_of_uninformative_comments_are_no_mentions(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(connection, [Comment("a", is_informative=False, themes={"speed": "negative"}), Comment("b")])
    assert ("all", "all", "theme", "speed", "theme_share") not in _figures(connection)


def test_read_only_connections_are_left_as_they_were(history: duckdb.DuckDBPyConnection) -> None:
    before = history.sql("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    measure_insights(history, metadata_columns=["Ciudad"])
    assert history.sql("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall() == before


def test_measuring_is_deterministic(measured_history: Path) -> None:
    frames = []
    for threads in (1, 4):
        with duckdb.connect(str(measured_history), read_only=True, config={"threads": threads}) as opened:
            frames.append(measure_insights(opened))
    assert frames[0].equals(frames[1])
