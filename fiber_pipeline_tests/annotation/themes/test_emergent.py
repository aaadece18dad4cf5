"""Discovery of themes the taxonomy lacks, on comments with topics planted among praise and small talk."""

import random
import warnings

import pandas as pd
import pytest

from fiber_pipeline.annotation.themes import discover_emergent_themes, load_taxonomy
from fiber_pipeline.annotation.themes.emergent import FEWEST_COMMENTS
from fiber_pipeline.tables import EMERGENT_THEMES
from fiber_pipeline.text import fold

TAXONOMY = load_taxonomy()
START = pd.Timestamp("2026-03-01", tz="UTC")
TOPICS = {
    "publicidad": (
        ["Molestan", "Cansan", "Basta de", "No quiero"],
        ["las llamadas de publicidad", "llamadas de publicidad", "tantas llamadas de publicidad", "esa publicidad"],
        ["a la siesta", "a cada rato", "", "los domingos"],
    ),
    "arbol": (
        ["Deberían", "Podrían", "Hay que", "Pido"],
        ["podar los árboles", "podar árboles", "podar el árbol", "cortar los árboles"],
        ["de mi vereda", "que tocan los postes", "frente a mi portón", ""],
    ),
    "constancia": (
        ["Necesito", "No me mandan", "Pedí", "Quiero"],
        ["una constancia de domicilio", "constancia de domicilio", "la constancia de domicilio firmada"],
        ["para un trámite", "", "para la municipalidad", "para la visa"],
    ),
}
PRAISE = ["Muy bueno", "Excelente servicio", "Todo bien", "Gracias", "Un desastre", "Iporã", "Muy conforme", "Regular"]
SMALL_TALK = ["Mi perro se llama Toby", "Saludos desde Luque", "Feliz navidad a todos", "Me gusta el color rojo"]


def comments(count: int, topics: list[str] | None = None, seed: int = 7) -> pd.DataFrame:
    """`count` comments, a third of them on the topics; each comment depends on its place only."""
    rng = random.Random(seed)
    chosen = list(TOPICS) if topics is None else topics
    rows = []
    for place in range(count):
        kind = rng.random()
        parts = TOPICS[rng.choice(chosen)] if chosen else ([""], [""], [""])
        text = " ".join(filter(None, (rng.choice(part) for part in parts)))
        if kind < 0.5 or not text:
            text = rng.choice(PRAISE)
        elif kind < 0.6:
            text = rng.choice(SMALL_TALK)
        rows.append((f"c{place:05d}", text, START + pd.Timedelta(hours=place)))
    return pd.DataFrame(rows, columns=["comment_id", "text", "commented_at"])


def cluster_about(frame: pd.DataFrame, word: str) -> pd.Series:
    (row,) = [row for _, row in frame.iterrows() if word in fold(row["label"])]
    return row


def test_planted_topics_are_found_with_labels_a_person_would_write() -> None:
    given = comments(600)
    frame = EMERGENT_THEMES.validate(discover_emergent_themes(given, TAXONOMY))
    assert len(frame) == len(TOPICS)
    assert cluster_about(frame, "publicidad")["label"] == "Llamadas de publicidad"
    assert cluster_about(frame, "constancia")["label"] == "Constancia de domicilio"
    assert "árbol" in cluster_about(frame, "arbol")["label"]
    assert frame["mentions"].tolist() == sorted(frame["mentions"], reverse=True)
    texts = given.set_index("comment_id")["text"]
    for word in TOPICS:
        cluster = cluster_about(frame, word)
        planted = given[given["text"].map(fold).str.contains(word)]
        assert cluster["mentions"] == pytest.approx(len(planted), rel=0.1)
        assert cluster["first_seen"] == planted["commented_at"].min()
        assert all(word in fold(texts[comment]) for comment in cluster["examples"])
        assert len({texts[comment] for comment in cluster["examples"]}) == len(cluster["examples"])


def test_praise_complaint_and_small_talk_are_no_themes() -> None:
    assert discover_emergent_themes(comments(400, topics=[]), TAXONOMY).empty


def test_words_that_share_nothing_are_no_theme() -> None:
    rng = random.Random(1)
    words = [
        first + second for first in ("ban", "cor", "del", "fun", "gar", "mil") for second in ("tarba", "luxo", "drimo")
    ]
    given = comments(600, topics=[])
    given["text"] = [f"{rng.choice(words)} {rng.choice(words)}" for _ in range(len(given))]
    assert discover_emergent_themes(given, TAXONOMY).empty


def test_too_few_comments_give_an_empty_frame() -> None:
    for count in (0, FEWEST_COMMENTS - 1):
        frame = discover_emergent_themes(comments(count), TAXONOMY)
        assert frame.empty
        assert list(frame.columns) == list(EMERGENT_THEMES.columns)


def test_what_the_taxonomy_knows_is_not_emergent() -> None:
    known = comments(300)
    known["text"] = [f"El router {place % 7} está en la mesa {place % 5}" for place in range(len(known))]
    frame = discover_emergent_themes(known, TAXONOMY)
    assert not any("router" in fold(label) for label in frame["label"])


def test_runs_repeat_whatever_the_order() -> None:
    given = comments(400)
    first = discover_emergent_themes(given, TAXONOMY)
    pd.testing.assert_frame_equal(first, discover_emergent_themes(given, TAXONOMY))
    shuffled = given.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(first, discover_emergent_themes(shuffled, TAXONOMY))


def test_names_stay_when_comments_are_added() -> None:
    first = discover_emergent_themes(comments(400), TAXONOMY)
    later = discover_emergent_themes(comments(1500), TAXONOMY, previous=first)
    for word in TOPICS:
        assert cluster_about(later, word)["cluster"] == cluster_about(first, word)["cluster"]


def test_a_new_topic_does_not_take_an_old_name() -> None:
    first = discover_emergent_themes(comments(400, topics=["publicidad", "arbol"]), TAXONOMY)
    later = discover_emergent_themes(comments(400, topics=["constancia"]), TAXONOMY, previous=first)
    assert len(later) == 1
    assert later["cluster"].iloc[0] not in set(first["cluster"])


def test_a_name_may_be_given_by_hand_and_is_kept() -> None:
    first = discover_emergent_themes(comments(400), TAXONOMY)
    renamed = first.copy()
    renamed["cluster"] = [f"mine_{place}" for place in range(len(first))]
    again = discover_emergent_themes(comments(400), TAXONOMY, previous=renamed)
    assert again["cluster"].tolist() == renamed["cluster"].tolist()


def test_marks_of_personal_data_never_name_a_theme() -> None:
    given = comments(400)
    given["text"] = given["text"] + " [TELEFONO] [NOMBRE]"
    frame = discover_emergent_themes(given, TAXONOMY)
    assert len(frame) == len(TOPICS)
    words = [fold(word) for words in frame["keywords"] for word in words]
    assert not any("telefono" in word or "nombre" in word for word in words)


def test_comments_without_a_date_have_no_first_seen() -> None:
    given = comments(400)
    given["commented_at"] = pd.Series([pd.NaT] * len(given), dtype="datetime64[ns, UTC]")
    frame = EMERGENT_THEMES.validate(discover_emergent_themes(given, TAXONOMY))
    assert frame["first_seen"].isna().all()


@pytest.mark.parametrize("limit", ["_FITTED_ON", "_READ_IN_FULL"])
def test_more_comments_than_are_sampled_are_all_assigned(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(f"fiber_pipeline.annotation.themes.emergent.{limit}", 250)
    given = comments(1200)
    frame = discover_emergent_themes(given, TAXONOMY)
    planted = sum(any(word in fold(text) for word in TOPICS) for text in given["text"])
    assert frame["mentions"].sum() == pytest.approx(planted, rel=0.1)


def test_topics_that_fit_the_comments_exactly_give_no_warning() -> None:
    texts = ["cajero música"] * 68
    frame = comments(len(texts)).assign(text=texts)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert discover_emergent_themes(frame, load_taxonomy()).empty
