from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fiber_pipeline.tables import (
    ALL_TABLES,
    COMMENTS,
    RAW_COMMENTS,
    REJECTED_ROWS,
    SENTIMENT_SCORES,
    THEMES,
    SchemaViolation,
    Table,
)
from fiber_pipeline.warehouse import UnsupportedLocation, Warehouse
from fiber_pipeline_tests.warehouse.frames import MOMENT, small_frame

HOSTILE = [
    "x'; DROP TABLE comments; --",
    'comillas "dobles"; SELECT 1',
    "línea\nnueva\ttab\r",
    "ñandutí 🙂 \u202e al revés",
    "%_?$1 {} \\",
    "NULL",
    " ",
    "nul\0byte",
]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(str(tmp_path / "warehouse" / "fiber.duckdb"))


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_every_type_survives_the_round_trip(warehouse: Warehouse, table: Table) -> None:
    frame = small_frame(table)
    partition = "norte/marzo.csv" if table.partitioned else None
    report = warehouse.write(table, frame, partition)
    assert (report.table, report.partition, report.rows, report.replaced_rows) == (table.name, partition, 3, 0)
    pd.testing.assert_frame_equal(warehouse.read(table), frame)
    assert warehouse.write(table, frame[::-1], partition).replaced_rows == 3
    pd.testing.assert_frame_equal(warehouse.read(table), frame[::-1].reset_index(drop=True))
    assert warehouse.write(table, table.empty(), partition).replaced_rows == 3
    pd.testing.assert_frame_equal(warehouse.read(table), table.empty())


def test_reordered_columns_land_under_their_names(warehouse: Warehouse) -> None:
    frame = small_frame(RAW_COMMENTS)
    warehouse.write(RAW_COMMENTS, frame[sorted(frame.columns, reverse=True)], "norte/marzo.csv")
    pd.testing.assert_frame_equal(warehouse.read(RAW_COMMENTS), frame)


def test_a_write_touches_its_own_partition_only(warehouse: Warehouse) -> None:
    for batch, count in (("b", 3), ("a", 2), ("c", 4)):
        warehouse.write(REJECTED_ROWS, small_frame(REJECTED_ROWS, batch, count), batch)
    warehouse.write(REJECTED_ROWS, small_frame(REJECTED_ROWS, "b", 0), "b")
    assert warehouse.read(REJECTED_ROWS)["batch"].tolist() == ["a"] * 2 + ["c"] * 4
    assert warehouse.read(REJECTED_ROWS, partitions=["c"])["batch"].tolist() == ["c"] * 4
    assert warehouse.read(REJECTED_ROWS, ["row_number", "batch"], ["c", "a"])["row_number"].tolist() == [
        1,
        2,
        1,
        2,
        3,
        4,
    ]
    assert warehouse.read(REJECTED_ROWS, partitions=["b"]).equals(REJECTED_ROWS.empty())
    assert warehouse.read(REJECTED_ROWS, partitions=[]).equals(REJECTED_ROWS.empty())


def test_rows_are_read_in_the_order_of_batches_and_then_as_written(warehouse: Warehouse) -> None:
    ids = [f"id {place * 7919 % 5000}" for place in range(5000)]
    for batch in ("b", "a"):
        warehouse.write(SENTIMENT_SCORES, small_frame(SENTIMENT_SCORES, batch, 5000, comment_id=ids), batch)
    found = warehouse.read(SENTIMENT_SCORES, ["batch", "comment_id"])
    assert found["comment_id"].tolist() == ids * 2
    assert found["batch"].tolist() == ["a"] * 5000 + ["b"] * 5000


@pytest.mark.parametrize("partition", HOSTILE)
def test_hostile_partitions_are_only_names(warehouse: Warehouse, partition: str) -> None:
    warehouse.write(COMMENTS, small_frame(COMMENTS, "other"), "other")
    for count in (3, 2):
        frame = small_frame(COMMENTS, partition, count, text=HOSTILE[:count], customer_id=HOSTILE[-count:])
        warehouse.write(COMMENTS, frame, partition)
    found = warehouse.read(COMMENTS, ["batch", "text", "customer_id"], [partition])
    assert found["batch"].tolist() == [partition] * 2
    assert found["text"].tolist() == HOSTILE[:2]
    assert found["customer_id"].tolist() == HOSTILE[-2:]
    assert warehouse.row_counts()["comments"] == 5
    assert warehouse.first_ingested(partition, partition) is None


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_any_text_survives(warehouse: Warehouse, texts: list[str]) -> None:
    warehouse.write(
        RAW_COMMENTS, small_frame(RAW_COMMENTS, "b", len(texts), comment=texts, problems=[texts] * len(texts)), "b"
    )
    found = warehouse.read(RAW_COMMENTS, ["comment", "problems"])
    assert found["comment"].tolist() == texts
    assert [list(problems) for problems in found["problems"]] == [texts] * len(texts)


def test_json_is_json_to_sql_and_the_same_text_to_pandas(warehouse: Warehouse) -> None:
    text = '{"Región":  "Itapúa", "dos": [1, 2.50]}'
    warehouse.write(RAW_COMMENTS, small_frame(RAW_COMMENTS, "b", metadata=text), "b")
    assert warehouse.read(RAW_COMMENTS, ["metadata"])["metadata"].tolist() == [text] * 3
    with warehouse.reader() as connection:
        assert connection.execute(
            "SELECT DISTINCT metadata->>'Región', typeof(metadata) FROM raw_comments"
        ).fetchall() == [("Itapúa", "JSON")]


def _with(**changes: object) -> pd.DataFrame:
    return small_frame(RAW_COMMENTS, "b").assign(**changes)


@pytest.mark.parametrize(
    ("frame", "complaint"),
    [
        (_with(nps=[1.6, 2, 3]), "'nps' should be int64"),
        (_with(nps=[11, 2, 3]), "nps"),
        (_with(row_id="same"), "row_id"),
        (_with(batch=["b", "b", "c"]), "1 rows of partition 'b' name another batch"),
        (_with(batch="c"), "3 rows of partition 'b' name another batch"),
        (_with(batch=None), "batch"),
        (_with(extra=1), r"unknown columns \['extra'\]"),
        (_with().drop(columns="sheet"), r"missing columns \['sheet'\]"),
        (_with(metadata=["{}", "{", "no"]), "'metadata' is no JSON document in 2 rows"),
        (_with(ingested_at=MOMENT.replace(tzinfo=None)), "without a zone"),
        (_with(problems=None), "problems"),
    ],
)
def test_bad_rows_are_refused_and_the_old_ones_stand(warehouse: Warehouse, frame: pd.DataFrame, complaint: str) -> None:
    warehouse.write(RAW_COMMENTS, small_frame(RAW_COMMENTS, "b"), "b")
    before = warehouse.read(RAW_COMMENTS)
    with pytest.raises(SchemaViolation, match=complaint):
        warehouse.write(RAW_COMMENTS, frame, "b")
    assert warehouse.read(RAW_COMMENTS).equals(before)


def test_messages_about_bad_rows_hold_no_comments(warehouse: Warehouse) -> None:
    secret = "planted: llamame al 0981 123 456"
    for bad in (_with(comment=[secret, 7, None]), _with(metadata=secret), _with(comment=secret, nps=99)):
        with pytest.raises(SchemaViolation) as raised:
            warehouse.write(RAW_COMMENTS, bad, "b")
        assert "0981" not in str(raised.value)


def test_partitions_are_named_where_they_must_be_and_only_there(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="name the batch"):
        warehouse.write(COMMENTS, small_frame(COMMENTS))
    with pytest.raises(ValueError, match="themes is not partitioned"):
        warehouse.write(THEMES, small_frame(THEMES), "b")
    with pytest.raises(ValueError, match="themes is not partitioned"):
        warehouse.read(THEMES, partitions=["b"])
    with pytest.raises(ValueError, match=r"themes has no columns \['thema'\]"):
        warehouse.read(THEMES, ["thema"])


def test_tables_written_together_stand_or_fall_together(warehouse: Warehouse) -> None:
    first = [(RAW_COMMENTS, small_frame(RAW_COMMENTS, "b")), (REJECTED_ROWS, small_frame(REJECTED_ROWS, "b", 1))]
    assert [(report.table, report.rows) for report in warehouse.write_many(first, "b")] == [
        ("raw_comments", 3),
        ("rejected_rows", 1),
    ]
    broken = Table("rejected_rows", "x", REJECTED_ROWS.columns, reconcile=("SELECT error('cut short')",))
    second = [(RAW_COMMENTS, small_frame(RAW_COMMENTS, "b", 2)), (broken, small_frame(REJECTED_ROWS, "b", 2))]
    with pytest.raises(duckdb.InvalidInputException, match="cut short"):
        warehouse.write_many(second, "b")
    assert warehouse.row_counts()["raw_comments"] == 3
    assert warehouse.row_counts()["rejected_rows"] == 1


def test_nothing_written_yet_reads_as_empty_typed_tables(warehouse: Warehouse, tmp_path: Path) -> None:
    with warehouse.reader() as connection:
        for table in ALL_TABLES:
            found = connection.execute(f'SELECT * FROM "{table.name}"').to_arrow_table()
            assert found.schema.names == list(table.columns)
            assert found.num_rows == 0
    assert warehouse.read(COMMENTS, ["nps", "text"]).equals(COMMENTS.empty()[["nps", "text"]])
    assert warehouse.row_counts() == {table.name: 0 for table in ALL_TABLES}
    assert warehouse.batches().empty
    assert not (tmp_path / "warehouse").exists()


def test_one_table_written_the_others_read_as_empty(warehouse: Warehouse) -> None:
    warehouse.write(COMMENTS, small_frame(COMMENTS, "b"), "b")
    with warehouse.reader() as connection:
        joined = connection.execute(
            "SELECT count(*), count(s.score) FROM comments LEFT JOIN sentiment_scores AS s USING (comment_id)"
        ).fetchone()
    assert joined == (3, 0)


def test_batches_tell_copies_of_the_earliest(warehouse: Warehouse) -> None:
    moments = pd.Timestamp(MOMENT)
    for batch, sha, days in (("c", "a", 0), ("a", "a", 1), ("b", "b", 2), ("d", "a", 1)):
        frame = small_frame(RAW_COMMENTS, batch, 2, file_sha256=sha * 64, ingested_at=moments + pd.Timedelta(days=days))
        warehouse.write(RAW_COMMENTS, frame, batch)
    found = warehouse.batches()
    assert found["batch"].tolist() == ["a", "b", "c", "d"]
    assert found["rows"].tolist() == [2] * 4
    assert found["copy_of"].fillna("").tolist() == ["c", "", "", "c"]
    assert found["ingested_at"].tolist()[2] == moments
    assert warehouse.first_ingested("a", "a" * 64) == MOMENT + pd.Timedelta(days=1)
    assert warehouse.first_ingested("a", "b" * 64) is None


@pytest.mark.parametrize("location", ["ducklake:postgres:dbname=x", "md:fiber", "s3://bucket/fiber.duckdb", "", " "])
def test_other_kinds_of_location_are_refused_with_what_is_supported(location: str) -> None:
    with pytest.raises(UnsupportedLocation, match="DuckDB file"):
        Warehouse(location)


def test_a_folder_or_another_file_is_no_warehouse(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedLocation, match="is a folder"):
        Warehouse(str(tmp_path))
    (tmp_path / "notes.txt").write_text("hola " * 1000)
    with pytest.raises(RuntimeError, match=r"notes.txt is not a DuckDB database"):
        Warehouse(str(tmp_path / "notes.txt")).row_counts()
