from datetime import UTC, datetime

import dagster as dg

from fiber_pipeline.resources import ResponseStoreResource
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.protocol import Budget, Intent, Settlement
from fiber_pipeline_tests.world import World


def test_calls_and_costs_are_published_with_what_a_comment_came_to(world: World):
    world.drop("enero.csv")
    assert world.analyse("enero.csv").success
    store = ResponseStoreResource(world.settings).open()
    keys = tuple("abcde")
    paid = Intent("1", datetime.now(UTC), "r", "enero.csv", "openai", "here", "annotate", "gpt", "1", keys, 0.5)
    store.intend(paid, Budget())
    store.settle("1", Settlement("answered", Usage(tokens_in=90, tokens_out=30), 0.03, 210.0))
    store.note_cached(Intent("2", datetime.now(UTC), "r", None, "openai", "here", "annotate", "gpt", "1", keys, 0.0))
    store.close()
    result = world.execute("__ASSET_JOB", asset_selection=[dg.AssetKey("api_calls"), dg.AssetKey("api_costs")])
    assert result.success
    assert world.query("SELECT count(*), sum(cost_usd) FROM api_calls WHERE NOT cached") == [(1, 0.03)]
    assert world.query("SELECT cost_usd, hit_rate, alert_level FROM api_costs") == [(0.03, 0.5, "none")]
    (told,) = result.asset_materializations_for_node("api_costs")
    assert told.metadata["hit_rate"].value == 0.5
    assert told.metadata["cost_usd_per_comment"].value == 0.03 / 6
    assert "data:image/png" in told.metadata["plot"].value
