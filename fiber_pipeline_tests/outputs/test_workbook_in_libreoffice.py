"""The workbook as another program than Excel opens it: what it cannot read, or would have to repair, is missing."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from fiber_pipeline.outputs import write_workbook
from fiber_pipeline_tests.outputs.conftest import HOSTILE


def printed(book: Path) -> str:
    """The workbook's pages as text, as LibreOffice prints them."""
    profile = f"-env:UserInstallation={(book.parent / 'profile').as_uri()}"
    subprocess.run(
        [
            "soffice",
            "--headless",
            "--norestore",
            profile,
            "--convert-to",
            "pdf",
            "--outdir",
            str(book.parent),
            str(book),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    document = book.with_suffix(".pdf")
    told = subprocess.run(["pdftotext", "-layout", str(document), "-"], check=True, capture_output=True, text=True)
    return " ".join(told.stdout.split())


@pytest.fixture(scope="module")
def history_text(history_path: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("libreoffice") / "libro.xlsx"
    with duckdb.connect(str(history_path), read_only=True) as connection:
        write_workbook(connection, path, most_detail_rows=100, written_at=datetime(2026, 7, 2, 1, 30, tzinfo=UTC))
    return printed(path)


def test_every_sheet_opens_and_prints(history_text: str) -> None:
    for title in (
        "Voz del cliente: resumen",
        "Temas",
        "Tendencias",
        "Prioridades",
        "Urgentes",
        "Detalle",
        "Procedencia",
    ):
        assert title in history_text
    assert re.search(r"Página 1 de \d+", history_text)
    assert "Cifras clave: mayo de 2026" in history_text
    # Charts are drawn, with their titles and their axes.
    for drawn in ("NPS por mes, con su intervalo del 95 %", "Sentimiento por mes", "Matriz de prioridades"):
        assert drawn in history_text


def test_nothing_comes_out_as_an_error_or_a_narrow_cell(history_text: str) -> None:
    assert not re.search(r"#(REF|NAME|VALUE|DIV/0|N/A|NUM)|Err:\d+|###", history_text)


def test_hostile_text_is_printed_as_it_stands(hostile: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "libro.xlsx"
    write_workbook(hostile, path)
    text = printed(path)
    for line in HOSTILE[:4]:
        assert line.strip()[:20] in text
