"""Characters are tidied; what was meant stays."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiber_pipeline.cleaning import is_stretched, join_lines, normalise


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("Mala  atención ", "Mala atención"),
        ("atencio\u0301n", "atención"),
        ("iporã\u0303", unicodedata.normalize("NFC", "iporã\u0303")),
        ("no anda_x000D_\nnada", "no anda\nnada"),
        ("bueno &amp; barato", "bueno & barato"),
        ("&lt;p&gt;Lento&lt;/p&gt;", "Lento"),
        ("Lento<br/>Caro", "Lento\nCaro"),
        ("<b>muy</b> malo <3", "muy malo <3"),
        ("menos de < 10 megas", "menos de < 10 megas"),
        ("hola\u200b mun\u00addo\ufeff", "hola mundo"),
        ("a\u202eb", "ab"),
        ("línea 1\r\n\r\n línea 2", "línea 1\nlínea 2"),
        ("tab\taquí\u00a0y\u2003allá", "tab aquí y allá"),
        ("ｌｅｎｔｏ", "lento"),
        ("𝗺𝗮𝗹𝗼", "malo"),
        ("a\x00b\x07c", "abc"),
        ("muuuy buenoooo!!!", "muuuy buenoooo!!!"),
        ("👍🏽👨‍👩‍👧🇵🇾❤️1️⃣", "👍🏽👨‍👩‍👧🇵🇾❤️1️⃣"),
        ("fa\u200dmi\ufe0flia", "familia"),
        ("_xD83D__xDE00_", "😀"),
        ("", ""),
        (" \n \t ", ""),
    ],
)
def test_characters(written: str, tidy: str) -> None:
    assert normalise(written) == tidy


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("Buen precio\nMala atención", "Buen precio. Mala atención"),
        ("Buen precio.\nMala atención", "Buen precio. Mala atención"),
        ("se corta\ntodas las noches", "se corta todas las noches"),
        ("- lento\n- caro", "- lento. - caro"),
        ("NO ANDA\nNADA", "NO ANDA NADA"),
        ("una línea", "una línea"),
    ],
)
def test_lines_are_joined_without_running_statements_together(lines: str, line: str) -> None:
    assert join_lines(lines) == line


@pytest.mark.parametrize("text", ["buenísimoooo", "MALOOO", "nooo anda", "Aaaa"])
def test_stretching_is_noted(text: str) -> None:
    assert is_stretched(text)


@pytest.mark.parametrize(
    "text", ["bueno", "coordinación", "www.personal.com.py", "Ypacaraí III", "1000 megas", "...", ""]
)
def test_ordinary_repetition_is_not_stretching(text: str) -> None:
    assert not is_stretched(text)
