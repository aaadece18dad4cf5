import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from fiber_pipeline.annotation.sentiment import check_against_scores


def checked(
    sentiment: str, *, nps: int | None = None, rating: float | None = None, scale: str | None = None, score: float = 0.6
) -> tuple[float, bool]:
    leaning = {"positive": score, "negative": -score}.get(sentiment, 0.0)
    confidence, contradicts = check_against_scores([sentiment], [leaning], [0.8], [nps], [rating], [scale])
    return float(confidence[0]), bool(contradicts[0])


@pytest.mark.parametrize(("sentiment", "nps"), [("positive", 10), ("positive", 9), ("negative", 0), ("negative", 6)])
def test_agreement_raises_confidence(sentiment: str, nps: int) -> None:
    confidence, contradicts = checked(sentiment, nps=nps)
    assert 0.8 < confidence < 1
    assert not contradicts


@pytest.mark.parametrize(("sentiment", "nps"), [("positive", 0), ("positive", 4), ("negative", 9), ("negative", 10)])
def test_contradiction_lowers_confidence_and_is_flagged(sentiment: str, nps: int) -> None:
    confidence, contradicts = checked(sentiment, nps=nps)
    assert confidence < 0.8
    assert contradicts


@pytest.mark.parametrize(
    ("sentiment", "nps"), [("positive", 7), ("negative", 8), ("neutral", 0), ("mixed", 10), ("positive", None)]
)
def test_what_neither_agrees_nor_contradicts_changes_nothing(sentiment: str, nps: int | None) -> None:
    assert checked(sentiment, nps=nps) == (0.8, False)


@pytest.mark.parametrize(
    ("rating", "scale", "expected"),
    [(1.0, "1-5", True), (5.0, "1-5", False), (2.0, "0-10", True), (5.0, "0-10", False)],
)
def test_a_rating_is_read_on_its_scale(rating: float, scale: str, expected: bool) -> None:
    assert checked("positive", rating=rating, scale=scale)[1] is expected


def test_nps_goes_before_the_rating() -> None:
    assert checked("positive", nps=10, rating=1.0, scale="1-5")[1] is False


def test_a_rating_without_a_scale_says_nothing() -> None:
    assert checked("positive", rating=1.0) == (0.8, False)


def test_a_faint_text_contradicts_nothing() -> None:
    assert checked("positive", nps=0, score=0.1)[1] is False


def test_arrow_columns_are_taken_whole() -> None:
    columns = (
        pd.Series(["positive", "negative", "mixed"], dtype=pd.ArrowDtype(pa.string())),
        pd.Series([0.6, -0.6, 0.0], dtype=pd.ArrowDtype(pa.float64())),
        pd.Series([0.8, 0.8, 0.8], dtype=pd.ArrowDtype(pa.float64())),
        pd.Series([1, None, 3], dtype=pd.ArrowDtype(pa.int64())),
        pd.Series([None, 5.0, None], dtype=pd.ArrowDtype(pa.float64())),
        pd.Series([None, "1-5", None], dtype=pd.ArrowDtype(pa.string())),
    )
    confidence, contradicts = check_against_scores(*columns)
    assert contradicts.tolist() == [True, True, False]
    assert np.allclose(confidence, [0.48, 0.48, 0.8])


def test_no_rows_make_no_rows() -> None:
    confidence, contradicts = check_against_scores([], [], [], [], [], [])
    assert len(confidence) == len(contradicts) == 0
