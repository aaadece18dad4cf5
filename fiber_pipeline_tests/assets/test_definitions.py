"""What the UI shows of the code location before anything has run."""

import dagster as dg
import pytest

from fiber_pipeline.definitions import build_definitions
from fiber_pipeline.settings import Settings
from fiber_pipeline.tables import TABLES

FILES = {"workbook", "report", "exports", "review_queue"}
SUBMISSIONS = {"openai_submissions"}
SERVICES = {"api_calls", "api_costs"}
REVIEW = {"engine_agreement", "engine_disputes", "engine_accuracy"}


@pytest.fixture(scope="module")
def specs(tmp_path_factory) -> dict[str, dg.AssetSpec]:
    definitions = build_definitions(settings=Settings(data_dir=tmp_path_factory.mktemp("data")))
    dg.Definitions.validate_loadable(definitions)
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_there_is_an_asset_for_every_table_and_file(specs):
    assert set(specs) == set(TABLES) | FILES | SUBMISSIONS


def test_every_asset_is_described_grouped_owned_and_versioned(specs):
    for spec in specs.values():
        assert spec.description, spec.key
        assert spec.group_name in {"ingestion", "annotation", "insight", "outputs", "review", "services"}
        assert spec.owners
        assert spec.kinds
        assert spec.code_version
        assert "dagster/code_references" in spec.metadata


def test_tables_show_their_columns_and_lineage_before_they_run(specs):
    for name in TABLES:
        metadata = specs[name].metadata
        assert [column.name for column in metadata["dagster/column_schema"].columns] == list(TABLES[name].columns)


def test_batch_assets_are_partitioned_by_batch_and_the_rest_are_not(specs):
    for name, table in TABLES.items():
        partitions = specs[name].partitions_def
        assert (partitions is not None) == table.partitioned
        if partitions is not None:
            assert partitions.name == "feedback_batch"


def test_lineage_leads_from_the_report_back_to_the_file(specs):
    upstream = {name: {dep.asset_key.to_user_string() for dep in spec.deps} for name, spec in specs.items()}
    reached, frontier = set(), {"report"}
    while frontier:
        reached |= frontier
        frontier = set().union(*(upstream[name] for name in frontier)) - reached
    assert set(TABLES) - {"rejected_rows"} - REVIEW - SERVICES <= reached


def test_a_resource_can_be_swapped(tmp_path):
    marker = object()
    definitions = build_definitions({"progress": marker}, Settings(data_dir=tmp_path))
    assert definitions.resources["progress"] is marker


def test_the_warehouse_key_is_named_not_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("FIBER_WAREHOUSE_KEY", "planted-test-secret")
    definitions = build_definitions(settings=Settings.from_environment({"FIBER_WAREHOUSE_KEY": "planted-test-secret"}))
    assert "planted-test-secret" not in repr(definitions.resources)
