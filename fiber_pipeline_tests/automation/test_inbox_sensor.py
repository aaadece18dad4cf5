import os
import time
from dataclasses import replace

import dagster as dg
import pytest

from fiber_pipeline.automation.inbox_sensor import inbox_sensor
from fiber_pipeline_tests.world import World


class Ticks:
    """The sensor, tick after tick, as the daemon evaluates it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cursor: str | None = None

    def __call__(self) -> dg.SensorResult:
        definitions = self.world.definitions()
        context = dg.build_sensor_context(
            instance=self.world.instance,
            cursor=self.cursor,
            definitions=definitions,
            resources={name: definitions.resources[name] for name in ("inbox", "warehouse", "openai_batches")},
        )
        result = inbox_sensor(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        return result


@pytest.fixture
def ticks(world: World) -> Ticks:
    return Ticks(world)


def drop_settled(world: World, batch: str, rows=None) -> None:
    path = world.drop(batch, rows) if rows else world.drop(batch)
    os.utime(path, (time.time() - 60,) * 2)


def keys(result: dg.SensorResult) -> list[str | None]:
    return [request.partition_key for request in result.run_requests or []]


def test_a_dropped_file_becomes_a_partition_and_a_run_once(world, ticks):
    drop_settled(world, "norte/enero.csv")
    result = ticks()
    assert keys(result) == ["norte/enero.csv"]
    assert result.dynamic_partitions_requests[0].partition_keys == ["norte/enero.csv"]
    assert keys(ticks()) == []


def test_a_file_still_being_written_is_left(world, ticks):
    world.drop("enero.csv")
    result = ticks()
    assert keys(result) == []
    assert "1 still settling" in result.skip_reason.skip_message
    assert keys(ticks()) == ["enero.csv"]


def test_each_content_runs_under_a_key_of_its_own(world, ticks):
    drop_settled(world, "enero.csv")
    first = ticks().run_requests[0].run_key
    drop_settled(world, "enero.csv", [("Bueno", 9, 9, "01/01/2026", "C1", "Luque")])
    second = ticks().run_requests[0].run_key
    assert first != second


def test_fifty_files_become_fifty_runs_in_bounded_ticks(world, ticks):
    for number in range(50):
        drop_settled(world, f"{number:02}.csv")
    asked = [keys(ticks()) for _ in range(4)]
    assert [len(batches) for batches in asked] == [20, 20, 10, 0]
    assert sorted(batch for batches in asked for batch in batches) == [f"{number:02}.csv" for number in range(50)]


@pytest.mark.parametrize(
    ("name", "quarantined_as"),
    [
        ("a...b.csv", "a...b.csv"),
        (os.fsdecode(b"ma\xf1ana.csv"), "ma%F1ana.csv"),
        ("dos\nfilas.csv", "dos%0Afilas.csv"),
    ],
)
def test_a_name_no_run_can_have_is_quarantined_and_others_go_on(world, ticks, name, quarantined_as):
    drop_settled(world, name)
    drop_settled(world, "enero.csv")
    assert keys(ticks()) == ["enero.csv"]
    assert keys(ticks()) == []
    assert not os.path.lexists(world.inbox / name)
    assert "rename" in (world.settings.quarantine_dir / f"{quarantined_as}.why.txt").read_text()


@pytest.mark.parametrize(
    ("mode", "base_url", "job"),
    [
        ("batch", "http://127.0.0.1:9/v1", "submit_batch"),
        ("direct", "http://127.0.0.1:9/v1", "analyse_batch"),
        ("batch", None, "analyse_batch"),
    ],
)
def test_in_batch_mode_a_file_is_submitted_first(world, ticks, mode, base_url, job):
    world.settings = replace(world.settings, openai_mode=mode, openai_base_url=base_url)
    drop_settled(world, "enero.csv")
    (request,) = ticks().run_requests
    assert (request.job_name, request.partition_key) == (job, "enero.csv")


def run_of(world: World, batch: str, status: dg.DagsterRunStatus) -> None:
    dg.DagsterInstance.create_run_for_job(
        world.instance,
        world.definitions().resolve_job_def("analyse_batch"),
        status=status,
        tags={"dagster/partition": batch},
    )


def test_a_file_dropped_again_waits_for_the_run_of_the_first(world, ticks):
    drop_settled(world, "enero.csv")
    assert keys(ticks()) == ["enero.csv"]
    run_of(world, "enero.csv", dg.DagsterRunStatus.STARTED)
    drop_settled(world, "enero.csv", [("Bueno", 9, 9, "01/01/2026", "C1", "Luque")])
    assert keys(ticks()) == []
    for run in world.instance.get_runs():
        world.instance.report_run_failed(run)
    assert keys(ticks()) == ["enero.csv"]


def test_a_batch_that_is_not_whole_is_run_again_once_for_what_it_is_like(world, ticks):
    drop_settled(world, "enero.csv")
    ticks()
    raw = world.execute
    world.instance.add_dynamic_partitions("feedback_batch", ["enero.csv"])
    assert raw(
        "analyse_batch",
        partition_key="enero.csv",
        asset_selection=[dg.AssetKey("raw_comments"), dg.AssetKey("rejected_rows")],
    ).success
    first, second = ticks().run_requests, ticks().run_requests
    assert [request.partition_key for request in first] == ["enero.csv"]
    # Dagster starts one run for a key.
    assert first[0].run_key == second[0].run_key
    assert world.analyse("enero.csv").success
    assert keys(ticks()) == []


def test_the_instance_hears_of_corrections_before_anybody_reviews(world, ticks):
    drop_settled(world, "enero.csv")
    ticks()
    assert world.instance.get_latest_materialization_event(dg.AssetKey("corrections")) is not None
