"""What commands say when something is wrong: one clear line, an exit code, and a traceback only if asked for."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
