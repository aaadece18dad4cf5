"""`clean`: a row in, a comment out, identified so that moved rows keep their ids."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd

from fiber_pipeline.cleaning import Identities, Looked, Redaction, SecondLook, find_pii
from fiber_pipeline.cleaning import clean as clean_as
from fiber_pipeline.installation import InstallationKeys
from fiber_pipeline.tables import COMMENTS, RAW_COMMENTS

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
OURS = Identities(InstallationKeys((b"k" * 32,)))


def clean(raw: pd.DataFrame, look_again: SecondLook | None = None) -> pd.DataFrame:
    return clean_as(raw, OURS, look_again)


def raw_frame(comments: list[str | None], **changes: object) -> pd.DataFrame:
    columns: dict[str, object] = {
        "batch": "norte/mayo.xlsx",
        "row_id": [f"Hoja1:{place + 2}" for place in range(len(comments))],
        "source": "norte",
        "source_file": "mayo.xlsx",
        "sheet": "Hoja1",
        "row_number": list(range(2, len(comments) + 2)),
        "comment": comments,
        "question": "Comentario",
        "answers": [[] if text is None else [{"question": "Comentario", "text": text}] for text in comments],
        "nps": 3,
        "nps_group": "detractor",
        "rating": 4.0,
        "rating_scale": "0-10",
        "commented_at": datetime(2026, 5, 1, 3, tzinfo=UTC),
        "has_time": False,
        "customer_id": None,
        "customer_column": None,
        "metadata": "{}",
        "problems": [[] for _ in comments],
        "file_sha256": "0" * 64,
        "ingested_at": NOW,
    }
    return RAW_COMMENTS.validate(RAW_COMMENTS.frame(columns | changes))


def test_every_row_becomes_a_valid_comment_in_its_place() -> None:
    comments = COMMENTS.validate(clean(raw_frame(["  Muy   lento ", None, "No", "Llamen al 0981 123 456"])))
    assert comments["text"].tolist() == ["Muy lento", "", "No", "Llamen al [TELEFONO]"]
    assert comments["is_informative"].tolist() == [True, False, False, True]
    assert comments["position"].tolist() == [0, 1, 2, 3]
    assert [list(kinds) for kinds in comments["pii_types"]] == [[], [], [], ["telefono"]]
    assert comments["duplicate_of"].isna().all()


def test_what_comes_to_light_when_lines_are_joined_is_redacted_too() -> None:
    # The town is spared; with the full stop that joining puts into it, half of it is a person's name.
    (text,) = clean(raw_frame(["Soy de\nMariano\nRoque Alonso y no anda"]))["text"]
    assert not find_pii(text)
    assert text.endswith("y no anda")


def test_an_empty_batch_is_an_empty_typed_frame() -> None:
    comments = COMMENTS.validate(clean(RAW_COMMENTS.empty()))
    assert len(comments) == 0
    assert list(comments.columns) == list(COMMENTS.columns)


def test_rows_that_move_keep_their_ids() -> None:
    before = clean(raw_frame(["Se corta siempre", "No", "No", "Caro"]))
    after = clean(raw_frame(["Fila nueva", "Caro", "No", "Se corta siempre", "No"]))
    ids = dict(zip(zip(before["text"], before["occurrence"], strict=True), before["comment_id"], strict=True))
    for text, occurrence, comment_id in zip(after["text"], after["occurrence"], after["comment_id"], strict=True):
        if text != "Fila nueva":
            assert ids[text, occurrence] == comment_id
    assert after["comment_id"].is_unique


def test_the_same_response_in_another_batch_has_its_key_but_an_id_of_its_own() -> None:
    here = clean(raw_frame(["Se corta siempre"]))
    there = clean(raw_frame(["Se corta siempre"], batch="sur/mayo.xlsx", row_id=["9"], row_number=[9]))
    assert here["response_key"].tolist() == there["response_key"].tolist()
    assert here["comment_id"].tolist() != there["comment_id"].tolist()


def test_two_batches_in_one_frame_are_counted_apart() -> None:
    comments = clean(raw_frame(["No", "No", "No"], batch=["a.csv", "b.csv", "a.csv"]))
    assert comments["occurrence"].tolist() == [0, 0, 1]
    assert comments["position"].tolist() == [0, 0, 1]
    assert comments["comment_id"].is_unique


def test_scores_dates_customers_and_metadata_tell_responses_apart() -> None:
    same = clean(raw_frame(["No"]))["response_key"].iloc[0]
    for change in (
        {"nps": 4},
        {"rating": 5.0},
        {"customer_id": "C-1"},
        {"commented_at": datetime(2026, 5, 2, 3, tzinfo=UTC)},
        {"metadata": json.dumps({"Ciudad": "Luque"})},
    ):
        assert clean(raw_frame(["No"], **change))["response_key"].iloc[0] != same


def test_a_moved_column_of_metadata_changes_nothing() -> None:
    one = clean(raw_frame(["No"], metadata='{"Ciudad": "Luque", "Plan": 300}'))
    other = clean(raw_frame(["No"], metadata='{"Plan": 300, "Ciudad": "Luque"}'))
    assert one["comment_id"].tolist() == other["comment_id"].tolist()


def test_an_answer_is_distinctive_by_customer_time_or_words() -> None:
    texts = ["Excelente", "No", "No hay", "Muy lento", None]
    assert clean(raw_frame(texts))["is_distinctive"].tolist() == [False, False, False, True, False]
    assert clean(raw_frame(texts, customer_id="C-1"))["is_distinctive"].all()
    assert clean(raw_frame(texts, has_time=True))["is_distinctive"].all()


def test_ids_do_not_depend_on_the_personal_data_they_hide() -> None:
    one, other = (clean(raw_frame([f"Llamen al {number}"])) for number in ("0981 123 456", "0971 654 321"))
    assert one["comment_id"].tolist() == other["comment_id"].tolist()


def test_signatures_on_a_line_of_their_own_are_redacted_before_lines_are_joined() -> None:
    comments = clean(raw_frame(["Pésimo servicio\nAtte.\nJuan Pérez\nCel\n0981\n123456"]))
    assert "Juan" not in comments["text"].iloc[0]
    assert "123456" not in comments["text"].iloc[0]
    assert "\n" not in comments["text"].iloc[0]


def test_near_duplicates_of_a_batch_share_a_group() -> None:
    comments = clean(
        raw_frame(
            [
                "El internet se corta todas las noches",
                "el internet se corta todas las noche!!",
                "Buen precio y buena velocidad",
                "El internet no se corta todas las noches",
            ]
        )
    )
    groups = comments["near_duplicate_group"].tolist()
    assert groups[0] == groups[1] is not None
    assert pd.isna(groups[2])
    assert pd.isna(groups[3])


def test_a_second_look_is_given_redacted_texts_once_each_and_its_marks_stand() -> None:
    shown: list[str] = []

    def look_again(texts: Sequence[str]) -> Looked:
        shown.extend(texts)
        return Looked(
            [Redaction(text.replace("Ysapy", "[NOMBRE]"), ("nombre",) if "Ysapy" in text else ()) for text in texts],
            unchecked={1: "over budget"},
        )

    raw = raw_frame(["Ysapy, mi número es 0981 123 456", "Anda bien", "Anda bien", None, "Ysapy\nmi vecina"])
    comments = clean(raw, look_again)
    assert shown == ["Ysapy, mi número es [TELEFONO]", "Anda bien", "Ysapy\nmi vecina"]
    assert comments["text"].tolist()[:3] == ["[NOMBRE], mi número es [TELEFONO]", "Anda bien", "Anda bien"]
    assert comments["text"].tolist()[4].startswith("[NOMBRE]")
    assert [list(kinds) for kinds in comments["pii_types"]] == [["telefono", "nombre"], [], [], [], ["nombre"]]
    assert comments["pii_unchecked"].isna().tolist() == [True, False, False, True, True]
    assert comments["pii_unchecked"][1] == "over budget"


LIKED, BETTER, ELSE = "¿Qué te gustó?", "¿Qué mejorarías?", "Otros comentarios"


def asked(rows: list[dict[str, str]], **changes: object) -> pd.DataFrame:
    """Rows that answer some of three questions; the last one is the main one."""
    main = [ELSE if ELSE in row else next(iter(row), None) for row in rows]
    answers = [
        [{"question": question, "text": row[question]} for question in (LIKED, BETTER, ELSE) if question in row]
        for row in rows
    ]
    texts = [None if question is None else row[question] for row, question in zip(rows, main, strict=True)]
    return raw_frame(texts, question=main, answers=answers, **changes)


def test_every_answer_becomes_a_comment_and_one_of_a_row_is_its_main_one() -> None:
    raw = asked(
        [
            {LIKED: "La velocidad", BETTER: "Llamen al 0981 123 456", ELSE: "Gracias"},
            {},
            {BETTER: "El precio"},
            {LIKED: "Nada", ELSE: "Nada"},
        ],
        nps=[9, 3, 7, 1],
        nps_group=["promoter", "detractor", "passive", "detractor"],
    )
    comments = COMMENTS.validate(clean(raw))
    assert list(zip(comments["row_id"], comments["question"].fillna(""), comments["text"], strict=True)) == [
        ("Hoja1:2", ELSE, "Gracias"),
        ("Hoja1:2", LIKED, "La velocidad"),
        ("Hoja1:2", BETTER, "Llamen al [TELEFONO]"),
        ("Hoja1:3", "", ""),
        ("Hoja1:4", BETTER, "El precio"),
        ("Hoja1:5", ELSE, "Nada"),
        ("Hoja1:5", LIKED, "Nada"),
    ]
    assert comments["is_main"].tolist() == [True, False, False, True, True, True, False]
    assert comments["position"].tolist() == list(range(7))
    assert comments["nps"].tolist() == [9, 9, 9, 3, 7, 1, 1]
    assert comments["comment_id"].is_unique


def test_ids_of_a_row_with_one_answer_do_not_depend_on_the_question() -> None:
    """Ids of earlier versions are brought up to date by the keys they lack, so they must be what keys are given."""
    before = clean(raw_frame(["Muy lento", None], question=None, answers=[None, None]))
    after = clean(raw_frame(["Muy lento", None]))
    assert before["comment_id"].tolist() == after["comment_id"].tolist()
    assert before["comment_id"].tolist() == OURS.renamed("comment", ["1829be9b0fefce7a", "3e77d21f051570bf"], ())


def test_a_response_is_known_by_all_its_answers_wherever_its_columns_stand() -> None:
    """Further answers count as the other columns they were before: the main comment keeps its id."""
    row = {BETTER: "El precio", ELSE: "Gracias por todo"}
    answers = clean(asked([row]))
    columns = clean(raw_frame([row[ELSE]], metadata=json.dumps({BETTER: row[BETTER]}, ensure_ascii=False)))
    assert answers["comment_id"][0] == columns["comment_id"][0]
    other = clean(asked([{**row, BETTER: "El wifi"}]))
    assert other["response_key"][0] != answers["response_key"][0]
    assert set(other["comment_id"]).isdisjoint(answers["comment_id"])


def test_a_response_that_says_much_in_any_answer_is_distinctive_in_all() -> None:
    comments = clean(asked([{LIKED: "Todo", BETTER: "que no se corte"}, {LIKED: "Todo", BETTER: "Nada"}]))
    assert comments["is_distinctive"].tolist() == [True, True, False, False]


def test_names_are_the_installations_own() -> None:
    raw = raw_frame(["Se corta siempre"], customer_id="0981 471 130", customer_column="Línea")
    ours, theirs, anybodys = (
        clean_as(raw, Identities(InstallationKeys(keys))) for keys in ((b"k" * 32,), (b"x" * 32,), ())
    )
    for column in ("comment_id", "response_key"):
        assert len({frame[column].iloc[0] for frame in (ours, theirs, anybodys)}) == 3
    assert ours["customer_id"].iloc[0] != theirs["customer_id"].iloc[0]
    assert ours["text_key"].equals(theirs["text_key"])
