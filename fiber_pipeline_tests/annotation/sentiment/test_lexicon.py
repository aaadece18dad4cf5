from pathlib import Path

import pytest

from fiber_pipeline.annotation.sentiment.data_files import DATA, DataFileError, rows
from fiber_pipeline.annotation.sentiment.inflection import inflect
from fiber_pipeline.annotation.sentiment.lexicon import FILES, load_lexicon
from fiber_pipeline.text import fold


def entries(*names: str) -> list[str]:
    columns = ("entry", "weight", "kind", "emotions", "note")
    return [cells["entry"] for name in names for _, cells in rows(DATA / name, columns, optional=2)]


def test_the_lexicon_is_as_broad_as_promised() -> None:
    spanish = {fold(entry) for entry in entries(*[name for name in FILES if name.startswith("spanish")])}
    guarani = {fold(entry) for entry in entries("guarani.tsv")}
    assert len(spanish) >= 2500
    assert len(guarani) >= 400


def test_every_file_says_at_its_top_how_it_is_read() -> None:
    for name in FILES:
        assert (DATA / name).read_text(encoding="utf-8").startswith("# entry, weight, kind")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("malo", "1 cells where"),
        ("malo\tvery\ta", "'very' is no number"),
        ("malo\t4\ta", "outside -3 to 3"),
        ("malo\t-2\tx", "unknown kind 'x'"),
        ("malo\t-2\ta\tgrumpiness", "unknown emotion 'grumpiness'"),
        ("\t-2\ta", "no entry"),
        ("azul\t-2\tv", "is no infinitive"),
        ("de ..2 #\t-2\tw", None),
        ("..2 #\t-2\tw", "no word to find"),
        ("malo\t1\ta\nmalo\t2\ta", "already stands in line 2"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str, complaint: str | None) -> None:
    own = tmp_path / "own.tsv"
    own.write_text(f"# a comment\n{line}\n", encoding="utf-8")
    if complaint is None:
        load_lexicon([own])
        return
    with pytest.raises(DataFileError, match=r"own\.tsv, line [23]") as raised:
        load_lexicon([own])
    assert complaint in str(raised.value)


@pytest.mark.parametrize(
    ("entry", "forms"),
    [
        ("lento\t-2\ta", "lento lenta lentos lentas lentísimo lentísimas lentito lentamente"),
        ("capaz\t2\ta", "capaz capaces"),
        ("corte\t-2\tn", "corte cortes cortecito"),
        ("tardar\t-1\tv", "tardo tardás tarda tardan tardó tardaron tardando tardaba tardaría"),
        ("llegar\t1\tv", "llego llegue llegué llegó"),
        ("buscar\t1\tv", "busco busque busqué"),
        ("perder|pierd\t-1\tv", "pierdo perdés pierden perdió perdí pierda"),
        ("resolver|resuelv\t1\tv", "resuelve resolvieron resuelva resolvés"),
        ("agradecer\t1\tv", "agradezco agradece"),
    ],
)
def test_an_entry_covers_its_forms(tmp_path: Path, entry: str, forms: str) -> None:
    own = tmp_path / "own.tsv"
    own.write_text(entry + "\n", encoding="utf-8")
    words = load_lexicon([own]).words
    name = entry.split("\t")[0]
    missing = [form for form in forms.split() if form != "cortecito" and words[fold(form)][0].entry != name]
    assert missing == []


def test_a_superlative_weighs_more() -> None:
    words = load_lexicon().words
    assert words["sucisimo"][1] > words["sucio"][1]


def test_a_stem_changing_verb_lends_its_regular_stem_no_false_form() -> None:
    assert "mora" not in load_lexicon().words


def test_an_own_entry_wins(tmp_path: Path) -> None:
    own = tmp_path / "own.tsv"
    own.write_text("lento\t2\ta\n", encoding="utf-8")
    assert load_lexicon([own]).words["lento"][0].weight == 2


def test_a_stem_changing_verb_narrows_its_stem_in_the_past() -> None:
    assert {"mintio", "mintieron", "mintiendo"} <= {form for form, _ in inflect("mentir|mient", "v")}
    assert "durmio" in {form for form, _ in inflect("dormir|duerm", "v")}
