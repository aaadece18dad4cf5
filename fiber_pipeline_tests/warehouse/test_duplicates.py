import itertools
from datetime import timedelta
from pathlib import Path

import pandas as pd

from fiber_pipeline.tables import COMMENTS
from fiber_pipeline.warehouse import Warehouse
from fiber_pipeline_tests.warehouse.frames import MOMENT, comment_ids, small_frame

# What each batch holds: response, whether it is distinctive. The earliest batch is `c`.
BATCHES = {
    "a": [("long", True), ("no", False), ("no", False), ("own a", True)],
    "b": [("long", True), ("long", True), ("no", False)],
    "c": [("no", False), ("late", True)],
}
HOURS = {"a": 1, "b": 2, "c": 0}


def comments(batch: str, rows: list[tuple[str, bool]]) -> pd.DataFrame:
    keys = [key for key, _ in rows]
    return small_frame(
        COMMENTS,
        batch,
        len(rows),
        is_main=True,
        position=list(range(len(rows))),
        response_key=keys,
        occurrence=[keys[:place].count(key) for place, key in enumerate(keys)],
        is_distinctive=[distinctive for _, distinctive in rows],
        comment_id=comment_ids(batch, len(rows)),
        ingested_at=MOMENT + timedelta(hours=HOURS[batch]),
    )


def links(warehouse: Warehouse) -> dict[str, str]:
    found = warehouse.read(COMMENTS, ["comment_id", "duplicate_of"]).dropna()
    return dict(zip(found["comment_id"].tolist(), found["duplicate_of"].tolist(), strict=True))


EXPECTED = {"a#1": "c#0", "b#0": "a#0", "b#1": "a#0", "b#2": "c#0"}


def test_links_are_the_same_whatever_order_batches_are_written_in(tmp_path: Path) -> None:
    for place, order in enumerate(itertools.permutations(BATCHES)):
        warehouse = Warehouse(str(tmp_path / f"{place}.duckdb"))
        for batch in order:
            warehouse.write(COMMENTS, comments(batch, BATCHES[batch]), batch)
        assert links(warehouse) == EXPECTED


def test_links_heal_when_a_batch_is_replaced_emptied_or_erased(tmp_path: Path) -> None:
    warehouse = Warehouse(str(tmp_path / "fiber.duckdb"))
    for batch, rows in BATCHES.items():
        warehouse.write(COMMENTS, comments(batch, rows), batch)
    warehouse.write(COMMENTS, comments("a", [("own a", True), ("late", True)]), "a")
    assert links(warehouse) == {"a#1": "c#1", "b#1": "b#0", "b#2": "c#0"}
    warehouse.write(COMMENTS, COMMENTS.empty(), "c")
    assert links(warehouse) == {"b#1": "b#0"}
    for batch in ("a", "c"):
        warehouse.write(COMMENTS, comments(batch, BATCHES[batch]), batch)
    assert links(warehouse) == EXPECTED
    warehouse.erase(batch="c")
    assert links(warehouse) == {"b#0": "a#0", "b#1": "a#0", "b#2": "a#1"}


def test_further_answers_are_duplicates_with_their_response_question_by_question(tmp_path: Path) -> None:
    warehouse = Warehouse(str(tmp_path / "fiber.duckdb"))
    for hour, batch in enumerate(("a", "b")):
        rows = small_frame(
            COMMENTS,
            batch,
            6,
            position=list(range(6)),
            # Two responses with a main answer and two further ones; the second says too little to be known again.
            response_key=["long"] * 3 + ["no"] * 3,
            question=["else", "liked", "better"] * 2,
            is_main=[True, False, False] * 2,
            occurrence=0,
            is_distinctive=[True] * 3 + [False] * 3,
            comment_id=comment_ids(batch, 6),
            ingested_at=MOMENT + timedelta(hours=hour),
        )
        warehouse.write(COMMENTS, rows, batch)
    assert links(warehouse) == {f"b#{place}": f"a#{place}" for place in range(6)}
