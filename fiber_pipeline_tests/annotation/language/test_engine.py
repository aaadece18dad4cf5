import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.language import LocalLanguageEngine
from fiber_pipeline.tables import TRANSLATED_COMMENTS
from fiber_pipeline.tables.vocabulary import LANGUAGES

TEXTS = ["No anda", "Ndoikói", "Iporã pero caro", "", "😡", "Too slow", "Muito caro", "Très lent", "[TELEFONO]"]


def request(texts: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"text": pd.Series(texts, dtype=pd.ArrowDtype(pa.string()))})


def test_every_text_is_answered_in_order() -> None:
    answers = LocalLanguageEngine().answer(request(TEXTS))
    assert answers.frame["item"].tolist() == list(range(len(TEXTS)))
    assert answers.frame["language"].tolist() == ["es", "gn", "mixed", "und", "und", "en", "pt", "other", "und"]
    assert not answers.unanswered
    assert set(answers.frame["language"]) <= set(LANGUAGES)


def test_columns_have_the_types_of_the_table() -> None:
    frame = LocalLanguageEngine().answer(request(TEXTS)).frame
    for column in ("language", "language_confidence", "language_spans"):
        declared = TRANSLATED_COMMENTS.arrow_schema.field(column).type
        assert frame[column].dtype == pd.ArrowDtype(declared)


def test_an_empty_request_gets_an_empty_answer() -> None:
    frame = LocalLanguageEngine().answer(request([])).frame
    assert frame.empty
    assert {"item", "language", "language_confidence", "language_spans"} <= set(frame.columns)


def test_answers_do_not_depend_on_what_was_asked_before() -> None:
    first = LocalLanguageEngine().answer(request(TEXTS)).frame
    LocalLanguageEngine().answer(request(["Oî porã", *reversed(TEXTS)]))
    pd.testing.assert_frame_equal(LocalLanguageEngine().answer(request(TEXTS)).frame, first)


def test_the_model_names_the_rules_and_the_data() -> None:
    assert LocalLanguageEngine.name == "local"
    assert LocalLanguageEngine.model.startswith("tagger-")
    assert LocalLanguageEngine().model == LocalLanguageEngine.model
