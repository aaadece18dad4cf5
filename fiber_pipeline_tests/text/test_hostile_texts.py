"""What nobody would write: the local engines answer it all the same, and take time in proportion to its length."""

import sys
from types import FrameType
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiber_pipeline.annotation.language import LocalLanguageEngine
from fiber_pipeline.annotation.sentiment import LocalSentimentEngine
from fiber_pipeline.annotation.themes import LocalThemeEngine
from fiber_pipeline.annotation.translation.engine import GlossTranslationEngine
from fiber_pipeline.tables.vocabulary import SENTIMENTS

LANGUAGE, GLOSS, SENTIMENT, THEMES = (
    LocalLanguageEngine(),
    GlossTranslationEngine(),
    LocalSentimentEngine(),
    LocalThemeEngine(),
)

PIECES = st.sampled_from(
    [
        "no ",
        "se corta",
        "internet ",
        "ndo",
        "po",
        "iterei",
        "ñe'ẽ",
        "kuéra",
        "@",
        "http://",
        "[",
        "]",
        "A_B",
        "😡",
        "👍🏽",
        "\u0301",
        "\u0303",
        "\u200d",
        "\ufe0f",
        "ß",
        "İ",
        "ﬁ",
        "中文",
        "привет",
        "مرحبا",
        "1.000",
        "%",
        "...",
        "?!",
        "\n",
        "\t",
        "-pe",
        "'",
        "’",
        ":)",
        "<3",
        "aaa",
        "J",
        "pero ",
        "excelente ",
        "\x00",
        "\ud7ff",
        "x" * 50,
    ]
)


def answers(text: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    language = LANGUAGE.answer(pd.DataFrame({"text": [text]})).frame
    gloss = GLOSS.answer(pd.DataFrame({"text": [text], "language": ["gn"]})).frame
    request = pd.DataFrame({"text": [text], "text_es": gloss["text_es"], "language": language["language"]})
    return language, SENTIMENT.answer(request).frame, THEMES.answer(request).frame


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join)))
def test_every_text_is_answered_within_its_bounds(text: str) -> None:
    language, sentiment, themes = answers(text)
    assert 0 <= language["language_confidence"][0] <= 1
    for span in language["language_spans"][0]:
        assert 0 <= span["start"] < span["end"] <= len(text)
    assert sentiment["sentiment"][0] in SENTIMENTS
    assert -1 <= sentiment["score"][0] <= 1
    assert 0 <= sentiment["confidence"][0] <= 1
    for spans, evidence in zip(themes["evidence_spans"], themes["evidence"], strict=True):
        assert [text[span["start"] : span["end"]] for span in spans] in (list(evidence), [])


def lines_run(text: str) -> int:
    """How many lines of the engines run on `text`, once the words of another like it are known."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if "fiber_pipeline" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        answers(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "pa",
        "iterei",
        "kuera",
        "ndopo",
        "@a",
        "a/b?",
        "!?",
        "[A",
        "no ",
        "pero no se corta ",
        "hace 3 dias que ",
        "a-pe",
        "😡",
        "a\u0301\u0303",
        "excelente ",
        "A b ",
    ],
)
def test_work_grows_no_faster_than_the_text(piece: str) -> None:
    answers(piece * 40)
    short, long = (lines_run(piece * count) for count in (100, 400))
    assert long < 6 * short
