"""The Dagster home: opened by many at once for the first time, and the user's own."""

import sqlite3
from pathlib import Path

import dagster as dg
import pytest

from fiber_pipeline.cli.home import HomeUnusable, differences, open_instance, prepare_home
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.processes import PROCESSES


def test_six_first_starts_at_once_all_work_and_leave_a_home_that_works(tmp_path: Path):
    together, alone = PROCESSES.Barrier(6), PROCESSES.Barrier(1)
    starts = [PROCESSES.Process(target=_start, args=(tmp_path / "data", together)) for _ in range(6)]
    for start in starts:
        start.start()
    for start in starts:
        start.join(120)
    assert [start.exitcode for start in starts] == [0] * 6
    again = PROCESSES.Process(target=_start, args=(tmp_path / "data", alone))
    again.start()
    again.join(60)
    assert again.exitcode == 0


def _start(data: Path, together: "PROCESSES.Barrier") -> None:  # type: ignore[name-defined]
    together.wait(60)
    with open_instance(Settings(data_dir=data)) as instance:
        instance.add_dynamic_partitions("feedback_batch", ["enero.csv"])
        assert instance.run_retries_enabled
        assert not instance.telemetry_enabled


def test_what_a_home_of_the_users_own_lacks_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    assert prepare_home(Settings()) == tmp_path
    assert not (tmp_path / "dagster.yaml").exists()
    assert {"telemetry.enabled", "run_monitoring.enabled", "run_retries.max_retries"} <= differences(tmp_path).keys()
    (tmp_path / "dagster.yaml").write_text(
        "telemetry: {enabled: false}\nrun_retries: {enabled: true, max_retries: 5}\n"
    )
    found = differences(tmp_path)
    assert "telemetry.enabled" not in found
    assert found["run_retries.max_retries"] == (5, 2)


def test_a_home_made_by_us_differs_in_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    assert differences(prepare_home(Settings(data_dir=tmp_path))) == {}
    monkeypatch.delenv("DAGSTER_HOME")


def test_a_home_that_cannot_be_opened_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "runs.db").write_bytes(b"no database" * 100)
    with pytest.raises(HomeUnusable, match="cannot be opened"), open_instance(Settings()):
        pass
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: perhaps}\n")
    with pytest.raises(HomeUnusable) as problem, open_instance(Settings()):
        pass
    assert "\n" not in str(problem.value)
    assert isinstance(problem.value.__cause__, dg.DagsterError)


def test_a_home_that_breaks_while_it_is_used_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with pytest.raises(HomeUnusable, match="can no longer be used") as problem, open_instance(Settings()) as instance:
        with sqlite3.connect(tmp_path / "history" / "runs.db") as runs:
            runs.execute("DROP TABLE runs")
        instance.get_runs()
    assert "\n" not in str(problem.value)


def test_only_our_own_warning_tells_that_a_home_lacks_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with open_instance(Settings()):
        pass
    assert [record.getMessage() for record in caplog.records] == []
