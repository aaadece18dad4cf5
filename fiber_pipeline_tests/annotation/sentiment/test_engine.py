import csv
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiber_pipeline.annotation.sentiment import LocalSentimentEngine
from fiber_pipeline.annotation.sentiment.data_files import DataFileError
from fiber_pipeline.tables import SENTIMENT_SCORES

ENGINE = LocalSentimentEngine()


def answered(*texts: str, gloss: str | None = None) -> pd.DataFrame:
    request = pd.DataFrame({"text": texts, "text_es": [gloss] * len(texts), "language": ["und"] * len(texts)})
    return ENGINE.answer(request).frame


def listed(frame: pd.DataFrame) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pa.Table.from_pandas(frame).to_pylist()
    return rows


def sentences() -> list[list[str]]:
    with (Path(__file__).parent / "sentences.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row and not row[0].startswith("# ")]


def test_the_written_sentences_get_their_labels() -> None:
    rows = sentences()
    frame = answered(*[row[0] for row in rows])
    wrong = [
        (row[0], row[1], found) for row, found in zip(rows, frame["sentiment"].tolist(), strict=True) if row[1] != found
    ]
    assert len(rows) >= 250
    assert Counter(row[1] for row in rows).keys() == {"positive", "negative", "neutral", "mixed"}
    assert len(wrong) <= 0.03 * len(rows), wrong


def test_the_written_sentences_get_their_urgency() -> None:
    rows = sentences()
    frame = answered(*[row[0] for row in rows])
    wrong = [
        (row[0], row[2], found) for row, found in zip(rows, frame["urgency"].tolist(), strict=True) if row[2] != found
    ]
    assert len(wrong) <= 0.03 * len(rows), wrong


# What the product's contract names must hold, sentence by sentence.
MUST_HOLD = {
    "contraté 300 megas y me llegan 40": "negative",
    "hace 3 días espero al técnico": "negative",
    "no llega a la pieza": "negative",
    "me cobraron dos veces": "negative",
    "suben el precio sin avisar": "negative",
    "me quedo sin internet cada vez que llueve": "negative",
    "ya pedí la baja": "negative",
    "nunca se corta": "positive",
    "sin cortes": "positive",
    "hasta ahora ningún problema": "positive",
    "lo arreglaron el mismo día": "positive",
    "ningún inconveniente": "positive",
    "no es malo": "positive",
    "no es bueno": "negative",
    "rápido pero se corta": "mixed",
    "podrían mejorar": "neutral",
    "estaría bueno que haya más locales": "neutral",
    "gracias por nada": "negative",
    "qué maravilla 🙄": "negative",
    "excelente servicio… 3 días sin internet": "negative",
    "muy bueno para cobrar": "negative",
    "mejor que Tigo": "positive",
    "antes era mejor": "negative",
    "el otro proveedor anda mejor": "negative",
    "Bueno": "positive",
    "Bien": "positive",
    "Normal": "neutral",
    "Regular": "neutral",
    "Más o menos": "neutral",
    "Nada": "neutral",
    "Ok": "neutral",
    "Lento": "negative",
    "Caro": "negative",
    "Iporã": "positive",
    "naiporãi": "negative",
    "ndovaléi": "negative",
    "ndaipóri problema": "positive",
    "ndahepýi": "positive",
    "che kane'õ": "negative",
    "iporãiterei": "positive",
    "ivaieterei": "negative",
}


@pytest.mark.parametrize("text", MUST_HOLD)
def test_what_the_contract_names_holds(text: str) -> None:
    assert answered(text)["sentiment"].tolist() == [MUST_HOLD[text]]


@pytest.mark.parametrize(
    "text", ["Iporã la atención", "Se corta todo el día", "Precio razonable", "Mbegueterei", "No anda el wifi"]
)
def test_accents_and_capitals_do_not_change_the_label(text: str) -> None:
    plain = text.translate(str.maketrans("áéíóúãõẽĩỹ", "aeiouaoeiy"))
    labels = answered(text, plain, text.upper(), text.lower())["sentiment"].tolist()
    assert len(set(labels)) == 1


def test_emphasis_makes_a_label_stronger() -> None:
    plain, capitals, stretched, more, little = answered(
        "el servicio es malo",
        "EL SERVICIO ES MALO",
        "el servicio es maaaalo",
        "el servicio es muy malo",
        "es medio malo",
    )["score"].tolist()
    assert capitals < plain
    assert stretched < plain
    assert more < plain
    assert plain < little < 0


def test_a_batch_is_answered_as_its_texts_one_by_one() -> None:
    texts = [row[0] for row in sentences()][::9]
    together = answered(*texts).drop(columns="item")
    alone = pd.concat([answered(text) for text in texts], ignore_index=True).drop(columns="item")
    assert listed(together) == listed(alone)


def test_a_second_engine_answers_the_same() -> None:
    texts = [row[0] for row in sentences()][::5]
    request = pd.DataFrame({"text": texts, "text_es": [None] * len(texts), "language": ["und"] * len(texts)})
    assert listed(LocalSentimentEngine().answer(request).frame) == listed(answered(*texts))


def test_no_texts_make_a_typed_empty_answer() -> None:
    frame = answered()
    assert len(frame) == 0
    assert frame.dtypes.astype(str).to_dict() == answered("bien").dtypes.astype(str).to_dict()


@pytest.mark.parametrize("text", ["", " ", ".", "?", "[TELEFONO]", "12345", "http://x.py/mal", "@malo_pesimo", "\n"])
def test_texts_that_say_nothing_are_neutral(text: str) -> None:
    row = answered(text).iloc[0]
    assert (row["sentiment"], row["score"], row["intensity"], row["urgency"]) == ("neutral", 0, "mild", "low")
    assert list(row["evidence"]) == []


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet="abeimnop ¿?!.,😡áñõ'#@0123\n\"…*|()[]", max_size=60), min_size=1, max_size=4))
def test_any_text_makes_rows_the_table_takes(texts: list[str]) -> None:
    frame = answered(*texts)
    table = SENTIMENT_SCORES.frame(
        {
            "batch": "b",
            "comment_id": [str(item) for item in frame["item"].tolist()],
            **{name: frame[name] for name in frame.columns.drop("item").tolist()},
            "contradicts_score": False,
            "engine": ENGINE.name,
            "model": ENGINE.model,
            "is_fallback": False,
            "fallback_reason": None,
        }
    )
    SENTIMENT_SCORES.validate(table)


def test_the_gloss_is_read_only_where_the_text_says_nothing() -> None:
    assert answered("xyzzy plugh", gloss="muy lento")["sentiment"].tolist() == ["negative"]
    assert answered("excelente", gloss="muy lento")["sentiment"].tolist() == ["positive"]
    from_text, from_gloss = (
        answered("muy lento")["confidence"].tolist(),
        answered("xyzzy plugh", gloss="muy lento")["confidence"].tolist(),
    )
    assert from_gloss < from_text


def test_evidence_are_words_of_the_text() -> None:
    text = "El técnico muy AMABLE, pero se corta todos los días 😡"
    row = answered(text).iloc[0]
    assert len(row["evidence"]) >= 3
    assert all(words in text for words in row["evidence"])
    assert all(words in text for words in row["urgency_evidence"])


def test_emotions_come_with_strength_and_words() -> None:
    angry, glad, nothing = answered("son unos ladrones 😡😡", "me encanta, estoy feliz 😍", "soy cliente")["emotions"]
    assert angry[0]["emotion"] == "anger"
    assert glad[0]["emotion"] == "joy"
    assert list(nothing) == []
    for emotion in [*angry, *glad]:
        assert 0 < emotion["strength"] <= 1
        assert len(emotion["evidence"]) > 0


def test_no_more_than_three_emotions_strongest_first() -> None:
    text = "feliz pero triste, tengo miedo, qué asco, qué sorpresa 😲, me da bronca, un problema, gran confianza"
    strengths = [emotion["strength"] for emotion in answered(text)["emotions"].iloc[0]]
    assert len(strengths) == 3
    assert strengths == sorted(strengths, reverse=True)


def test_an_own_lexicon_extends_the_engine_and_shows_in_its_model(tmp_path: Path) -> None:
    own = tmp_path / "own.tsv"
    own.write_text("flurbo\t-3\ta\tanger\ncomo el zorzal\t2\tw\n", encoding="utf-8")
    engine = LocalSentimentEngine(lexicons=[own])
    request = pd.DataFrame({"text": ["qué flurbas", "anda como el zorzal"], "text_es": None, "language": "es"})
    assert engine.answer(request).frame["sentiment"].tolist() == ["negative", "positive"]
    assert engine.model != ENGINE.model
    assert answered("qué flurbas")["sentiment"].tolist() == ["neutral"]


def test_own_lexicons_of_other_content_are_other_models(tmp_path: Path) -> None:
    first, second = tmp_path / "a.tsv", tmp_path / "b.tsv"
    first.write_text("flurbo\t-3\ta\n", encoding="utf-8")
    second.write_text("flurbo\t3\ta\n", encoding="utf-8")
    assert LocalSentimentEngine(lexicons=[first]).model != LocalSentimentEngine(lexicons=[second]).model


def test_a_malformed_own_lexicon_is_refused_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "own.tsv"
    own.write_text("# mine\nflurbo\t-9\ta\n", encoding="utf-8")
    with pytest.raises(DataFileError, match=r"own\.tsv, line 2: weight -9 is outside -3 to 3"):
        LocalSentimentEngine(lexicons=[own])
