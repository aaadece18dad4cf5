"""What a run says of itself for the daemon: who executes it, and whether doing it again can help; and who is told."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteRepositoryOrigin

from fiber_pipeline.automation.executor import attended_executor
from fiber_pipeline.automation.failed_runs_sensor import failed_runs_sensor
from fiber_pipeline.automation.healing_sensor import dead_runs_sensor
from fiber_pipeline.operations.healing import PROCESS_TAG
from fiber_pipeline.settings import Settings
from fiber_pipeline.warehouse import KeyMismatch, WarehouseBusy, WarehouseError
from fiber_pipeline_tests.servers.webhook import Receiver

ERRORS: dict[str, Exception] = {
    "busy": WarehouseBusy("held by another program"),
    "connection": ConnectionResetError("reset by peer"),
    "quarantined": dg.Failure("enero.csv was quarantined: it is encrypted", allow_retries=False),
    "key": KeyMismatch("encrypted with another key"),
    "damaged": WarehouseError("is damaged"),
}


@dg.op(config_schema=str)
def fail(context: dg.OpExecutionContext) -> None:
    raise ERRORS[context.op_config]


@dg.job(executor_def=attended_executor)
def failing() -> None:
    fail()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    overrides = {"run_retries": {"enabled": True, "max_retries": 2}}
    with dg.instance_for_test(temp_dir=str(tmp_path), overrides=overrides) as instance:
        yield instance


def run_once(instance: dg.DagsterInstance, error: str) -> dg.DagsterRun:
    config = {"ops": {"fail": {"config": error}}}
    result = dg.execute_job(dg.reconstructable(failing), instance, run_config=config)
    assert not result.success
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    return run


@pytest.mark.parametrize(
    ("error", "again"),
    [("busy", "true"), ("connection", "true"), ("quarantined", "false"), ("key", "false"), ("damaged", "false")],
)
def test_only_what_may_pass_is_done_again(instance: dg.DagsterInstance, error: str, again: str):
    run = run_once(instance, error)
    assert run.tags["dagster/will_retry"] == again
    assert (Path(instance.root_directory) / "processes" / f"{run.tags[PROCESS_TAG]}.lock").exists()


def test_both_sensors_are_on_from_the_start():
    for sensor in (dead_runs_sensor, failed_runs_sensor):
        assert sensor.default_status == dg.DefaultSensorStatus.RUNNING


def launched(instance: dg.DagsterInstance, batch: str, **tags: str) -> dg.DagsterRun:
    """A run as the daemon launches it, failed."""
    origin = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("fiber_pipeline"), "__repository__")
    run = instance.create_run_for_job(
        failing,
        run_config={"ops": {"fail": {"config": "busy"}}},
        tags={"dagster/partition": batch, **tags},
        remote_job_origin=origin.get_job_origin("failing"),
        job_code_origin=dg.reconstructable(failing).get_python_origin(),
    )
    instance.report_run_failed(run, "its process is gone")
    return run


def test_each_run_that_failed_for_good_is_told_of_once(instance: dg.DagsterInstance):
    cursor: str | None = None

    def tick(receiver: Receiver) -> None:
        nonlocal cursor
        settings = Settings(alert_webhook=receiver.url)
        context = dg.build_sensor_context(instance=instance, cursor=cursor, resources={"settings": settings})
        result = failed_runs_sensor(context)
        assert isinstance(result, dg.SensorResult)
        cursor = result.cursor

    with Receiver() as receiver:
        launched(instance, "antes.csv", **{"dagster/max_retries": "0"})
        tick(receiver)
        assert receiver.told == [], "what failed before anybody listened"
        run_once(instance, "key")
        launched(instance, "otra-vez.csv")
        last = launched(instance, "enero.csv", **{"dagster/max_retries": "0"})
        receiver.status = 500
        tick(receiver)
        receiver.status = 200
        tick(receiver)
        tick(receiver)
        assert len(receiver.told) == 1
        assert "failing of enero.csv failed: " in receiver.told[0]
        assert last.run_id in receiver.told[0]
