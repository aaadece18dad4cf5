"""Outputs of comments that answer several questions: each named, and what counts once a response said to."""

import json
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from fiber_pipeline.outputs import write_exports, write_report, write_workbook
from fiber_pipeline_tests.insight.conftest import measure_all
from fiber_pipeline_tests.insight.history import Comment, create_tables, write_comments
from fiber_pipeline_tests.insight.test_questions import BETTER, LIKED, ROWS
from fiber_pipeline_tests.outputs.test_workbook import table


@pytest.fixture
def answered() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    create_tables(connection)
    write_comments(connection, ROWS)
    measure_all(connection)
    return connection


def test_the_workbook_names_questions_and_tells_responses_from_comments(
    answered: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_workbook(answered, tmp_path / "libro.xlsx")
    book = load_workbook(tmp_path / "libro.xlsx")
    asked = {row["Pregunta"]: row for row in table(book["Preguntas"], "Pregunta")}
    assert (asked[BETTER]["Respuestas"], asked[BETTER]["NPS de quienes respondieron"]) == (3, 0)
    detail = {row["Id. de comentario"]: row for row in table(book["Detalle"], "Comentario")}
    assert len(detail) == 9
    assert [(detail[name]["Pregunta"], detail[name]["Principal"]) for name in ("r1", "r1b")] == [
        (LIKED, "Sí"),
        (BETTER, "No"),
    ]
    assert [row["Pregunta"] for row in table(book["Urgentes"], "Cliente")] == [BETTER]
    files = {row["Lote"]: row for row in table(book["Procedencia"], "Lote")}
    assert [files["abril.csv"][name] for name in ("Filas", "Sin duplicados", "Comentarios", "Con contenido")] == [
        5,
        5,
        9,
        7,
    ]
    assert files["mayo.csv"]["Filas"] == 1
    assert "5 respuestas con 9 comentarios" in str(book["Resumen"]["A2"].value)


def test_the_report_has_a_table_and_a_filter_of_questions(answered: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_report(answered, tmp_path / "informe.html")
    page = (tmp_path / "informe.html").read_text("utf-8")
    assert "Lo que se dijo a cada pregunta" in page
    assert '<select name="question">' in page
    assert f"fila 2, «{BETTER}»" in page
    assert "5 respuestas con 9 comentarios" in page


def test_where_there_is_one_question_nothing_speaks_of_it(answered: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_comments(answered, [Comment("a", LIKED, nps=9), Comment("b", LIKED, nps=2)])
    measure_all(answered)
    write_workbook(answered, tmp_path / "libro.xlsx")
    book = load_workbook(tmp_path / "libro.xlsx")
    assert "Preguntas" not in book.sheetnames
    assert "Pregunta" not in table(book["Detalle"], "Comentario")[0]
    write_report(answered, tmp_path / "informe.html")
    page = (tmp_path / "informe.html").read_text("utf-8")
    assert not [text for text in (LIKED, 'name="question"', "Lo que se dijo") if text in page]


def test_an_exported_row_of_the_file_stands_once(answered: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_exports(answered, tmp_path, tables=["comments", "raw_comments"], formats=["jsonl", "csv"], themes=["price"])
    lines = {
        name: [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_text("utf-8").splitlines()]
        for name in ("comments", "raw_comments")
    }
    assert [row["comment_id"] for row in lines["comments"]] == ["r1b", "r1c", "r2c", "r4"]
    assert [row["row_number"] for row in lines["raw_comments"]] == [2, 5, 9]
    assert [answer["question"] for answer in lines["raw_comments"][0]["answers"]][:2] == [LIKED, BETTER]
