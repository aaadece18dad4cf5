import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.translation import GlossTranslationEngine
from fiber_pipeline.tables import TRANSLATED_COMMENTS


def request(rows: list[tuple[str, str]]) -> pd.DataFrame:
    text = pd.ArrowDtype(pa.string())
    return pd.DataFrame(
        {
            "text": pd.Series([row[0] for row in rows], dtype=text),
            "language": pd.Series([row[1] for row in rows], dtype=text),
            "language_spans": [[] for _ in rows],
        }
    )


ROWS = [
    ("Ndaipóri señal", "gn"),
    ("Iporã pero caro", "mixed"),
    ("Brukenfeld", "gn"),
    ("No anda", "es"),
    ("Too slow", "en"),
    ("Muito caro", "pt"),
    ("Très lent", "other"),
    ("", "und"),
]


def test_only_guarani_and_jopara_are_glossed() -> None:
    answers = GlossTranslationEngine().answer(request(ROWS))
    assert answers.frame["item"].tolist() == list(range(len(ROWS)))
    assert answers.frame["text_es"].tolist() == [
        "No hay señal",
        "Es lindo pero caro",
        "Brukenfeld",
        "No anda",
        "Too slow",
        "Muito caro",
        "Très lent",
        "",
    ]
    assert answers.frame["is_gloss"].tolist() == [True, True, *[False] * 6]
    assert not answers.unanswered


def test_columns_have_the_types_of_the_table() -> None:
    frame = GlossTranslationEngine().answer(request(ROWS)).frame
    for column in ("text_es", "text_en", "is_gloss", "prompt_version"):
        assert frame[column].dtype == pd.ArrowDtype(TRANSLATED_COMMENTS.arrow_schema.field(column).type)
    assert frame["text_en"].isna().all()
    assert frame["prompt_version"].isna().all()


def test_an_empty_request_gets_an_empty_answer() -> None:
    assert GlossTranslationEngine().answer(request([])).frame.empty


def test_the_model_names_the_rules_and_the_data() -> None:
    assert GlossTranslationEngine.name == "local"
    assert GlossTranslationEngine.model.startswith("gloss-1")
