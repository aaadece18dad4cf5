import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from fiber_pipeline.environment import complete_environment, hand_on
from fiber_pipeline.settings import Settings, SettingsError, unknown_names


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working folder, and an environment in which nothing is set."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FIBER_") and name != "PYTHON_DOTENV_DISABLED"
    }
    monkeypatch.chdir(tmp_path)
    with patch.dict(os.environ, inherited, clear=True):
        yield tmp_path


def write(folder: Path, text: str, encoding: str = "utf-8") -> None:
    (folder / ".env").write_bytes(text.encode(encoding))


def test_settings_are_read_from_the_file_too(folder: Path):
    write(folder, "# ours\nFIBER_BUDGET_USD=5\nexport FIBER_DATA_DIR='here and there'  # quoted\nFIBER_INBOX=\n\n")
    settings = Settings.from_environment()
    assert (settings.budget_usd, settings.data_dir, settings.inbox) == (5.0, Path("here and there"), None)


def test_the_environment_wins_and_an_empty_variable_counts_as_unset(folder: Path):
    os.environ.update(FIBER_BUDGET_USD="7", FIBER_BUDGET_USD_MONTH=" ")
    write(folder, "FIBER_BUDGET_USD=5\nFIBER_BUDGET_USD_MONTH=20\n")
    settings = Settings.from_environment()
    assert (settings.budget_usd, settings.budget_usd_month) == (7.0, 20.0)


def test_packages_and_processes_find_what_the_file_says_where_they_look_for_it(folder: Path):
    write(folder, "SOME_SERVICES_OWN_VARIABLE=here\n")
    complete_environment()
    told = subprocess.run(["printenv", "SOME_SERVICES_OWN_VARIABLE"], capture_output=True, text=True, check=True)
    assert told.stdout == "here\n"


def test_a_given_environment_is_read_alone(folder: Path):
    write(folder, "FIBER_BUDGET_USD=5\n")
    assert Settings.from_environment({}) == Settings()


def test_a_file_of_windows_is_read(folder: Path):
    write(folder, "FIBER_BUDGET_USD=5\r\nFIBER_DATA_DIR=ñandutí\r\n", "utf-8-sig")
    settings = Settings.from_environment()
    assert (settings.budget_usd, settings.data_dir) == (5.0, Path("ñandutí"))


def test_a_folder_of_that_name_is_no_file_of_settings(folder: Path):
    (folder / ".env").mkdir()
    assert Settings.from_environment() == Settings()


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        ("FIBER_BUDGET_USD=5\nplanted secret\n", "utf-8", "line 2"),
        ("FIBER_BUDGET_USD=5\nplanted\n", "utf-8", "line 2"),
        ('FIBER_WAREHOUSE_KEY="planted\n', "utf-8", "line 1"),
        ("FIBER_DATA_DIR=plantedñ\n", "latin-1", "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole_without_a_word_of_it(
    folder: Path, text: str, encoding: str, told: str
):
    write(folder, text, encoding)
    with pytest.raises(SettingsError, match=r"^\.env") as caught:
        Settings.from_environment()
    assert told in str(caught.value) and "planted" not in str(caught.value)
    assert "FIBER_BUDGET_USD" not in os.environ


def test_a_wrong_value_in_the_file_is_refused_by_name(folder: Path):
    write(folder, "FIBER_BUDGET_USD=much\n")
    with pytest.raises(SettingsError, match="FIBER_BUDGET_USD"):
        Settings.from_environment()


def test_dagsters_commands_do_not_lay_the_file_over_the_environment(folder: Path):
    from dagster._core.secrets.env_file import get_env_var_dict

    os.environ["FIBER_BUDGET_USD"] = "7"
    write(folder, "FIBER_BUDGET_USD=5\nFIBER_CONCURRENCY=3\n")
    Settings.from_environment()
    hand_on()
    # What `dagster dev` does before it starts the code location.
    os.environ.update(get_env_var_dict(str(folder)))
    assert os.environ["FIBER_BUDGET_USD"] == "5"
    settings = Settings.from_environment()
    assert (settings.budget_usd, settings.concurrency) == (7.0, 3)
    assert unknown_names() == {}


def test_the_commands_read_the_file(folder: Path):
    write(folder, "FIBER_DATA_DIR=elsewhere\n")
    fiber = Path(sys.executable).with_name("fiber")
    told = subprocess.run([str(fiber), "run"], capture_output=True, text=True, check=True)
    assert "the inbox elsewhere/inbox is empty" in told.stdout


def test_the_code_location_reads_the_file_and_points_out_names_that_are_none(folder: Path):
    write(folder, "FIBER_DATA_DIR=elsewhere\nFIBER_BUGET_USD=5\n")
    code = "from fiber_pipeline.definitions import defs; print(defs().resources['inbox'].url)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "elsewhere/inbox"
    assert "FIBER_BUGET_USD is no setting" in told.stderr and "FIBER_BUDGET_USD" in told.stderr
