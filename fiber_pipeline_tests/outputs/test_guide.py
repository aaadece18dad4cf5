from dataclasses import astuple
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from fiber_pipeline.outputs import write_report, write_workbook
from fiber_pipeline.outputs.figures import MEASURES
from fiber_pipeline.outputs.guide import load_guide
from fiber_pipeline.outputs.guide_page import render_page

PAGE = Path(__file__).parents[2] / "docs" / "guia.md"


def test_the_page_in_docs_is_the_guide() -> None:
    assert PAGE.read_text("utf-8") == render_page(), "run `make docs`"


def test_it_fits_two_printed_pages() -> None:
    # A4, two centimetres of margin, ten points, tables narrow: some 550 words a page.
    assert len(render_page().split()) < 1_150


def test_it_explains_every_key_figure() -> None:
    explained = {figure.name for figure in load_guide().figures}
    shares = {"Comentarios negativos", "Comentarios positivos"}
    named = {measure.label.replace("Respuestas con riesgo", "Riesgo") for measure in MEASURES} - shares
    assert {name.lower() for name in named} <= {name.lower() for name in explained}
    assert all(part.strip() for figure in load_guide().figures for part in astuple(figure))


@pytest.fixture(scope="module")
def folder(history_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("guide")
    with duckdb.connect(str(history_path), read_only=True) as connection:
        write_report(connection, path / "informe.html")
        write_workbook(connection, path / "libro.xlsx")
    return path


def test_report_and_workbook_hold_it_and_lead_to_it(folder: Path) -> None:
    page = (folder / "informe.html").read_text("utf-8")
    book = load_workbook(folder / "libro.xlsx")
    cells = {str(cell.value) for row in book["Guía"].iter_rows() for cell in row if cell.value}
    for figure in load_guide().figures:
        assert figure.question in page
        assert figure.question in cells
    assert '<a href="#guia">' in page
    assert book["Resumen"]["A3"].hyperlink.location == "'Guía'!A1"
