"""Redaction against tables of invented comments: personal data goes, everything else stays."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiber_pipeline.cleaning import find_pii, redact, redact_all
from fiber_pipeline.text import MARK, MARKS, PII_TYPES

HERE = Path(__file__).parent


def read_table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [{column: cell.replace("\\n", "\n") for column, cell in row.items()} for row in rows]


PERSONAL = read_table("personal_data.tsv")
ORDINARY = [row["text"] for row in read_table("ordinary_text.tsv")]


def test_the_tables_are_large_enough_to_measure_with() -> None:
    assert len(PERSONAL) >= 600
    assert len(ORDINARY) >= 800
    assert {mark for row in PERSONAL for mark in MARK.findall(row["redacted"])} == set(MARKS.values())


def test_recall_and_precision_of_marks() -> None:
    expected_count = found_count = right_count = 0
    for text, expected in [(row["text"], row["redacted"]) for row in PERSONAL] + [(text, text) for text in ORDINARY]:
        wanted, found = MARK.findall(expected), MARK.findall(redact(text).text)
        expected_count += len(wanted)
        found_count += len(found)
        right_count += sum(min(wanted.count(mark), found.count(mark)) for mark in set(wanted))
    assert right_count / expected_count >= 0.98
    assert right_count / found_count >= 0.98


def test_what_is_replaced_is_neither_more_nor_less() -> None:
    exact = [redact(row["text"]).text == row["redacted"] for row in PERSONAL]
    kept = [redact(text).text == text for text in ORDINARY]
    assert sum(exact) / len(exact) >= 0.97
    assert sum(kept) / len(kept) >= 0.98


def test_redacting_again_changes_nothing() -> None:
    for row in PERSONAL:
        once = redact(row["text"])
        assert once.types, row
        assert redact(once.text) == (once.text, ())


@given(st.text(alphabet=st.sampled_from("aeñ 0123456789.-+@()áJuanPérez\n[]/"), max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_is_redacted_for_good(text: str) -> None:
    once = redact(text)
    assert redact(once.text) == (once.text, ())
    assert set(once.types) <= set(PII_TYPES)


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_spans_lie_within_the_text_in_order_without_overlap(text: str) -> None:
    end = 0
    for span in find_pii(text):
        assert end <= span.start < span.end <= len(text)
        end = span.end


@pytest.mark.parametrize(
    "disguised",
    [
        "0981 123 456",
        "０９８１１２３４５６",
        "٠٩٨١١٢٣٤٥٦",
        "0981\u2009123\u00a0456",
        "0981\u200b123\u200d456",
        "0981\u2011123\u2013456",
        "0981\n123\n456",
        "0981.123.456",
        "(0981) 123-456",
        "+595\u00a0981 123456",
    ],
)
def test_disguised_digits_are_seen_through(disguised: str) -> None:
    assert redact(f"llamen al {disguised} por favor").text == "llamen al [TELEFONO] por favor"


def test_numbers_whose_check_digit_is_wrong_need_to_be_announced() -> None:
    assert redact("80012345-0").types == ("ruc",)
    assert redact("modelo X 80012345-7").types == ()
    assert redact("ruc 80012345-7").types == ("ruc",)
    assert redact("va con 4111 1111 1111 1111").types == ("tarjeta",)
    assert redact("va con 4111 1111 1111 1112").types == ()


def test_a_number_is_a_cedula_or_a_price_by_what_stands_beside_it() -> None:
    assert redact("me cobraron 4.655.318 de más").types == ()
    assert redact("4.655.318 gs").types == ()
    assert redact("titular 4.655.318").types == ("cedula",)
    assert redact("sin servicio, 4.655.000").types == ()


def test_a_batch_is_answered_in_order() -> None:
    texts = ["cel 0981 123 456", "lento", "cel 0981 123 456"]
    assert [redaction.text for redaction in redact_all(texts)] == ["cel [TELEFONO]", "lento", "cel [TELEFONO]"]


def test_marks_already_there_are_left_and_not_counted() -> None:
    assert redact("llamar al [TELEFONO] o a [NOMBRE]") == ("llamar al [TELEFONO] o a [NOMBRE]", ())


HOSTILE = [
    *(
        "a.",
        "1 ",
        "casi ",
        "Palma casi Alberdi ",
        "me llamo ",
        "09",
        "a punto ",
        "ticket . ",
        "a-",
        "1a-",
        "ab:",
        "1.1.1.",
    ),
    *("clave . : ", "usuario de la app ", "cedula mil dos ", "nueve ocho ", "25°17 ", "-25.", "casa 4 bloque ", "J. "),
    *("gracias a ", "facebook de mi ", "en Juan 12", "termina en ", "x*", "2 de mayo 1", "serie a1", "s/n ", "n n "),
]


@pytest.mark.parametrize("part", HOSTILE)
def test_a_text_that_repeats_itself_is_still_read(part: str) -> None:
    # Patterns that look back over what they have read would take minutes here, and the run's time limit.
    assert redact(part * 3000 + " cel 0981 123 456 x@y.com").text.endswith("[EMAIL]")
