"""What commands say when something is wrong: one clear line, an exit code, and a traceback only if asked for."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from fiber_pipeline.cli.doctor import examine
from fiber_pipeline.cli.problems import run_command
from fiber_pipeline.cli.run import run
from fiber_pipeline.services.store.sqlite import SqliteStore
from fiber_pipeline_tests.cli.command import begin
from fiber_pipeline_tests.world import World

Fiber = Callable[..., tuple[int, str]]


@pytest.fixture
def fiber(world: World, tmp_path: Path) -> Fiber:
    """`fiber` over the world's data directory: its exit code and all it said."""
    calls = iter(range(100))

    def call(*arguments: str, **environment: str) -> tuple[int, str]:
        variables = {"FIBER_DATA_DIR": str(world.settings.data_dir), **environment}
        command = begin(tmp_path / f"told-{next(calls)}.txt", *arguments, **variables)
        code = command.end()
        assert ("Traceback" in command.output) == ("--debug" in arguments), command.output
        return code, command.output

    return call


def test_a_folder_that_cannot_be_is_one_line(fiber: Fiber, tmp_path: Path):
    (tmp_path / "file").touch()
    for arguments in (("run",), ("export", str(tmp_path / "out"), "--source", "x"), ("doctor",)):
        code, told = fiber(*arguments, FIBER_DATA_DIR=str(tmp_path / "file"))
        assert code == 1
        assert str(tmp_path / "file") in told or "source" in told
    assert fiber("run", "--debug", FIBER_DATA_DIR=str(tmp_path / "file"))[0] == 1


def test_an_empty_folder_is_named_and_a_file_that_is_not_there_too(fiber: Fiber, tmp_path: Path):
    (tmp_path / "nada").mkdir()
    code, told = fiber("run", str(tmp_path / "nada"))
    assert (code, str(tmp_path / "nada") in told) == (0, True)
    code, told = fiber("run", str(tmp_path / "nothing.csv"))
    assert (code, told.strip()) == (1, f"Error: there is no {tmp_path / 'nothing.csv'}")


def test_an_engine_without_its_key_is_refused_before_the_first_batch(fiber: Fiber, world: World):
    world.drop("enero.csv")
    code, told = fiber("run", FIBER_ENGINES_SENTIMENT="azure")
    assert code == 1
    assert "FIBER_ENGINES_SENTIMENT names azure, which needs AZURE_LANGUAGE_ENDPOINT" in told
    assert "enero.csv" not in told
    assert not world.settings.dagster_home.exists()


def test_a_damaged_warehouse_and_a_wrong_key_are_one_line(fiber: Fiber, world: World, tmp_path: Path):
    file = world.drop("enero.csv")
    assert world.analyse("enero.csv").success
    for arguments in (("run",), ("forget", "--customer", "C1", "--yes"), ("trace", "x")):
        code, told = fiber(*arguments, FIBER_WAREHOUSE_KEY="llave")
        assert (code, "is not encrypted, but FIBER_WAREHOUSE_KEY is set" in told) == (1, True), told
    place = Path(world.settings.warehouse_location)
    with place.open("r+b") as warehouse:
        warehouse.truncate(place.stat().st_size // 2)
    commands = [
        ("run",),
        ("trace", "x"),
        ("estimate", str(file)),
        ("export", str(tmp_path / "out")),
        ("review", "status"),
    ]
    for arguments in commands:
        code, told = fiber(*arguments)
        assert (code, f"Error: {place} is damaged; put a copy of it in its place" in told) == (1, True), told


def test_names_that_are_not_there_are_refused_with_the_nearest(fiber: Fiber, world: World, tmp_path: Path):
    world.drop("norte/enero.csv")
    assert world.analyse("norte/enero.csv").success
    out = str(tmp_path / "out")
    for arguments, nearest in {
        ("export", out, "--theme", "otages"): "did you mean 'outages'?",
        ("export", out, "--batch", "norte/enro.csv"): "did you mean 'norte/enero.csv'?",
        ("export", out, "--source", "nrte"): "did you mean 'norte'?",
        ("export", out, "--table", "coments"): "did you mean 'comments'",
        ("export", out, "--since", "2026-03-01", "--until", "2026-02-01"): "2026-03-01",
        ("forget", "--batch", "enero.csv", "--yes"): "did you mean 'norte/enero.csv'?",
        ("trace", "--insight", "all", "all", "metadata:Cuidad", "Luque", "nps"): "did you mean 'Ciudad'?",
    }.items():
        code, told = fiber(*arguments)
        assert (code, nearest in told) == (1, True), (arguments, told)
    assert not Path(out).exists()
    assert world.query("SELECT DISTINCT batch FROM comments") == [("norte/enero.csv",)]


def test_a_failed_batch_says_why_and_where_it_is_and_later_runs_still_do(fiber: Fiber, world: World):
    world.drop("bueno.csv")
    (world.inbox / "roto.xlsx").write_bytes(b"PK\x03\x04 broken")
    code, told = fiber("run")
    place = world.settings.quarantine_dir / "roto.xlsx"
    assert code == 1
    assert "roto.xlsx was quarantined: " in told
    assert str(place) in told
    assert "Not executing" not in told
    assert told.count("was quarantined") == 1
    code, told = fiber("run", DAGSTER_HOME=str(world.settings.data_dir / "own"))
    assert code == 0
    assert f"{place}: " in told
    assert told.count("DAGSTER_HOME is set, and its dagster.yaml differs from ours in concurrency, ") == 1


def _write_to_a_full_disk(folder: Path) -> None:
    Path("/dev/full").write_bytes(b"x")


def _write_to_a_read_only_disk(folder: Path) -> None:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(folder / "warehouse" / "fiber.duckdb.lock"))


def _open_a_store_that_cannot_be(folder: Path) -> None:
    (folder / "answers.sqlite").mkdir()
    SqliteStore(folder / "answers.sqlite", None)


@pytest.mark.parametrize(
    ("command", "what", "mend"),
    [
        (_write_to_a_full_disk, "No space left on device", "make room"),
        (_write_to_a_read_only_disk, "fiber.duckdb.lock cannot be written (Read-only file system)", "let this account"),
        (_open_a_store_that_cannot_be, "answers.sqlite: unable to open database file", "let this account"),
    ],
)
def test_what_only_the_system_says_is_told_with_what_to_do(
    command: Callable[[Path], None],
    what: str,
    mend: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr("sys.excepthook", None)
    assert run_command(lambda stop: command(tmp_path), debug=False) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Error: ")
    assert what in line
    assert mend in line


def test_doctor_goes_on_after_a_warehouse_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FIBER_DATA_DIR", str(tmp_path))

    def refuse(settings: object) -> None:
        _write_to_a_read_only_disk(tmp_path)

    monkeypatch.setattr("fiber_pipeline.warehouse.Warehouse.row_counts", refuse)
    found = {finding.topic: finding for finding in examine()}
    assert found["warehouse"].state == "wrong"
    assert "cannot be written" in found["warehouse"].text
    assert "let this account" in found["warehouse"].mend
    assert found["engines"].state == "ok"


def test_a_pipe_in_a_folder_is_named_and_the_command_exits_with_1(tmp_path: Path):
    (tmp_path / "drop").mkdir()
    os.mkfifo(tmp_path / "drop" / "pipe.csv")
    told = CliRunner().invoke(
        run, [str(tmp_path / "drop")], env={"FIBER_DATA_DIR": str(tmp_path / "data")}, standalone_mode=False
    )
    assert f"{tmp_path / 'drop' / 'pipe.csv'} is a pipe, not a file; it was left out" in told.stderr
    assert told.return_value == 1
