from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from fiber_pipeline.tables import ALL_TABLES, RAW_COMMENTS, REJECTED_ROWS, SENTIMENT_SCORES, THEMES, Table
from fiber_pipeline.warehouse.dagster_metadata import column_lineage, table_schema
from fiber_pipeline.warehouse.io_manager import WarehouseIOManager
from fiber_pipeline_tests.warehouse.frames import small_frame

BATCHES = dg.DynamicPartitionsDefinition(name="test_batches")
SEEN: list[pd.DataFrame] = []


@dg.asset(partitions_def=BATCHES, key_prefix="fiber")
def rejected_rows(context: dg.AssetExecutionContext) -> pd.DataFrame:
    return small_frame(REJECTED_ROWS, context.partition_key, 2)


@dg.asset(partitions_def=BATCHES, ins={"rejected_rows": dg.AssetIn(key_prefix="fiber")})
def raw_comments(rejected_rows: pd.DataFrame) -> None:
    SEEN.append(rejected_rows)


@dg.asset(ins={"rejected_rows": dg.AssetIn(key_prefix="fiber", metadata={"columns": ["row", "batch"]})})
def themes(rejected_rows: pd.DataFrame) -> pd.DataFrame:
    SEEN.append(rejected_rows)
    return small_frame(THEMES)


@dg.asset
def insights(themes: pd.DataFrame) -> None:
    SEEN.append(themes)


ASSETS = [rejected_rows, raw_comments, themes, insights]


def test_assets_are_written_and_loaded_by_partition_and_as_a_whole(tmp_path: Path) -> None:
    SEEN.clear()
    resources = {"io_manager": WarehouseIOManager(location=str(tmp_path / "fiber.duckdb"))}
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("test_batches", ["a; DROP", "b"])

        def run(assets: list[dg.AssetsDefinition], partition: str | None = None) -> dg.ExecuteInProcessResult:
            return dg.materialize(
                ASSETS, selection=assets, partition_key=partition, instance=instance, resources=resources
            )

        for partition in ("a; DROP", "b"):
            first = run([rejected_rows], partition)
        again = run([rejected_rows], "b")
        run([raw_comments], "b")
        run([themes])
        run([insights])
    metadata = first.asset_materializations_for_node("fiber__rejected_rows")[0].metadata
    assert metadata["dagster/row_count"].value == 2
    assert metadata["dagster/table_name"].value == "rejected_rows"
    assert metadata["dagster/column_schema"].value == table_schema(REJECTED_ROWS)
    assert metadata["dagster/column_lineage"].value == column_lineage(REJECTED_ROWS)
    assert metadata["replaced_rows"].value == 0
    assert again.asset_materializations_for_node("fiber__rejected_rows")[0].metadata["replaced_rows"].value == 2
    one, whole, loaded_themes = SEEN
    assert one.equals(small_frame(REJECTED_ROWS, "b", 2))
    assert list(whole.columns) == ["row", "batch"]
    assert whole["batch"].tolist() == ["a; DROP"] * 2 + ["b"] * 2
    assert loaded_themes.equals(small_frame(THEMES))


def test_an_asset_without_a_table_and_an_output_that_is_no_frame_are_refused(tmp_path: Path) -> None:
    manager = WarehouseIOManager(location=str(tmp_path / "fiber.duckdb"), key="planted-test-key")
    assert "planted" not in repr(manager)
    with pytest.raises(ValueError, match="the asset x/unheard_of has no table"):
        manager.handle_output(dg.build_output_context(asset_key=["x", "unheard_of"]), small_frame(THEMES))
    with pytest.raises(TypeError, match="should return a frame"):
        manager.handle_output(dg.build_output_context(asset_key=["themes"]), [1])  # type: ignore[arg-type]


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_every_table_has_a_schema_and_a_lineage_of_declared_columns(table: Table) -> None:
    assert [column.name for column in table_schema(table).columns] == list(table.columns)
    assert all(column.description for column in table_schema(table).columns)
    assert set(column_lineage(table).deps_by_column) <= set(table.columns)


def test_the_schema_tells_types_rules_and_keys() -> None:
    raw = {column.name: column for column in table_schema(RAW_COMMENTS).columns}
    assert raw["metadata"].type == "JSON"
    assert raw["nps"].constraints == dg.TableColumnConstraints(nullable=True, other=["in_range(0, 10)"])
    assert table_schema(RAW_COMMENTS).constraints.other == ["unique together: batch, row_id"]
    scores = {column.name: column for column in table_schema(SENTIMENT_SCORES).columns}
    assert scores["comment_id"].constraints.unique
    deps = column_lineage(SENTIMENT_SCORES).deps_by_column["comment_id"]
    assert list(deps) == [dg.TableColumnDep(dg.AssetKey("comments"), "comment_id")]
