"""Names coded with an installation's keys: a further key renames all of them, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from fiber_pipeline.installation import Purpose
from fiber_pipeline.tables import ALL_TABLES, COMMENTS, RAW_COMMENTS, RECOMMENDATIONS, SENTIMENT_SCORES, THEMES
from fiber_pipeline.warehouse import Overtaken, Warehouse
from fiber_pipeline_tests.warehouse.frames import comment_ids, small_frame


@dataclass(frozen=True)
class Marked:
    """Names with a mark of every key behind them."""

    fingerprints: tuple[str, ...]

    def renamed(self, purpose: Purpose, names: Sequence[str], made_with: Sequence[str]) -> list[str]:
        assert self.fingerprints[: len(made_with)] == tuple(made_with)
        marks = "".join(self.fingerprints[len(made_with) :])
        return [f"{name}{purpose}{marks}" for name in names]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(str(tmp_path / "fiber.duckdb"))
    for table in ALL_TABLES:
        for batch in ("a", "b") if table.partitioned else (None,):
            changes: dict[str, object] = {}
            if table is COMMENTS:
                changes = {"duplicate_of": [None, None, f"{batch}#0"], "response_key": ["x", "y", "x"]}
                changes |= {"customer_id": ["C7", None, "C7"], "is_distinctive": True, "is_main": True}
            if table is THEMES:
                changes["examples"] = [[*reversed(comment_ids("a", 3))], comment_ids("b", 2), []]
            if table is RECOMMENDATIONS:
                changes["evidence"] = [comment_ids("a", 2), comment_ids("b", 1), []]
            warehouse.write(table, small_frame(table, batch or "", **changes), batch)
    return warehouse


def test_every_name_follows_and_nothing_else(warehouse: Warehouse) -> None:
    before = {table.name: warehouse.read(table) for table in ALL_TABLES}
    assert warehouse.bring_names_up_to_date(Marked(("1",)))["comments"] == 6
    for table in ALL_TABLES:
        coded = {name: column.metadata["coded"] for name, column in table.columns.items() if column.metadata["coded"]}
        after = warehouse.read(table)
        for name in table.columns:
            if name not in coded:
                assert after[name].equals(before[table.name][name]), (table.name, name)
                continue
            mark = f"{coded[name]}1"
            for old, new in zip(before[table.name][name], after[name], strict=True):
                if isinstance(old, str):
                    assert new == old + mark
                elif hasattr(old, "__len__"):
                    assert list(new) == [item + mark for item in old]
    assert warehouse.read(COMMENTS)["customer_id"].tolist()[:1] == ["C7customer1"]


def test_it_is_done_once_a_key(warehouse: Warehouse) -> None:
    assert warehouse.bring_names_up_to_date(Marked(("1",)))
    assert warehouse.bring_names_up_to_date(Marked(("1",))) == {}
    warehouse.bring_names_up_to_date(Marked(("1", "2")))
    assert warehouse.read(SENTIMENT_SCORES)["comment_id"].tolist()[:1] == ["a#0comment1comment2"]


def test_who_has_read_older_names_is_overtaken(warehouse: Warehouse) -> None:
    read = warehouse.read_batches(RAW_COMMENTS, None, ["a"])
    made_from = (warehouse.current(RAW_COMMENTS, "a"),)
    warehouse.bring_names_up_to_date(Marked(("1",)))
    with pytest.raises(Overtaken):
        warehouse.write(COMMENTS, small_frame(COMMENTS, "a", len(read)), "a", made_from)


def test_a_new_warehouse_has_its_keys_from_the_start(tmp_path: Path) -> None:
    warehouse = Warehouse(str(tmp_path / "new" / "fiber.duckdb"))
    assert warehouse.bring_names_up_to_date(Marked(("1",))) == {}
    warehouse.write(COMMENTS, small_frame(COMMENTS, "a", comment_id=["x", "y", "z"]), "a")
    assert warehouse.bring_names_up_to_date(Marked(("1",))) == {}
    assert warehouse.read(COMMENTS)["comment_id"].tolist() == ["x", "y", "z"]
