"""The same words in the page, the PDF and the workbook, with who wrote them."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from fiber_pipeline.insight import ExecutiveSummary, Statement, cite, summary_frame
from fiber_pipeline.insight.spanish import decimal
from fiber_pipeline.outputs import write_report, write_workbook
from fiber_pipeline.outputs.wording import authors
from fiber_pipeline.tables import EXECUTIVE_SUMMARY
from fiber_pipeline_tests.insight.history import write_table

RULES = {"engine": "local", "model": "rules-1", "fallback_reason": None}
MODEL = {"engine": "openai", "model": "gpt-4.1-mini", "fallback_reason": None}
CHECKED = "Cada cifra se comprobó con las tablas; las palabras son del modelo."


def texts_of_page(connection: duckdb.DuckDBPyConnection, folder: Path, source: str | None) -> str:
    write_report(connection, folder / "informe.html", source=source)
    return unescape(re.sub(r"<[^>]+>", " ", (folder / "informe.html").read_text("utf-8")))


def texts_of_pdf(connection: duckdb.DuckDBPyConnection, folder: Path, source: str | None) -> str:
    path = write_report(connection, folder / "informe.html", source=source).pdf_path
    return subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True).stdout


def texts_of_workbook(connection: duckdb.DuckDBPyConnection, folder: Path, source: str | None) -> str:
    write_workbook(connection, folder / "libro.xlsx", source=source)
    sheet = load_workbook(folder / "libro.xlsx")["Resumen"]
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)


@pytest.fixture(params=[texts_of_page, texts_of_pdf, texts_of_workbook], ids=["page", "pdf", "workbook"])
def show(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., str]:
    """Write a file for people and return its text with single spaces."""
    return lambda connection, source=None: " ".join(request.param(connection, tmp_path, source).split())


@pytest.fixture
def own(history_path: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The history in a file that may be written."""
    shutil.copy(history_path, tmp_path / "own.duckdb")
    with duckdb.connect(str(tmp_path / "own.duckdb")) as connection:
        yield connection


def write_summary(connection: duckdb.DuckDBPyConnection, **provenance: str) -> str:
    """Write a summary of two sentences; return the NPS that the first states."""
    nps = cite(connection, "insights", "month", "2026-05", "all", "all", "nps", "value")
    assert nps is not None
    statements = (
        Statement(f"Mal mes: en 2026-05 el NPS fue {decimal(nps.value)}.", (nps,)),
        Statement("Los cortes cansan a la gente.", (), ("c0000001",)),
    )
    write_table(connection, EXECUTIVE_SUMMARY, summary_frame(ExecutiveSummary(statements, (), **provenance)))
    return decimal(nps.value)


def test_words_of_a_service_stand_everywhere_with_its_name(own: duckdb.DuckDBPyConnection, show: Callable[..., str]):
    nps = write_summary(own, engine="openai", model="gpt-4.1-mini", prompt_version="summarise-v1")
    text = show(own)
    assert f"Mal mes: en mayo de 2026 el NPS fue {nps}." in text
    assert "Los cortes cansan a la gente." in text
    assert f"Textos de OpenAI (gpt-4.1-mini). {CHECKED}" in text
    # The recommendations of this history are the rules'.
    assert "Textos de las reglas del sistema." in text


def test_where_the_rules_stand_in_it_says_why(own: duckdb.DuckDBPyConnection, show: Callable[..., str]):
    write_summary(own, fallback_reason="openai: over budget: 0.01 of 0.01 USD")
    text = show(own)
    assert (
        "Textos de las reglas del sistema (rules-1). Las reglas reemplazan a OpenAI porque se llegó al límite" in text
    )
    assert CHECKED not in text
    assert "USD" not in text


def test_a_single_sources_words_are_the_rules_and_it_says_so(own: duckdb.DuckDBPyConnection, show: Callable[..., str]):
    write_summary(own, engine="openai", model="gpt-4.1-mini")
    text = show(own, "interior")
    assert "Mal mes" not in text
    assert "Textos de las reglas del sistema (rules-1), como siempre que se trata de una sola fuente." in text
    assert "OpenAI" not in text


def test_a_sentence_whose_figure_has_moved_on_is_left_out_and_it_says_so(
    own: duckdb.DuckDBPyConnection, show: Callable[..., str]
):
    write_summary(own, engine="openai", model="gpt-4.1-mini")
    own.execute("UPDATE insights SET value = value - 1 WHERE metric = 'nps' AND period = '2026-05'")
    text = show(own)
    assert "Mal mes" not in text
    assert "Los cortes cansan a la gente." in text
    assert "1 frase quedó fuera porque las cifras se midieron de nuevo después de escribirlas." in text


def test_a_sentence_leads_to_the_comments_it_cites(own: duckdb.DuckDBPyConnection, tmp_path: Path):
    write_summary(own)
    write_report(own, tmp_path / "informe.html")
    page = (tmp_path / "informe.html").read_text("utf-8")
    link = re.search(r"<li>Los cortes cansan a la gente\. <a [^>]*data-filter=\"only=(\d+)\"", page)
    assert link
    listed = re.findall(r'<li[^>]*data-sentiment[^>]*>\s*<p class="words"><bdi>(.*?)</bdi>', page, re.DOTALL)
    (cited,) = own.execute("SELECT text FROM comments WHERE comment_id = 'c0000001'").fetchone() or ("",)
    assert unescape(listed[int(link[1]) - 1]) == cited


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("openai: over budget: 1.00 of 1.00 USD", "se llegó al límite de gasto"),
        ("openai: refused: the model would not answer", "el modelo no quiso responder"),
        ("openai: 127.0.0.1:8080: denied: HTTP 401 (invalid_api_key)", "el servicio rechazó la clave o el modelo"),
        ("openai: no price: x has no price", "el modelo no tiene un precio cargado"),
        ("openai: unverified: 0 of 3 sentences hold", "lo que escribió el modelo no pasó la comprobación"),
        ("openai: no answer in time (unavailable: HTTP 500)", "el servicio no dio una respuesta útil"),
    ],
)
def test_reasons_in_plain_spanish(reason: str, why: str):
    told = f"Textos de las reglas del sistema (rules-1). Las reglas reemplazan a OpenAI porque {why}."
    assert authors([{**RULES, "fallback_reason": reason}] * 3, None) == told


def test_texts_of_both_are_counted():
    fallen = {**RULES, "fallback_reason": "openai: unverified: its words hold a number"}
    assert authors([fallen, MODEL, MODEL], None) == (
        "Textos de OpenAI (gpt-4.1-mini) y, en 1 de 3, de las reglas del sistema (rules-1). Las reglas reemplazan a "
        f"OpenAI porque lo que escribió el modelo no pasó la comprobación. {CHECKED}"
    )


def test_without_texts_there_is_no_author():
    assert authors([], None) == authors([], "interior") == ""
