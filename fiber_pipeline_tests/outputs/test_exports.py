import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from fiber_pipeline.outputs import write_exports
from fiber_pipeline.tables import ALL_TABLES, TABLES
from fiber_pipeline.warehouse import Warehouse
from fiber_pipeline_tests.outputs.conftest import HOSTILE

COUNTED = "duplicate_of IS NULL"


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def json_rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def ids(connection: duckdb.DuckDBPyConnection, condition: str) -> list[str]:
    found = connection.execute(f"SELECT comment_id FROM comments WHERE {COUNTED} AND {condition}").fetchall()
    return sorted(comment_id for (comment_id,) in found)


def test_every_redacted_table_is_written_in_every_format(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written = write_exports(history, tmp_path)
    names = {table.name for table in ALL_TABLES} - {"raw_comments", "rejected_rows", "corrections"}
    assert {path.name for path in written} == {
        f"{name}.{form}" for name in names for form in ("parquet", "csv", "jsonl")
    }
    assert sorted(written) == sorted(tmp_path.iterdir())


def test_parquet_keeps_types_and_values(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_exports(history, tmp_path, formats=["parquet"])
    for name in ("comments", "sentiment_scores", "themes", "insights", "recommendations"):
        schema = pq.read_schema(tmp_path / f"{name}.parquet")
        declared = TABLES[name].arrow_schema
        assert set(schema.names) == set(declared.names)
        for field in declared:
            got = schema.field(field.name).type
            # Parquet names the items of lists in its own way.
            assert str(got).replace("element", "item") == str(field.type), (name, field.name)
        extra = " AND duplicate_of IS NULL" if name == "comments" else ""
        if name in ("comments", "themes"):
            path = str(tmp_path / f"{name}.parquet")
            difference = history.execute(
                f"(SELECT * FROM {name} WHERE true{extra} EXCEPT SELECT * FROM read_parquet(?))"
                f" UNION ALL (SELECT * FROM read_parquet(?) EXCEPT SELECT * FROM {name})",
                [path, path],
            ).fetchall()
            assert difference == []


def test_csv_and_jsonl_hold_the_same_rows(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_exports(history, tmp_path, tables=["comments"], formats=["csv", "jsonl"])
    flat, nested = csv_rows(tmp_path / "comments.csv"), json_rows(tmp_path / "comments.jsonl")
    assert len(flat) == len(nested) == len(ids(history, "true"))
    for line, document in zip(flat, nested, strict=True):
        assert line["comment_id"] == document["comment_id"]
        assert line["nps"] == ("" if document["nps"] is None else str(document["nps"]))
        assert line["commented_at"] == (document["commented_at"] or "")
        assert json.loads(line["pii_types"]) == document["pii_types"]
    moments = {
        row[0]: datetime.fromtimestamp(row[1], UTC)
        for row in history.execute(
            "SELECT comment_id, epoch(commented_at) FROM comments WHERE commented_at IS NOT NULL"
        ).fetchall()
    }
    for document in nested:
        if document["commented_at"]:
            assert datetime.fromisoformat(str(document["commented_at"])) == moments[str(document["comment_id"])]


def test_moments_are_utc_whatever_the_sessions_time_zone(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    history.execute("SET TimeZone = 'America/Asuncion'")
    write_exports(history, tmp_path, tables=["comments"], formats=["csv"])
    first = next(row for row in csv_rows(tmp_path / "comments.csv") if row["comment_id"] == "c0000000")
    assert first["commented_at"].endswith("03:30:00Z")


def test_byte_order_mark_is_an_option(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (plain,) = write_exports(history, tmp_path / "a", tables=["themes"], formats=["csv"])
    (marked,) = write_exports(history, tmp_path / "b", tables=["themes"], formats=["csv"], csv_bom=True)
    assert not plain.read_bytes().startswith(b"\xef\xbb\xbf")
    assert marked.read_bytes() == b"\xef\xbb\xbf" + plain.read_bytes()
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["themes.csv"]


def test_no_csv_text_can_run_as_a_formula(hostile: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_exports(hostile, tmp_path, tables=["comments", "emergent_themes", "raw_comments"], formats=["csv", "jsonl"])
    for name in ("comments", "emergent_themes", "raw_comments"):
        for row in csv_rows(tmp_path / f"{name}.csv"):
            assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    texts = {row["text"] for row in csv_rows(tmp_path / "comments.csv")}
    assert {f"'{text}" if text[0] in "=+-@\t" else text for text in HOSTILE} == texts
    assert {document["text"] for document in json_rows(tmp_path / "comments.jsonl")} == set(HOSTILE)


def test_numbers_keep_their_sign(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_exports(history, tmp_path, tables=["themes"], formats=["csv"])
    impacts = [row["nps_impact"] for row in csv_rows(tmp_path / "themes.csv") if row["nps_impact"]]
    assert any(float(impact) < 0 for impact in impacts)


@pytest.mark.parametrize(
    ("choice", "condition"),
    [
        ({"batches": ["interior/2026-05.csv"]}, "batch = 'interior/2026-05.csv'"),
        ({"source": "asuncion"}, "batch LIKE 'asuncion/%'"),
        ({"since": date(2026, 5, 1)}, "commented_at >= TIMESTAMPTZ '2026-05-01 03:00:00+00'"),
        (
            {"since": date(2026, 4, 1), "until": date(2026, 4, 30)},
            "commented_at >= TIMESTAMPTZ '2026-04-01 03:00:00+00'"
            " AND commented_at < TIMESTAMPTZ '2026-05-01 03:00:00+00'",
        ),
        (
            {"themes": ["outages", "wifi"]},
            "comment_id IN (SELECT comment_id FROM comment_themes WHERE theme IN ('outages', 'wifi'))",
        ),
        (
            {"themes": ["price"], "source": "interior", "until": date(2025, 12, 31)},
            "comment_id IN (SELECT comment_id FROM comment_themes WHERE theme = 'price') AND batch LIKE 'interior/%'"
            " AND commented_at < TIMESTAMPTZ '2026-01-01 03:00:00+00'",
        ),
        ({"batches": []}, "false"),
    ],
)
def test_choices_of_comments(
    history: duckdb.DuckDBPyConnection, tmp_path: Path, choice: dict[str, object], condition: str
) -> None:
    written = write_exports(history, tmp_path, formats=["parquet"], **choice)  # type: ignore[arg-type]
    annotated = ["comments", "translated_comments", "sentiment_scores", "comment_themes"]
    of_source = (
        ["themes", "insights", "forecasts", "executive_summary", "recommendations"] if set(choice) == {"source"} else []
    )
    assert [path.stem for path in written] == [*annotated, *of_source]
    expected = ids(history, condition)
    assert bool(expected) == (choice != {"batches": []})
    for path in written[:3]:
        assert sorted(pq.read_table(path)["comment_id"].to_pylist()) == expected
    assert set(pq.read_table(written[3])["comment_id"].to_pylist()) <= set(expected)


def test_figures_of_a_source_are_of_that_source(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_exports(history, tmp_path, tables=["insights"], formats=["csv"], source="interior")
    volume = next(
        row["value"]
        for row in csv_rows(tmp_path / "insights.csv")
        if (row["period"], row["dimension"], row["metric"]) == ("all", "all", "volume")
    )
    assert float(volume) == len(ids(history, "batch LIKE 'interior/%'"))


def test_unredacted_tables_leave_only_by_name(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written = write_exports(
        history, tmp_path, tables=["raw_comments", "rejected_rows"], formats=["parquet"], source="interior"
    )
    assert [path.stem for path in written] == ["raw_comments", "rejected_rows"]
    raw = pq.read_table(written[0])
    assert set(raw["source"].to_pylist()) == {"interior"}
    assert raw.num_rows == len(ids(history, "batch LIKE 'interior/%'"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tables": ["comentarios"]}, "there is no table 'comentarios'; did you mean 'comments'"),
        ({"formats": ["xml"]}, "there is no format 'xml'"),
        ({"tables": ["insights"], "batches": ["a.csv"]}, "insights spans the whole history"),
        ({"tables": ["emergent_themes"], "source": "interior"}, "cannot be limited by source"),
        ({"tables": ["rejected_rows"], "since": date(2026, 1, 1)}, "by batches and source only"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_a_file_is_written(
    history: duckdb.DuckDBPyConnection, tmp_path: Path, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        write_exports(history, tmp_path / "out", **arguments)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_a_folder_with_quotes_in_its_name(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    folder = tmp_path / 'd\'Asunción; DROP "x"'
    written = write_exports(history, folder, tables=["themes"])
    assert all(path.stat().st_size for path in written)


def test_an_empty_warehouse_gives_files_with_columns_and_no_rows(
    empty: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_exports(empty, tmp_path)
    assert pq.read_table(tmp_path / "comments.parquet").num_rows == 0
    assert (tmp_path / "comments.csv").read_text("utf-8").startswith("batch,comment_id,")
    assert (tmp_path / "comments.jsonl").read_text("utf-8") == ""


def test_the_warehouses_own_connections_can_be_exported_from(tmp_path: Path) -> None:
    with Warehouse(str(tmp_path / "fiber.duckdb")).reader() as connection:
        written = write_exports(connection, tmp_path / "out")
    assert all(path.exists() for path in written)
