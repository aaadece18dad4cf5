"""Which batches are whole, and what is counted while some are not."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from fiber_pipeline.insight import IncompleteBatch, incomplete_batches, one_source, without_incomplete
from fiber_pipeline.outputs import wording
from fiber_pipeline.tables import COMMENT_THEMES, COMMENTS, RAW_COMMENTS, SENTIMENT_SCORES, TRANSLATED_COMMENTS, Table
from fiber_pipeline.warehouse import Warehouse
from fiber_pipeline.warehouse.versions import take_sources
from fiber_pipeline_tests.warehouse.frames import small_frame

WHOLE, HALF = "sur/b.csv", "norte/a.csv"
STEPS: Sequence[tuple[Table, Sequence[Table]]] = (
    (RAW_COMMENTS, ()),
    (COMMENTS, (RAW_COMMENTS,)),
    (TRANSLATED_COMMENTS, (COMMENTS,)),
    (SENTIMENT_SCORES, (COMMENTS, TRANSLATED_COMMENTS)),
    (COMMENT_THEMES, (COMMENTS, TRANSLATED_COMMENTS)),
)
COUNTED = "SELECT batch, count(*) FROM comments WHERE duplicate_of IS NULL GROUP BY batch ORDER BY batch"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(str(tmp_path / "fiber.duckdb"))


def fill(warehouse: Warehouse, batch: str, steps: int = len(STEPS)) -> None:
    for table, read in STEPS[:steps]:
        sources = take_sources([warehouse.read_batches(other, None, [batch]) for other in read])
        # The same three responses in every batch, of which the earliest batch's count.
        columns = {"is_distinctive": True} if table is COMMENTS else {}
        warehouse.write(table, small_frame(table, batch, **columns), batch, sources.get(batch, ()))


def found(warehouse: Warehouse) -> dict[str, Sequence[str]]:
    with warehouse.reader() as connection:
        return {item.batch: item.tables for item in incomplete_batches(connection)}


@pytest.mark.parametrize(
    ("steps", "missing"),
    [
        (1, ["comment_themes", "comments", "sentiment_scores", "translated_comments"]),
        (2, ["comment_themes", "sentiment_scores", "translated_comments"]),
        (4, ["comment_themes"]),
    ],
)
def test_a_batch_whose_run_broke_off_is_not_whole(warehouse: Warehouse, steps: int, missing: list[str]):
    fill(warehouse, WHOLE)
    fill(warehouse, HALF, steps)
    assert found(warehouse) == {HALF: missing}
    fill(warehouse, HALF)
    assert found(warehouse) == {}


def test_a_new_reading_makes_what_was_made_of_the_last_stale(warehouse: Warehouse):
    fill(warehouse, HALF)
    fill(warehouse, HALF, 1)
    assert found(warehouse) == {HALF: ["comments"]}
    fill(warehouse, HALF, 3)
    assert found(warehouse) == {HALF: ["comment_themes", "sentiment_scores"]}


def test_batches_from_before_versions_were_kept_are_judged_by_their_rows(warehouse: Warehouse):
    fill(warehouse, WHOLE)
    fill(warehouse, HALF, 3)
    with warehouse._access.writing(1) as connection:
        connection.execute("DROP TABLE batch_tables")
    assert found(warehouse) == {HALF: ["sentiment_scores"]}


def test_what_is_not_whole_is_left_out_and_equal_responses_count_elsewhere(warehouse: Warehouse):
    fill(warehouse, HALF)
    fill(warehouse, WHOLE)
    with warehouse.reader() as connection:
        # Both batches hold the same responses.
        assert connection.execute(COUNTED).fetchall() == [(HALF, 3)]
    fill(warehouse, HALF, 2)
    with warehouse.reader() as connection:
        with without_incomplete(connection) as left_out:
            assert [item.batch for item in left_out] == [HALF]
            assert connection.execute(COUNTED).fetchall() == [(WHOLE, 3)]
            assert found_inside(connection) == [HALF]
            with one_source(connection, "sur", with_figures=False):
                assert connection.execute(COUNTED).fetchall() == [(WHOLE, 3)]
            with one_source(connection, "norte", with_figures=False):
                assert connection.execute(COUNTED).fetchall() == []
        assert connection.execute(COUNTED).fetchall() == [(HALF, 3)]


def found_inside(connection) -> list[str]:
    return [item.batch for item in incomplete_batches(connection)]


def test_it_is_said_what_does_not_count_and_what_does():
    batches = [{"batch": WHOLE, "counted": 3, "responses": 3, "first_comment": None, "last_comment": None}]
    half, late = IncompleteBatch(HALF, ["comments"], ""), IncompleteBatch(WHOLE, ["comment_themes"], "")
    assert wording.coverage(batches, None).endswith("todas las fuentes.")
    assert wording.coverage(batches, None, [half]).endswith(
        "No se cuenta 1 archivo sin análisis completo: norte/a.csv."
    )
    assert wording.coverage(batches, "sur", [half]).endswith("solo la fuente «sur».")
    assert "Se cuenta también 1 archivo sin análisis completo: sur/b.csv." in wording.coverage(batches, None, [late])
