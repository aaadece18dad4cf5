import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from fiber_pipeline.insight import summarise
from fiber_pipeline.outputs import spanish, write_report
from fiber_pipeline.outputs.guide import load_guide
from fiber_pipeline.outputs.report.pdf import shown
from fiber_pipeline_tests.outputs.conftest import HOSTILE

WRITTEN_AT = datetime(2026, 7, 2, 1, 30, tzinfo=UTC)


def write(connection: duckdb.DuckDBPyConnection, folder: Path, source: str | None = None) -> Path:
    return write_report(connection, folder / "informe.html", source=source, written_at=WRITTEN_AT).pdf_path


def read(path: Path) -> str:
    """The document's text with single spaces, its hyphens at line ends taken out."""
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    return " ".join(text.split())


@pytest.fixture(scope="module")
def document(history_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with duckdb.connect(str(history_path), read_only=True) as connection:
        return write(connection, tmp_path_factory.mktemp("pdf"))


def test_it_is_tagged_spanish_and_declares_accessibility(document: Path) -> None:
    content = document.read_bytes()
    assert content.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert b"/Lang(es-PY)" in content.replace(b" ", b"")
    assert b"/MarkInfo" in content
    assert b"/JavaScript" not in content
    told = subprocess.run(["pdfinfo", str(document)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Title: +Informe de comentarios de clientes", told)
    assert re.search(r"Tagged: +yes", told)


def test_charts_have_alternative_texts(document: Path) -> None:
    structure = subprocess.run(
        ["pdfinfo", "-struct", str(document)], capture_output=True, text=True, errors="replace", check=True
    ).stdout
    assert structure.count("Figure") >= 6
    assert structure.count("Table") >= 6


def test_it_says_what_the_page_says(document: Path, history: duckdb.DuckDBPyConnection) -> None:
    text = read(document)
    for statement in summarise(history).statements:
        for number in re.findall(r"\d+,\d", statement.text):
            assert number in text
    for (label,) in history.execute("SELECT label_es FROM themes WHERE mentions > 0").fetchall():
        assert label in text
    assert "Cifras clave: mayo de 2026" in text
    assert "Junio de 2026 llega hasta el día 12" in text
    assert "Reducir los cortes en los barrios que más los nombran" in text
    assert "Preparado el 01/07/2026 22:30 (hora de Asunción)" in text
    assert load_guide().title in text
    assert re.search(r"Página 1 de \d+", text)
    nps = history.execute(
        "SELECT value FROM insights WHERE dimension = 'all' AND metric = 'nps' AND period = '2026-05'"
    ).fetchone()
    assert nps is not None
    assert spanish.number(nps[0], 1) in text


def test_the_same_figures_and_moment_give_the_same_bytes(
    history: duckdb.DuckDBPyConnection, document: Path, tmp_path: Path
) -> None:
    assert write(history, tmp_path).read_bytes() == document.read_bytes()


def test_hostile_text_is_text(hostile: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = read(write(hostile, tmp_path))
    assert "{{ 7 * 7 }} {% raw %} {# nota #}" in text
    assert "49" not in text
    assert HOSTILE[5] in text


@pytest.mark.parametrize(
    "text", ['#panic("tomado")', "*fuerte* _cursiva_ `código` $x$", '#read("/etc/passwd")', "= título"]
)
def test_markup_of_the_typesetter_is_text(text: str, tmp_path: Path) -> None:
    from fiber_pipeline.insight import measure_insights
    from fiber_pipeline.tables import INSIGHTS
    from fiber_pipeline_tests.insight.history import Comment, write_comments, write_table

    with duckdb.connect() as connection:
        write_comments(connection, [Comment("a", text=text, urgency="high", sentiment="negative")])
        write_table(connection, INSIGHTS, measure_insights(connection))
        assert text in read(write(connection, tmp_path))


def test_signs_that_the_font_lacks_are_named() -> None:
    assert shown("No anda 😡😡 ñandéve g̃uarã ₲ 5.000 – «sí»…") == "No anda [emoji] ñandéve g̃uarã ₲ 5.000 – «sí»…"
    assert shown("網路") == "[?]"
    assert shown("a\u202eb") == "ab"


def test_every_sign_that_is_let_through_can_be_shown() -> None:
    """PDF/UA refuses a document with a sign that no font has."""
    import typst

    signs = [chr(code) for code in range(0x20, 0x2300) if chr(code).isprintable() and shown(chr(code)) == chr(code)]
    assert len(signs) > 800
    written = " ".join(f'#"\\u{{{ord(sign):x}}}"' for sign in signs)
    source = f'#set document(title: "x")\n#set text(lang: "es", font: "Libertinus Serif")\n{written}'
    assert typst.compile(source.encode(), ignore_system_fonts=True, pdf_standards=["ua-1"], timestamp=0)


def test_an_empty_warehouse_gives_a_document_that_says_so(empty: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert "Todavía no hay datos: no se analizó ningún comentario." in read(write(empty, tmp_path))
