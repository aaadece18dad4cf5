import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from fiber_pipeline.cli.home import open_instance
from fiber_pipeline.operations.healing import PROCESS_TAG, end_dead_runs, process_tags
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.processes import PROCESSES

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event


@dg.op
def wait_for_ever() -> None:
    time.sleep(600)


@dg.job
def long_job() -> None:
    wait_for_ever()


def _run(data: Path, ready: "Event") -> None:
    with open_instance(Settings(data_dir=data)) as instance:
        tags = process_tags(instance)
        ready.set()
        long_job.execute_in_process(instance=instance, tags=tags)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # Set by whoever opens an instance, for the children of a command.
    monkeypatch.setenv("DAGSTER_HOME", "")
    return tmp_path / "data"


def test_the_run_of_a_killed_process_is_ended_once_and_that_of_a_living_one_is_not(data: Path):
    ready = PROCESSES.Event()
    process = PROCESSES.Process(target=_run, args=(data, ready))
    process.start()
    assert ready.wait(60)
    with open_instance(Settings(data_dir=data)) as instance:
        while not (started := instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))):
            time.sleep(0.05)
        assert end_dead_runs(instance) == []
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        ended = end_dead_runs(instance)
        assert [run.run_id for run in ended] == [run.run_id for run in started]
        assert instance.get_runs()[0].status == dg.DagsterRunStatus.FAILURE
        assert end_dead_runs(instance) == []
        assert list((data / "dagster" / "processes").iterdir()) == []


def test_a_run_of_another_hosts_process_is_left_alone(data: Path):
    with open_instance(Settings(data_dir=data)) as instance:
        process_tags(instance)
        run = instance.create_run_for_job(long_job, tags={PROCESS_TAG: "elsewhere-17-abcd"})
        assert end_dead_runs(instance) == []
        found = instance.get_run_by_id(run.run_id)
        assert found is not None
        assert found.status == dg.DagsterRunStatus.NOT_STARTED
