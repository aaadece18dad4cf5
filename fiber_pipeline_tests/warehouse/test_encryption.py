import traceback
from pathlib import Path

import duckdb
import pytest

from fiber_pipeline.tables import COMMENTS
from fiber_pipeline.warehouse import KeyMismatch, Warehouse
from fiber_pipeline_tests.warehouse.frames import small_frame

KEY = "planted-test-key'); DROP TABLE comments; -- ñ \\ \\x4"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "fiber.duckdb"
    Warehouse(str(path), KEY).write(COMMENTS, small_frame(COMMENTS, "b", text="planted words"), "b")
    return path


def test_an_encrypted_warehouse_reads_writes_and_erases_and_shows_nothing_on_disk(path: Path) -> None:
    warehouse = Warehouse(str(path), KEY)
    assert warehouse.read(COMMENTS)["text"].tolist() == ["planted words"] * 3
    warehouse.write(COMMENTS, small_frame(COMMENTS, "c", text="planted words"), "c")
    assert warehouse.erase(batch="b")["comments"] == 3
    assert warehouse.row_counts()["comments"] == 3
    for file in path.parent.iterdir():
        assert b"planted" not in file.read_bytes()
    with pytest.raises(duckdb.Error, match="without a key"):
        duckdb.connect(str(path))


@pytest.mark.parametrize(
    ("key", "complaint"), [(None, "no key is set"), ("", "no key is set"), ("planted-other", "another key")]
)
def test_a_missing_or_wrong_key_is_said_plainly_and_never_shown(path: Path, key: str | None, complaint: str) -> None:
    warehouse = Warehouse(str(path), key)
    for call in (lambda: warehouse.read(COMMENTS), lambda: warehouse.write(COMMENTS, small_frame(COMMENTS, "b"), "b")):
        with pytest.raises(KeyMismatch, match=complaint) as raised:
            call()
        assert "planted" not in "".join(traceback.format_exception(raised.value))
    assert "planted" not in repr(warehouse) + repr(Warehouse(str(path), KEY))


def test_a_key_for_a_file_that_is_not_encrypted_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "plain.duckdb")
    Warehouse(path).write(COMMENTS, small_frame(COMMENTS, "b"), "b")
    with pytest.raises(KeyMismatch, match="is not encrypted"):
        Warehouse(path, KEY).row_counts()


def test_the_key_is_not_to_be_had_from_a_connection(path: Path) -> None:
    with Warehouse(str(path), KEY).reader() as connection:
        assert connection.execute("SELECT getvariable('warehouse_key')").fetchone() == (None,)
        for catalog in ("duckdb_databases()", "duckdb_settings()", "duckdb_variables()"):
            assert "planted" not in str(connection.execute(f"SELECT * FROM {catalog}").fetchall())


@pytest.mark.parametrize("old", [None, KEY])
def test_a_warehouse_that_is_there_gets_another_key(tmp_path: Path, old: str | None) -> None:
    path = tmp_path / "fiber.duckdb"
    before = Warehouse(str(path), old)
    before.write(COMMENTS, small_frame(COMMENTS, "b", text="planted words"), "b")
    assert before.change_key("another key")
    assert not before.change_key("another key")
    after = Warehouse(str(path), "another key")
    assert after.read(COMMENTS)["text"].tolist() == ["planted words"] * 3
    after.write(COMMENTS, small_frame(COMMENTS, "c"), "c")
    with pytest.raises(KeyMismatch):
        before.read(COMMENTS)
    for file in path.parent.iterdir():
        assert b"planted" not in file.read_bytes()


def test_a_key_is_not_changed_by_who_has_neither(path: Path) -> None:
    with pytest.raises(KeyMismatch):
        Warehouse(str(path), "planted-other").change_key("another key")
    assert Warehouse(str(path), KEY).row_counts()["comments"] == 3


def test_cut_short_before_the_new_file_is_whole_the_old_one_stands(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
        with pytest.raises(OSError, match="no space"):
            Warehouse(str(path), KEY).change_key("another key")
    assert Warehouse(str(path), KEY).row_counts()["comments"] == 3
    assert Warehouse(str(path), KEY).change_key("another key")
    assert Warehouse(str(path), "another key").row_counts()["comments"] == 3
