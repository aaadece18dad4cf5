"""A batch whose tables are written by several who do not know of each other."""

from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pandas as pd
import pytest

from fiber_pipeline.tables import COMMENTS, RAW_COMMENTS, SENTIMENT_SCORES, TRANSLATED_COMMENTS, Table
from fiber_pipeline.warehouse import Overtaken, Warehouse
from fiber_pipeline.warehouse.versions import carried, take_sources
from fiber_pipeline_tests.warehouse.frames import small_frame

BATCH = "norte/marzo.csv"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(str(tmp_path / "fiber.duckdb"))


def read(warehouse: Warehouse, *tables: Table) -> list[pd.DataFrame]:
    return [warehouse.read_batches(table, None, [BATCH]) for table in tables]


def write(warehouse: Warehouse, table: Table, sources: list[pd.DataFrame]) -> None:
    warehouse.write(table, small_frame(table, BATCH), BATCH, take_sources(sources).get(BATCH, ()))


def write_all(warehouse: Warehouse) -> None:
    write(warehouse, RAW_COMMENTS, [])
    write(warehouse, COMMENTS, read(warehouse, RAW_COMMENTS))
    write(warehouse, TRANSLATED_COMMENTS, read(warehouse, COMMENTS))
    write(warehouse, SENTIMENT_SCORES, read(warehouse, COMMENTS, TRANSLATED_COMMENTS))


def count(warehouse: Warehouse, table: Table) -> int:
    return len(warehouse.read(table, partitions=[BATCH]))


def test_what_was_made_of_an_earlier_reading_is_not_written(warehouse: Warehouse):
    write_all(warehouse)
    raw = read(warehouse, RAW_COMMENTS)
    inputs = read(warehouse, COMMENTS, TRANSLATED_COMMENTS)
    write(warehouse, RAW_COMMENTS, [])
    before = warehouse.read(SENTIMENT_SCORES)
    with pytest.raises(Overtaken, match=r"comments of norte/marzo.csv was made from an earlier raw_comments"):
        write(warehouse, SENTIMENT_SCORES, inputs)
    with pytest.raises(Overtaken, match="its raw_comments was written anew"):
        write(warehouse, COMMENTS, raw)
    assert warehouse.read(SENTIMENT_SCORES).equals(before)


def test_a_step_does_not_begin_with_what_is_out_of_date(warehouse: Warehouse):
    write_all(warehouse)
    write(warehouse, COMMENTS, read(warehouse, RAW_COMMENTS))
    with pytest.raises(Overtaken, match="materialize what follows comments"):
        read(warehouse, TRANSLATED_COMMENTS)


def test_inputs_read_at_two_moments_are_told_apart(warehouse: Warehouse):
    write_all(warehouse)
    earlier = read(warehouse, COMMENTS)
    write_all(warehouse)
    with pytest.raises(Overtaken, match="made from an earlier comments"):
        take_sources([*earlier, *read(warehouse, TRANSLATED_COMMENTS)])


def test_annotating_again_without_reading_again_goes_on(warehouse: Warehouse):
    write_all(warehouse)
    write(warehouse, TRANSLATED_COMMENTS, read(warehouse, COMMENTS))
    write(warehouse, SENTIMENT_SCORES, read(warehouse, COMMENTS, TRANSLATED_COMMENTS))
    assert count(warehouse, SENTIMENT_SCORES) == 3


def test_a_reading_takes_the_place_of_what_stood_when_it_began(warehouse: Warehouse):
    standing = warehouse.current(RAW_COMMENTS, BATCH)
    frames = [(RAW_COMMENTS, small_frame(RAW_COMMENTS, BATCH))]
    warehouse.write_many(frames, BATCH, replacing=standing)
    with pytest.raises(Overtaken):
        warehouse.write_many(frames, BATCH, replacing=standing)
    warehouse.write_many(frames, BATCH, replacing=warehouse.current(RAW_COMMENTS, BATCH))


def test_other_batches_are_other_matters(warehouse: Warehouse):
    write_all(warehouse)
    inputs = read(warehouse, COMMENTS, TRANSLATED_COMMENTS)
    warehouse.write(RAW_COMMENTS, small_frame(RAW_COMMENTS, "sur/abril.csv"), "sur/abril.csv")
    write(warehouse, SENTIMENT_SCORES, inputs)


@pytest.mark.parametrize("whom", [{"batch": BATCH}, {"customer_id": "customer_id"}])
def test_what_was_erased_does_not_come_back_by_a_step_that_had_read_it(warehouse: Warehouse, whom: dict[str, str]):
    write_all(warehouse)
    if "customer_id" in whom:
        whom = {"customer_id": str(warehouse.read(RAW_COMMENTS)["customer_id"][0])}
    inputs = read(warehouse, COMMENTS, TRANSLATED_COMMENTS)
    warehouse.erase(**whom)
    left = count(warehouse, SENTIMENT_SCORES)
    with pytest.raises(Overtaken):
        write(warehouse, SENTIMENT_SCORES, inputs)
    assert count(warehouse, SENTIMENT_SCORES) == left
    if "batch" not in whom:
        write(warehouse, SENTIMENT_SCORES, read(warehouse, COMMENTS, TRANSLATED_COMMENTS))


@pytest.mark.parametrize("whom", [{"batch": "sur/abril.csv"}, {"customer_id": "nobody of this batch"}])
def test_a_file_that_was_being_read_while_something_was_erased_is_read_again(
    warehouse: Warehouse, whom: dict[str, str]
):
    """What is in no table yet may be what was to be forgotten."""
    write_all(warehouse)
    frames = [(RAW_COMMENTS, small_frame(RAW_COMMENTS, "new.csv"))]
    standing = warehouse.current(RAW_COMMENTS, "new.csv")
    warehouse.erase(**whom)
    with pytest.raises(Overtaken, match="erased"):
        warehouse.write_many(frames, "new.csv", replacing=standing)
    warehouse.write_many(frames, "new.csv", replacing=warehouse.current(RAW_COMMENTS, "new.csv"))


def test_the_history_is_another_after_anything_that_is_written_or_erased(warehouse: Warehouse):
    seen = [warehouse.history()]
    write_all(warehouse)
    seen.append(warehouse.history())
    assert warehouse.history() == seen[-1]
    warehouse.write(RAW_COMMENTS, small_frame(RAW_COMMENTS, "sur/abril.csv"), "sur/abril.csv")
    seen.append(warehouse.history())
    warehouse.erase(batch="sur/abril.csv")
    seen.append(warehouse.history())
    assert len({*seen}) == 3
    assert seen[-1] == seen[1]
    warehouse.erase(customer_id=str(warehouse.read(RAW_COMMENTS)["customer_id"][0]))
    assert warehouse.history() not in seen


def test_whoever_measures_the_whole_history_does_so_alone(warehouse: Warehouse):
    write_all(warehouse)
    order: list[str] = []

    def measure(name: str) -> None:
        with warehouse.measuring():
            order.append(name)

    with ThreadPoolExecutor(1) as pool:
        with warehouse.measuring() as history:
            assert history == warehouse.history()
            other = pool.submit(measure, "second")
            write_all(warehouse)
            assert not wait([other], timeout=0.7).done
            order.append("first")
        other.result()
    assert order == ["first", "second"]


def test_rows_from_before_versions_were_kept_are_read_and_overtaken_all_the_same(warehouse: Warehouse):
    write_all(warehouse)
    with warehouse._access.writing(1) as connection:
        connection.execute("DROP TABLE batch_tables")
    inputs = read(warehouse, COMMENTS, TRANSLATED_COMMENTS)
    write(warehouse, SENTIMENT_SCORES, inputs)
    inputs = read(warehouse, COMMENTS, TRANSLATED_COMMENTS)
    write(warehouse, COMMENTS, read(warehouse, RAW_COMMENTS))
    with pytest.raises(Overtaken):
        write(warehouse, SENTIMENT_SCORES, inputs)


def test_what_is_computed_from_a_frame_carries_no_note(warehouse: Warehouse):
    write_all(warehouse)
    (frame,) = read(warehouse, COMMENTS)
    assert carried(frame)
    take_sources([frame])
    assert not carried(frame[["comment_id"]].copy())
