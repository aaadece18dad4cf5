"""`fiber warehouse` and `fiber secret` as they are called."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fiber_pipeline.cli.main import fiber
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.tables import COMMENTS
from fiber_pipeline.warehouse import KeyMismatch, Warehouse
from fiber_pipeline_tests.warehouse.frames import small_frame


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a warehouse and a response store that lie open."""
    monkeypatch.setenv("FIBER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    Warehouse(str(tmp_path / "warehouse" / "fiber.duckdb")).write(COMMENTS, small_frame(COMMENTS, "b"), "b")
    open_store(None, tmp_path / "cache").close()
    return tmp_path


def call(*arguments: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(fiber, list(arguments), standalone_mode=False)


def rows(data: Path, key: str) -> int:
    return Warehouse(str(data / "warehouse" / "fiber.duckdb"), key).row_counts()["comments"]


def test_a_warehouse_gets_its_first_key_and_another(data: Path):
    done = call("warehouse", "encrypt", FIBER_WAREHOUSE_KEY="one")
    assert done.output.count("has the new key") == 2
    assert rows(data, "one") == 3
    assert "had that key already" in call("warehouse", "encrypt", FIBER_WAREHOUSE_KEY="one").output

    done = call("warehouse", "rekey", FIBER_WAREHOUSE_KEY="one", FIBER_WAREHOUSE_NEW_KEY="two")
    assert done.output.count("has the new key") == 2
    assert "is no setting" not in done.output
    assert rows(data, "two") == 3
    open_store(None, data / "cache", "two").close()
    with pytest.raises(KeyMismatch):
        rows(data, "one")


@pytest.mark.parametrize(
    ("command", "environment", "complaint"),
    [
        ("encrypt", {}, "set FIBER_WAREHOUSE_KEY"),
        ("rekey", {"FIBER_WAREHOUSE_NEW_KEY": "two"}, "set FIBER_WAREHOUSE_KEY to the key so far"),
        ("rekey", {"FIBER_WAREHOUSE_KEY": "one", "FIBER_WAREHOUSE_NEW_KEY": " "}, "is empty"),
    ],
)
def test_what_makes_no_sense_is_refused(data: Path, command: str, environment: dict[str, str], complaint: str):
    refused = call("warehouse", command, **environment)
    assert complaint in str(refused.exception.message if hasattr(refused.exception, "message") else refused.exception)
    assert Warehouse(str(data / "warehouse" / "fiber.duckdb")).row_counts()["comments"] == 3


def test_the_secret_is_rotated_once_it_is_confirmed(data: Path):
    assert CliRunner().invoke(fiber, ["secret", "rotate"], input="n\n", standalone_mode=False).exception
    assert not (data / "warehouse" / "installation.secret").exists()
    done = call("secret", "rotate", "--yes")
    assert "comments: 3 rows" in done.output
    assert len((data / "warehouse" / "installation.secret").read_text().split()) == 2
