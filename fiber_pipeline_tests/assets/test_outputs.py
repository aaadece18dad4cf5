"""The files people look at, as assets: limited to a source that there is, and linked to where they are served."""

import dagster as dg
import pytest

from fiber_pipeline.operations.failures import reason_of
from fiber_pipeline_tests.world import World


@pytest.fixture
def analysed(world: World) -> World:
    world.drop("norte/enero.csv")
    assert world.analyse("norte/enero.csv").success
    return world


@pytest.mark.parametrize("source", ["../../x", ".hidden", "nrte"])
def test_a_source_that_is_none_is_refused_and_nothing_is_written(analysed: World, source: str):
    before = sorted(analysed.settings.data_dir.parent.rglob("*"))
    for asset in ("workbook", "report", "exports"):
        result = analysed.execute(
            "write_reports",
            run_config={"ops": {asset: {"config": {"source": source}}}},
            asset_selection=[dg.AssetKey(asset)],
        )
        assert not result.success
        assert repr(source) in reason_of(result.get_step_failure_events())
    after = sorted(analysed.settings.data_dir.parent.rglob("*"))
    new = {path for path in after if path not in before and path.suffix != ".lock"}
    assert new <= {analysed.settings.outputs_dir}


def test_a_files_link_leads_to_where_the_ui_serves_it(analysed: World):
    result = analysed.execute(
        "write_reports",
        run_config={"ops": {"report": {"config": {"source": "norte"}}}},
        asset_selection=[dg.AssetKey("report")],
    )
    assert result.success
    metadata = result.asset_materializations_for_node("report")[0].metadata
    assert metadata["open"] == dg.MetadataValue.url("/outputs/norte/fiber_report.html")
    assert metadata["pdf_open"] == dg.MetadataValue.url("/outputs/norte/fiber_report.pdf")
