from pathlib import Path

import pytest

from fiber_pipeline.tables import (
    ALL_TABLES,
    API_CALLS,
    COMMENTS,
    CORRECTIONS,
    EMERGENT_THEMES,
    INSIGHTS,
    RAW_COMMENTS,
    RECOMMENDATIONS,
    REJECTED_ROWS,
    THEMES,
)
from fiber_pipeline.warehouse import Warehouse
from fiber_pipeline_tests.warehouse.frames import comment_ids, small_frame

GONE = "cliente 'plantado'; --"
WORDS = "palabras plantadas para borrar"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two batches of three comments; the second comment of `a` is the customer's to forget."""
    path = tmp_path / "fiber.duckdb"
    warehouse = Warehouse(str(path))
    rows = ["row 0", "row 1", "row 2"]
    for table in ALL_TABLES:
        for batch in ("a", "b") if table.partitioned else (None,):
            changes: dict[str, object] = {}
            if table in (RAW_COMMENTS, COMMENTS):
                changes["row_id"] = rows
                if batch == "a":
                    changes["customer_id"] = ["otro", GONE if table is RAW_COMMENTS else None, None]
                    changes["comment" if table is RAW_COMMENTS else "text"] = ["hola", WORDS, "chau"]
            if table is REJECTED_ROWS and batch == "a":
                changes["row"] = ['{"Cliente": "' + GONE + '"}', '["x", "' + GONE + '"]', '{"Cliente": "otro"}']
            if table in (THEMES, EMERGENT_THEMES):
                changes["examples"] = [comment_ids("a", 3), comment_ids("b", 2), []]
            if table is RECOMMENDATIONS:
                changes["evidence"] = [comment_ids("a", 2), comment_ids("b", 1), []]
            if table is INSIGHTS:
                changes["dimension"] = ["batch", "batch", "all"]
                changes["member"] = ["a", "b", "all"]
            warehouse.write(table, small_frame(table, batch or "", **changes), batch)
    assert WORDS.encode() in path.read_bytes()
    return path


def test_all_answers_of_a_customer_go_and_nobody_elses(tmp_path: Path) -> None:
    warehouse = Warehouse(str(tmp_path / "fiber.duckdb"))
    warehouse.write(
        RAW_COMMENTS, small_frame(RAW_COMMENTS, "a", row_id=["1", "2", "3"], customer_id=[GONE, "x", "y"]), "a"
    )
    answers = small_frame(COMMENTS, "a", 4, row_id=["1", "1", "2", "3"], is_main=[True, False, True, True])
    warehouse.write(COMMENTS, answers, "a")
    removed = warehouse.erase(customer_id=GONE)
    assert (removed["raw_comments"], removed["comments"]) == (1, 2)
    assert warehouse.read(COMMENTS, ["row_id"])["row_id"].tolist() == ["2", "3"]


def test_a_customer_leaves_every_table_and_the_file(path: Path) -> None:
    warehouse = Warehouse(str(path))
    removed = warehouse.erase(customer_id=GONE)
    per_table = {table.name: 1 for table in ALL_TABLES if table.partitioned} | {"rejected_rows": 2}
    assert removed == {table.name: per_table.get(table.name, 0) for table in ALL_TABLES}
    for file in path.parent.iterdir():
        assert WORDS.encode() not in file.read_bytes()
        assert GONE.encode() not in file.read_bytes()
        assert b"a#1" not in file.read_bytes()
    assert warehouse.read(COMMENTS)["comment_id"].tolist() == ["a#0", "a#2", *comment_ids("b", 3)]
    examples = [list(ids) for ids in warehouse.read(THEMES)["examples"]]
    assert examples == [["a#0", "a#2"], ["b#0", "b#1"], []]
    assert [list(ids) for ids in warehouse.read(RECOMMENDATIONS)["evidence"]] == [["a#0"], ["b#0"], []]
    warehouse.write(COMMENTS, small_frame(COMMENTS, "c"), "c")
    assert warehouse.row_counts()["comments"] == 8


def test_a_batch_leaves_every_table_and_what_is_said_of_it(path: Path) -> None:
    warehouse = Warehouse(str(path))
    removed = warehouse.erase(batch="a")
    assert removed == {table.name: 3 if table.partitioned else 1 if table is INSIGHTS else 0 for table in ALL_TABLES}
    assert warehouse.read(INSIGHTS)["member"].tolist() == ["b", "all"]
    assert [list(ids) for ids in warehouse.read(EMERGENT_THEMES)["examples"]] == [[], ["b#0", "b#1"], []]
    assert WORDS.encode() not in path.read_bytes()
    assert set(warehouse.read(RAW_COMMENTS)["batch"]) == {"b"}


def test_what_only_has_the_same_name_stays(path: Path) -> None:
    warehouse = Warehouse(str(path))
    said = small_frame(CORRECTIONS, reviewer=["Ana", "all", "Beto"], file="a")
    warehouse.write(CORRECTIONS, said)
    warehouse.write(API_CALLS, small_frame(API_CALLS, "b", operation="Ana", endpoint="a"))
    figures = {"dimension": ["source", "metadata:Contrato", "all"], "member": ["a", "Ana", "all"]}
    warehouse.write(INSIGHTS, small_frame(INSIGHTS, metric="nps", **figures))
    removed = warehouse.erase(customer_id="Ana")
    assert {table: count for table, count in removed.items() if count} == {"insights": 1}
    assert not any(warehouse.erase(customer_id="all").values())
    assert warehouse.erase(batch="a")["api_calls"] == 0
    assert warehouse.read(INSIGHTS)["member"].tolist() == ["a", "all"]
    assert warehouse.read(CORRECTIONS).equals(said)
    assert warehouse.erase(batch="b")["api_calls"] == 3


def test_descriptions_types_and_order_survive_the_rewriting(path: Path) -> None:
    warehouse = Warehouse(str(path))
    # All but the warehouse's own table that erasing makes.
    catalog = (
        "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
        "WHERE table_name <> 'erasures' ORDER BY ALL"
    )
    with warehouse.reader() as connection:
        before = connection.execute(catalog).fetchall()
    kept = warehouse.read(RAW_COMMENTS, partitions=["b"])
    warehouse.erase(batch="a")
    with warehouse.reader() as connection:
        assert connection.execute(catalog).fetchall() == before
    assert warehouse.read(RAW_COMMENTS).equals(kept)


def test_nobody_to_erase_is_no_error_and_either_is_to_be_named(path: Path, tmp_path: Path) -> None:
    nothing = {table.name: 0 for table in ALL_TABLES}
    assert Warehouse(str(path)).erase(customer_id="nobody") == nothing
    assert Warehouse(str(tmp_path / "none.duckdb")).erase(batch="a") == nothing
    for names in ({}, {"batch": "a", "customer_id": "x"}, {"batch": ""}):
        with pytest.raises(ValueError, match="either a batch or a customer"):
            Warehouse(str(path)).erase(**names)
