"""Keys are equal for what is the same and differ for what is not."""

import pytest

from fiber_pipeline.cleaning.identity import canonical_json, text_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mala atención", "MALA ATENCION"),
        ("Mala atención!!!", "mala, atencion."),
        ("buen   servicio", "buenservicio"),
        ("buenísimoooo", "Buenisimo"),
        ("Ndaipóri", "ndaipori"),
        ("mba'eve", "mba’eve"),
        ("❤️", "❤"),
        (".", "???"),
    ],
)
def test_spellings_of_one_text_share_a_key(one: str, other: str) -> None:
    assert text_key(one) == text_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("👍", "👎"),
        ("👍", ""),
        (":)", ":("),
        (":)", "."),
        ("1,5 megas", "15 megas"),
        ("300 megas", "30 megas"),
        ("bueno", "malo"),
        ("anda", "no anda"),
        ("llamen al [TELEFONO]", "llamen al [EMAIL]"),
    ],
)
def test_different_texts_do_not(one: str, other: str) -> None:
    assert text_key(one) != text_key(other)


def test_metadata_is_compared_whatever_the_order_of_its_columns() -> None:
    assert canonical_json('{"b": [1, 2], "a": "ñ"}') == canonical_json('{"a":"ñ","b":[1,2]}') == '{"a":"ñ","b":[1,2]}'
