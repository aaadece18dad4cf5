import itertools
import os
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from fiber_pipeline.review.corrections import join, keep, review_files, take_in
from fiber_pipeline.review.queue_workbook import write_queue
from fiber_pipeline.tables import CORRECTIONS


def word(key: str, reviewer: str, day: int, **said: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "text_key": key,
        "reviewer": reviewer,
        "reviewed_at": datetime(2026, 7, day, tzinfo=UTC),
        "verdict": "corrected",
        "sentiment": "negative",
        "urgency": "low",
        "language": "es",
        "themes": ["speed"],
        "changed": ["sentiment"],
        "themes_added": [],
        "themes_removed": [],
        "reason": "random",
        "file": f"{day}.xlsx",
        "sheet": "Revisión",
        "row_number": 7,
    }
    return usual | said


def marks(frame: pd.DataFrame) -> dict[tuple[str, str], tuple[str, bool, bool]]:
    CORRECTIONS.validate(frame)
    return {
        (row.text_key, row.reviewer): (row.file, row.is_in_force, row.is_contested)
        for row in frame.itertuples(index=False)
    }


def test_a_later_word_of_the_same_reviewer_replaces_the_earlier_one():
    for words in itertools.permutations([word("a", "Ana", 1), word("a", "ana", 2, sentiment="mixed")]):
        assert marks(join(words)) == {("a", "ana"): ("2.xlsx", True, False)}


def test_of_two_reviewers_who_differ_both_are_kept_and_the_latest_is_in_force():
    found = marks(join([word("a", "Ana", 2), word("a", "Beto", 3, sentiment="mixed"), word("b", "Ana", 2)]))
    assert found == {
        ("a", "Beto"): ("3.xlsx", True, True),
        ("a", "Ana"): ("2.xlsx", False, True),
        ("b", "Ana"): ("2.xlsx", True, False),
    }


def test_reviewers_who_agree_contest_nothing():
    words = [word("a", "Ana", 2, themes=["speed", "wifi"]), word("a", "Beto", 3, themes=["wifi", "speed"])]
    assert [contested for _, _, contested in marks(join(words)).values()] == [False, False]


def test_a_withdrawn_word_counts_as_not_said():
    unsaid = {"verdict": "withdrawn", "sentiment": None, "urgency": None, "language": None, "themes": []}
    found = marks(join([word("a", "Ana", 1), word("a", "Beto", 3), word("a", "Beto", 4, **unsaid)]))
    assert found == {("a", "Beto"): ("4.xlsx", False, False), ("a", "Ana"): ("1.xlsx", True, False)}


@pytest.fixture
def folder(tmp_path: Path, queued, themes, review) -> Path:
    """Two people give back the same workbook, each with the first text corrected in a way of their own."""
    folder = tmp_path / "reviews"
    queue = [queued("no anda nada"), queued("todo bien")]
    for name, label in (("Ana", "Negativo"), ("Beto", "Mixto")):
        given = tmp_path / name / "fiber_review.xlsx"
        write_queue(queue, themes, given)
        review(given, name, {1: {"Sentimiento": label}})
        keep(given, folder)
    return folder


def test_taking_in_twice_changes_nothing_and_outlives_the_files(folder: Path, themes):
    first = take_in(CORRECTIONS.empty(), review_files(folder), themes)
    assert sorted(first.frame["reviewer"]) == ["Ana", "Beto"]
    again = take_in(first.frame, review_files(folder), themes)
    assert again.frame.equals(first.frame)
    assert take_in(first.frame, [], themes).frame.equals(first.frame)


def test_files_of_one_name_are_kept_apart_and_the_same_file_once(folder: Path):
    files = review_files(folder)
    assert len(files) == 2
    for file in files:
        assert keep(file, folder) == file
    assert review_files(folder) == files


def test_what_a_program_has_open_is_left_alone(folder: Path, tmp_path: Path):
    files = review_files(folder)
    for name in ("~$fiber_review.xlsx", ".fiber_review.xlsx", "notas.txt"):
        (folder / name).write_bytes(b"x")
    (folder / "sub.xlsx").mkdir()
    assert review_files(folder) == files
    assert review_files(tmp_path / "nowhere") == []


def test_a_copy_keeps_the_files_time(folder: Path, tmp_path: Path):
    given = tmp_path / "Ana" / "fiber_review.xlsx"
    given.write_bytes(given.read_bytes() + b" ")
    os.utime(given, (1_780_000_000, 1_780_000_000))
    assert keep(given, folder).stat().st_mtime == 1_780_000_000
