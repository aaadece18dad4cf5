"""The folder of reviewed workbooks, with real workbooks in it."""

import os
from pathlib import Path

import pytest

from fiber_pipeline.inbox import Seen
from fiber_pipeline.review.folder import find_returned, keep, open_files, review_files, workbooks_quoting
from fiber_pipeline.review.reviewed_workbook import quoted_texts

NOW = 1_790_000_000.0
LOCKS = ("~${}", ".~lock.{}#")


class Looks:
    """The folder, looked at time after time; what is in it was written a minute ago unless a test says otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: dict[str, Seen] = {}

    def __call__(self) -> list[str]:
        arrivals, self.seen = find_returned(self.folder, self.seen, now=NOW, settle_seconds=10)
        return [arrival.batch for arrival in arrivals]


@pytest.fixture
def looks(folder: Path) -> Looks:
    for path in folder.iterdir():
        written(path, NOW - 60)
    return Looks(folder)


def written(path: Path, moment: float) -> None:
    os.utime(path, (moment, moment))


def change(path: Path, moment: float) -> None:
    path.write_bytes(path.read_bytes() + b" ")
    written(path, moment)


def test_files_of_one_name_are_kept_apart_and_the_same_file_once(folder: Path):
    files = review_files(folder)
    assert len(files) == 2
    for file in files:
        assert keep(file, folder) == file
    assert review_files(folder) == files


@pytest.mark.parametrize("lock", LOCKS)
def test_what_a_program_has_open_is_left_alone(folder: Path, tmp_path: Path, lock: str):
    first, second = review_files(folder)
    for name in (".fiber_review.xlsx", "notas.txt", lock.format(first.name)):
        (folder / name).write_bytes(b"x")
    (folder / "sub.xlsx").mkdir()
    assert review_files(folder) == [second]
    assert open_files(folder) == [first]
    assert review_files(tmp_path / "nowhere") == []


def test_what_is_erased_is_looked_for_in_open_workbooks_too(folder: Path):
    first, second = review_files(folder)
    (folder / LOCKS[0].format(first.name)).write_bytes(b"x")
    assert workbooks_quoting(folder, quoted_texts(first)) == [first, second]


def test_a_copy_keeps_the_files_time(folder: Path, tmp_path: Path):
    given = tmp_path / "Ana" / "fiber_review.xlsx"
    change(given, 1_780_000_000)
    assert keep(given, folder).stat().st_mtime == 1_780_000_000


def test_a_workbook_comes_back_once_for_each_content(looks: Looks):
    first, second = review_files(looks.folder)
    assert looks() == [first.name, second.name]
    assert looks() == []
    written(first, NOW - 30)
    change(second, NOW - 30)
    assert looks() == [second.name]


def test_a_workbook_that_is_being_written_is_left_for_a_later_look(looks: Looks):
    first, second = review_files(looks.folder)
    written(first, NOW - 1)
    assert looks() == [second.name]
    assert looks.seen[first.name].is_pending
    assert looks() == [first.name]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_workbook_that_is_opened_again_comes_back_when_it_is_closed_and_changed(looks: Looks, lock: str):
    first, second = review_files(looks.folder)
    looks()
    locks = [looks.folder / lock.format(path.name) for path in (first, second)]
    for path in locks:
        path.write_bytes(b"x")
    change(second, NOW - 30)
    assert looks() == []
    for path in locks:
        path.unlink()
    assert looks() == [second.name]


def test_the_folder_is_made_for_people_to_find(tmp_path: Path):
    assert Looks(tmp_path / "reviews")() == []
    assert (tmp_path / "reviews").is_dir()
