import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from fiber_pipeline.review.queue_workbook import write_queue
from fiber_pipeline.review.reviewed_workbook import read_reviewed_workbook
from fiber_pipeline_tests.outputs.conftest import HOSTILE

WRITTEN_AT = datetime(2026, 7, 2, 1, 30, tzinfo=UTC)
OPEN = ("Sentimiento", "Urgencia", "Idioma", "Tema 1", "Tema 2", "Tema 3", "Tema 4", "Revisado")


@pytest.fixture
def book(tmp_path: Path, queued, themes):
    queue = [
        queued(
            "ndoikói la internet",
            text_es="no anda la internet",
            sentiment="negative",
            language="mixed",
            themes=("outages", "speed"),
            nps=2,
            comments=3,
            reason="random",
            reasons=("disputed", "urgent"),
            opinions={
                "sentiment": {"local": ["negative"], "openai": ["mixed"]},
                "themes": {"local": [], "openai": ["speed"]},
            },
        ),
        *(queued(text) for text in HOSTILE),
    ]
    summary = write_queue(queue, themes, tmp_path / "cola.xlsx", written_at=WRITTEN_AT)
    assert (summary.rows, summary.comments) == (len(queue), len(queue) + 2)
    assert summary.reasons["disputed"] == 1
    return load_workbook(tmp_path / "cola.xlsx")


def header(sheet) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[6]}


def test_a_person_sees_the_text_the_labels_and_why_it_is_there(book, themes):
    sheet = book["Revisión"]
    assert book.active.title == "Revisión"
    row = {name: sheet.cell(7, column).value for name, column in header(sheet).items()}
    assert row["Comentario"] == "ndoikói la internet"
    assert row["En español"] == "no anda la internet"
    assert (row["Sentimiento"], row["Urgencia"], row["Idioma"]) == ("Negativo", "Baja", "Jopara")
    assert [row["Tema 1"], row["Tema 2"]] == [themes["outages"].label_es, themes["speed"].label_es]
    assert row["Tema 3"] is None
    assert (row["Veces"], row["NPS"]) == (3, 2)
    assert row["Motivo"].splitlines() == ["Los motores no coinciden", "Urgente", "Al azar"]
    assert row["Dicen los motores"].splitlines()[:2] == ["local: Negativo", "openai: Mixto"]
    assert row["Dicen los motores"].splitlines()[2] == "local: ninguno"


def test_only_what_may_change_is_open_and_it_is_chosen_from_lists(book, themes):
    sheet = book["Revisión"]
    assert sheet.protection.sheet
    columns = header(sheet)
    for name, column in columns.items():
        assert sheet.cell(7, column).protection.locked == (name not in OPEN), name
    for name in ("Clave", "Código del motivo", "Antes"):
        letter = sheet.cell(6, columns[name]).column_letter
        assert sheet.column_dimensions[letter].hidden or any(
            dimension.hidden and dimension.min <= columns[name] <= dimension.max
            for dimension in sheet.column_dimensions.values()
        )
    assert not sheet.cell(4, 3).protection.locked
    lists = {}
    for rule in sheet.data_validations.dataValidation:
        assert rule.type == "list"
        for cells in rule.sqref.ranges:
            sheet_name, place = rule.formula1.replace("$", "").split("!")
            lists[cells.min_col] = [cell.value for (cell,) in book[sheet_name][place]]
    assert lists[columns["Sentimiento"]] == ["Positivo", "Neutro", "Negativo", "Mixto"]
    assert lists[columns["Revisado"]] == ["Sí", "Anular"]
    assert len(lists[columns["Tema 4"]]) == len(themes)
    assert set(lists) == {columns[name] for name in OPEN}
    assert book["Listas"].sheet_state == "hidden"


def test_no_cell_is_a_formula_or_a_link_whatever_a_comment_says(book, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "cola.xlsx") as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                content = archive.read(name)
                assert b"<f>" not in content
                assert b"<hyperlink" not in content
    sheet = book["Revisión"]
    cells = {sheet.cell(7 + number, header(sheet)["Comentario"]) for number in range(1, len(HOSTILE) + 1)}
    assert {cell.data_type for cell in cells} == {"s"}


def test_hostile_texts_come_back_as_they_went(book, tmp_path: Path, review, themes):
    review(tmp_path / "cola.xlsx", "Ana", {number: {"Revisado": "Sí"} for number in range(1, len(HOSTILE) + 2)})
    read = read_reviewed_workbook(tmp_path / "cola.xlsx", themes)
    assert not read.refusals
    assert len(read.corrections) == len(HOSTILE) + 1


def test_an_empty_queue_is_a_workbook_too(tmp_path: Path, themes):
    write_queue([], themes, tmp_path / "cola.xlsx")
    assert load_workbook(tmp_path / "cola.xlsx")["Revisión"].max_row == 6
