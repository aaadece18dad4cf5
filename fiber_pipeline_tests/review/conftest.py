from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fiber_pipeline.annotation.themes import Theme, load_taxonomy
from fiber_pipeline.cleaning.identity import text_key
from fiber_pipeline.review.folder import keep
from fiber_pipeline.review.queue import QueuedText
from fiber_pipeline.review.queue_workbook import write_queue
from fiber_pipeline_tests.review.reviewers import fill_in


@pytest.fixture(scope="session")
def themes() -> dict[str, Theme]:
    """The themes of the package's own taxonomy."""
    return dict(load_taxonomy().themes)


@pytest.fixture
def review() -> Callable[..., None]:
    """Fill a review workbook in as a person does."""
    return fill_in


@pytest.fixture
def queued() -> Callable[..., QueuedText]:
    """A text to review; what is not given is usual."""

    def make(text: str, **given: Any) -> QueuedText:
        usual: dict[str, Any] = {
            "text_key": text_key(text),
            "comment_id": "c1",
            "text": text,
            "text_es": text,
            "question": None,
            "nps": None,
            "comments": 1,
            "sentiment": "neutral",
            "urgency": "low",
            "language": "es",
            "themes": (),
            "reason": "random",
            "reasons": (),
            "opinions": {},
        }
        return QueuedText(**{**usual, **given})

    return make


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
