import itertools
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from fiber_pipeline.review.corrections import join, take_in
from fiber_pipeline.review.folder import review_files
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


def test_taking_in_twice_changes_nothing_and_outlives_the_files(folder: Path, themes):
    first = take_in(CORRECTIONS.empty(), review_files(folder), themes)
    assert sorted(first.frame["reviewer"]) == ["Ana", "Beto"]
    again = take_in(first.frame, review_files(folder), themes)
    assert again.frame.equals(first.frame)
    assert take_in(first.frame, [], themes).frame.equals(first.frame)
