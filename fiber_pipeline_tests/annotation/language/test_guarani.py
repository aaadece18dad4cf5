import unicodedata
from pathlib import Path

import pytest

from fiber_pipeline.annotation.language.guarani import DATA, fingerprint, load_dictionary, marked_form, rows
from fiber_pipeline.text import fold


def test_the_dictionary_is_large_and_well_formed() -> None:
    entries = load_dictionary().entries
    assert len(entries) >= 1200
    for entry in entries:
        assert entry.form == unicodedata.normalize("NFC", entry.form).strip().lower()
        assert " " not in entry.form
        assert entry.spanish == entry.spanish.strip() != ""


def test_no_form_stands_twice() -> None:
    forms = [entry.form for entry in load_dictionary().entries]
    assert len(forms) == len(set(forms))


def test_every_entry_is_found_without_its_marks() -> None:
    dictionary = load_dictionary()
    for entry in dictionary.entries:
        assert entry in dictionary.folded[fold(entry.form)]


def test_nouns_that_change_their_first_letter_have_all_three_forms() -> None:
    marked = load_dictionary().marked
    assert marked["tembiapo"].owner == ""
    assert marked["rembiapo"].owner == ""
    assert marked["hembiapo"].owner == "su"


def test_affixes_are_folded_and_stand_once_a_kind() -> None:
    affixes = load_dictionary().affixes
    assert len({(affix.kind, affix.form) for affix in affixes}) == len(affixes)
    for affix in affixes:
        assert affix.form == fold(affix.form)
        assert affix.strength in (0, 1, 2)
        assert affix.place in ("", "before", "after")
        assert bool(affix.gloss) <= bool(affix.place) or affix.kind in ("owner", "negated_owner")


@pytest.mark.parametrize("spelled", ["ÑE’Ê", "ñe'ẽ", "Ñeʼẽ", "ñe´ê"])
def test_spellings_of_a_word_meet_in_its_marked_form(spelled: str) -> None:
    assert marked_form(spelled) == "ñe'ẽ"


def test_a_row_of_another_width_is_named(tmp_path: Path) -> None:
    table = tmp_path / "words.tsv"
    table.write_text("# comment\nword\tweight\ngood\t1\nbad\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"words\.tsv, line 4: 1 cells where 2 belong"):
        list(rows(table, 2))


def test_the_fingerprint_follows_the_data(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("a", encoding="utf-8")
    before = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == before
    (tmp_path / "a.tsv").write_text("b", encoding="utf-8")
    assert fingerprint(tmp_path) != before
    assert fingerprint(DATA) == fingerprint(DATA)
