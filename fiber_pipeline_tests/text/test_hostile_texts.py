"""What nobody would write: the local engines answer it all the same, and take time in proportion to its length."""

import sys
from types import FrameType
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiber_pipeline.annotation.language import LocalLanguageEngine
from fiber_pipeline.annotation.language.guarani import load_dictionary
from fiber_pipeline.annotation.sentiment import LocalSentimentEngine
from fiber_pipeline.annotation.themes import LocalThemeEngine, discover_emergent_themes, load_taxonomy
from fiber_pipeline.annotation.translation.engine import GlossTranslationEngine
from fiber_pipeline.annotation.translation.gloss import gloss_word
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


def guarani_words() -> st.SearchStrategy[str]:
    """Words built as the grammar builds them, whether or not anybody says them: affixes on roots, marked or plain."""
    dictionary = load_dictionary()
    prefixes = sorted({affix.form for affix in dictionary.affixes if affix.kind != "suffix"})
    suffixes = sorted({affix.form for affix in dictionary.affixes if affix.kind == "suffix"})
    roots = sorted({entry.form for entry in dictionary.entries} | {"funciona", "llamar", "técnico"})
    word = st.tuples(
        st.lists(st.sampled_from(prefixes), max_size=2).map("".join),
        st.sampled_from(roots),
        st.lists(st.sampled_from(suffixes), max_size=4).map("".join),
        st.sampled_from(["", "i", "-pe", "'"]),
    ).map("".join)
    return st.one_of(word, word.map(str.capitalize), word.map(str.upper))


@settings(max_examples=120, deadline=None)
@given(st.lists(guarani_words(), min_size=1, max_size=8).map(" ".join))
def test_every_form_that_the_grammar_makes_is_answered(text: str) -> None:
    answers(text)


def test_every_root_takes_suffixes() -> None:
    dictionary = load_dictionary()
    suffixes = [affix.form for affix in dictionary.affixes if affix.kind == "suffix"]
    for place, entry in enumerate(dictionary.entries):
        for suffix in suffixes[place % 16 :: 16]:
            gloss_word(entry.form + suffix)


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.one_of(st.text(max_size=40), guarani_words()), min_size=20, max_size=40).map(lambda texts: texts * 2)
)
def test_what_the_taxonomy_lacks_is_looked_for_in_any_texts(texts: list[str]) -> None:
    frame = pd.DataFrame(
        {
            "comment_id": [str(place) for place in range(len(texts))],
            "text": texts,
            "commented_at": pd.Series([pd.Timestamp("2026-01-05", tz="UTC")] * len(texts)),
        }
    )
    discover_emergent_themes(frame, load_taxonomy())


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
