import os
import re
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from fiber_pipeline.review.queue_workbook import write_queue
from fiber_pipeline.review.reviewed_workbook import read_reviewed_workbook

TEXTS = ("no anda nada", "todo bien por acá", "mbegueterei")


@pytest.fixture
def path(tmp_path: Path, queued, themes) -> Path:
    queue = [queued(text, themes=("speed",), reason="low_confidence") for text in TEXTS]
    write_queue(queue, themes, tmp_path / "cola.xlsx")
    return tmp_path / "cola.xlsx"


def saved_as(path: Path, moment: str) -> None:
    """Rewrite the workbook's own note of when it was saved; none at all for an empty moment."""
    rewritten = path.with_suffix(".new")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(rewritten, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                note = rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)"
                content = re.sub(note, rb"\g<1>" + moment.encode() + rb"\g<2>" if moment else b"", content)
            new.writestr(name, content)
    shutil.move(rewritten, path)


def test_what_is_changed_is_a_correction_and_what_is_ticked_is_confirmed(path: Path, review, themes, queued):
    review(
        path,
        "  Ana   López ",
        {
            1: {"Sentimiento": "Negativo", "Urgencia": "Alta", "Tema 1": None, "Tema 2": themes["outages"].label_es},
            2: {"Revisado": "Sí"},
        },
    )
    read = read_reviewed_workbook(path, themes)
    assert (read.rows, read.refusals) == (3, [])
    corrected, confirmed = read.corrections
    assert corrected.text_key == queued(TEXTS[0]).text_key
    assert (corrected.reviewer, corrected.verdict) == ("Ana López", "corrected")
    assert (corrected.sentiment, corrected.urgency, corrected.language) == ("negative", "high", "es")
    assert corrected.themes == corrected.themes_added == ("outages",)
    assert corrected.themes_removed == ("speed",)
    assert corrected.changed == ("sentiment", "urgency", "themes")
    assert (corrected.file, corrected.sheet, corrected.row_number) == ("cola.xlsx", "Revisión", 7)
    assert corrected.reason == "low_confidence"
    assert (confirmed.verdict, confirmed.changed, confirmed.themes) == ("confirmed", (), ("speed",))


def test_a_row_left_as_it_was_says_nothing(path: Path, review, themes):
    review(path, "Ana", {})
    read = read_reviewed_workbook(path, themes)
    assert (read.rows, read.corrections, read.refusals) == (3, [], [])


def test_values_may_be_typed_without_accents_or_as_codes(path: Path, review, themes):
    review(path, "Ana", {1: {"Sentimiento": "NEGATIVE", "Idioma": "guarani", "Revisado": "si"}})
    (said,) = read_reviewed_workbook(path, themes).corrections
    assert (said.sentiment, said.language) == ("negative", "gn")


def test_a_withdrawn_row_says_so(path: Path, review, themes):
    review(path, "Ana", {1: {"Revisado": "Anular", "Sentimiento": "Negativo"}})
    (said,) = read_reviewed_workbook(path, themes).corrections
    assert (said.verdict, said.sentiment, said.themes) == ("withdrawn", None, ())


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"Sentimiento": "planted secret"}, "column 'Sentimiento' may hold Positivo"),
        ({"Sentimiento": None}, "column 'Sentimiento' may hold Positivo"),
        ({"Urgencia": 7}, "column 'Urgencia' may hold Alta"),
        ({"Tema 2": "planted secret"}, "column 'Tema 2' holds no theme"),
        ({"Revisado": "tal vez"}, "column 'Revisado' may hold Sí"),
        ({"Comentario": "otra cosa"}, "no longer belong together"),
        ({"Clave": None}, "no longer belong together"),
        ({"Antes": "{}"}, "column 'Antes' is not as it was exported"),
        ({"Antes": "planted secret"}, "column 'Antes' is not as it was exported"),
        ({"Código del motivo": "planted secret"}, "column 'Código del motivo' is not as it was exported"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place_and_the_others_stand(path: Path, review, themes, cells, told):
    review(path, "Ana", {1: {"Revisado": "Sí"}, 2: {"Revisado": "Sí", **cells}})
    read = read_reviewed_workbook(path, themes)
    assert [said.row_number for said in read.corrections] == [7]
    (refusal,) = read.refusals
    assert str(refusal).startswith("cola.xlsx, sheet Revisión, row 8: ")
    assert told in str(refusal)
    assert "planted" not in str(refusal)


def test_a_text_that_stands_twice_is_taken_once(path: Path, review, themes, queued):
    item = queued(TEXTS[0])
    review(path, "Ana", {1: {"Revisado": "Sí"}, 2: {"Comentario": item.text, "Clave": item.text_key, "Revisado": "Sí"}})
    read = read_reviewed_workbook(path, themes)
    assert len(read.corrections) == 1
    assert "stands in row 7 already" in read.refusals[0].reason


def test_a_workbook_without_a_name_is_refused_as_a_whole(path: Path, review, themes):
    review(path, None, {1: {"Revisado": "Sí"}})
    read = read_reviewed_workbook(path, themes)
    assert not read.corrections
    assert read.refusals[0].row_number is None
    assert "Su nombre:" in read.refusals[0].reason


def test_what_is_no_review_workbook_is_refused_and_said_to_be_none(tmp_path: Path, themes):
    other = tmp_path / "otro.xlsx"
    Workbook().save(other)
    (tmp_path / "roto.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (tmp_path / "texto.xlsx").write_text("hola\n")
    for name, told in (("otro.xlsx", "no review workbook"), ("roto.xlsx", ""), ("texto.xlsx", "no Excel workbook")):
        (refusal,) = read_reviewed_workbook(tmp_path / name, themes).refusals
        assert refusal.row_number is None
        assert told in refusal.reason


def test_it_counts_as_reviewed_when_it_was_last_saved(path: Path, review, themes):
    review(path, "Ana", {1: {"Revisado": "Sí"}})
    saved_as(path, "2026-07-03T14:05:06Z")
    assert read_reviewed_workbook(path, themes).corrections[0].reviewed_at == datetime(2026, 7, 3, 14, 5, 6, tzinfo=UTC)
    saved_as(path, "")
    os.utime(path, (1_780_000_000, 1_780_000_000))
    assert read_reviewed_workbook(path, themes).corrections[0].reviewed_at == datetime.fromtimestamp(1_780_000_000, UTC)
