"""Several tables in one sheet, and sheets that hold no answers."""

import pytest

from fiber_pipeline.readers import ColumnMapping, UnreadableFile
from fiber_pipeline_tests.readers.exports import read_bytes, workbook

HEADER = ["Fecha", "NPS", "Comentario"]
ANSWERS = [HEADER, ["01/02/2025", 9, "Anda muy bien"], ["02/02/2025", 2, "Se corta de noche"]]


def test_a_table_under_another_with_other_names_is_a_table_of_its_own(tmp_path):
    rows = [
        *ANSWERS, ["", "", ""], ["Sucursal Luque", "", ""], ["Comentario", "Calificación", "Fecha"],
        ["Nunca contestan", 3, "03/02/2025"],
    ]  # fmt: skip
    reading = read_bytes(tmp_path, "a.xlsx", workbook({"Hoja": rows}))
    first, second = reading.summary.tables
    assert (first.header_row, second.header_row) == (1, 6)
    assert second.columns == {"comment": "Comentario", "rating": "Calificación", "date": "Fecha"}
    assert reading.raw["comment"].tolist() == ["Anda muy bien", "Se corta de noche", "Nunca contestan"]
    assert reading.raw["row_number"].tolist() == [2, 3, 7]
    assert reading.raw["row_id"].is_unique


def test_stacked_tables_of_a_text_file(tmp_path):
    text = "Fecha;NPS;Comentario\n01/02/2025;9;Anda muy bien\n\nOpinión;Cliente\nNunca contestan;A7\n"
    reading = read_bytes(tmp_path, "a.csv", text)
    assert len(reading.summary.tables) == 2
    assert reading.raw["customer_id"].tolist()[1] == "A7"
    assert reading.raw["comment"].tolist() == ["Anda muy bien", "Nunca contestan"]


def test_tables_under_each_other_without_a_blank_row(tmp_path):
    longer = [*ANSWERS, *([f"{day:02}/02/2025", 5, f"Respuesta larga número {day}"] for day in range(3, 15))]
    rows = [*longer, ["Observaciones", "Nota", "Fecha"], ["Nunca contestan", 3, "03/02/2025"]]
    reading = read_bytes(tmp_path, "a.xlsx", workbook({"Hoja": rows}))
    assert [table.accepted for table in reading.summary.tables] == [14, 1]
    assert reading.raw["comment"].tolist()[-1] == "Nunca contestan"


def test_a_table_on_its_side_is_turned_round(tmp_path):
    rows = [list(column) for column in zip(*ANSWERS, strict=True)]
    rows = [["Encuestado", "A1", "A2"], *rows]
    reading = read_bytes(tmp_path, "a.xlsx", workbook({"Hoja": rows}))
    assert reading.raw["comment"].tolist() == ["Anda muy bien", "Se corta de noche"]
    assert reading.raw["nps"].tolist() == [9, 2]


def test_the_same_header_again_is_a_repeated_header(tmp_path):
    text = "Fecha;NPS;Comentario\n01/02/2025;9;Anda muy bien\n\nFecha;NPS;Comentario\n02/02/2025;3;Se corta\n"
    reading = read_bytes(tmp_path, "a.csv", text)
    assert len(reading.summary.tables) == 1
    assert reading.rejected["reason"].tolist() == ["the row repeats the header"]


def test_blank_rows_inside_a_table_do_not_end_it(tmp_path):
    rows = [*ANSWERS, ["", "", ""], ["03/02/2025", 5, "Fecha de pago mal puesta"]]
    reading = read_bytes(tmp_path, "a.xlsx", workbook({"Hoja": rows}))
    assert len(reading.summary.tables) == 1
    assert len(reading.raw) == 3


def test_tables_side_by_side_are_two(tmp_path):
    right = [["Comentario", "Nota"], ["Nunca contestan", 2], ["Prolijo el trabajo", 5]]
    rows = [[*left, "", *other] for left, other in zip(ANSWERS, right, strict=True)]
    reading = read_bytes(tmp_path, "a.xlsx", workbook({"Hoja": rows}))
    assert [table.data_rows for table in reading.summary.tables] == [2, 2]
    assert set(reading.raw["comment"]) == {row[-1] for row in ANSWERS[1:]} | {row[0] for row in right[1:]}
    assert reading.raw["row_id"].is_unique


def test_a_blank_column_inside_a_table_does_not_part_it(tmp_path):
    rows = [["Fecha", "", "Comentario", "", "NPS"], ["01/02/2025", "", "Anda bien", "", 9]]
    reading = read_bytes(tmp_path, "a.xlsx", workbook({"Hoja": rows}))
    assert len(reading.summary.tables) == 1
    assert reading.raw["nps"].tolist() == [9]


@pytest.mark.parametrize(
    ("name", "rows", "purpose"),
    [
        ("Resumen", [["Mes", "NPS", "Respuestas"], ["enero", 8.2, 120], ["febrero", 7.4, 98]], "a summary"),
        ("Hoja2", [["Etiquetas de fila", "Promedio de NPS"], ["Luque", 7.5], ["Areguá", 8.1]], "a summary"),
        ("Instrucciones", [["Instrucciones de carga"], ["No cambiar títulos"], ["Una fila por caso"]], "instructions"),
        ("Glosario", [["Término", "Definición"], ["CSAT", "Qué tan contento está el cliente"]], "a glossary"),
        ("Listas", [["Canal", "Ciudad"], ["Web", "Luque"], ["Tienda", "Areguá"]], "a list"),
        ("Hoja3", [["Canal", "Ciudad"], ["Web", "Luque"], ["Tienda", "Areguá"]], "no column of comments or scores"),
    ],
)  # fmt: skip
def test_sheets_that_hold_no_answers_are_left_out_and_said(tmp_path, name, rows, purpose):
    reading = read_bytes(tmp_path, "a.xlsx", workbook({name: rows, "Datos": ANSWERS}))
    assert reading.raw["comment"].tolist() == ["Anda muy bien", "Se corta de noche"]
    assert len(reading.rejected) == 0
    (left_out,) = reading.summary.left_out
    assert left_out.purpose.startswith(purpose)
    assert left_out.rows <= len(rows)


def test_a_file_of_figures_alone_is_refused_with_what_to_do(tmp_path):
    rows = [["Mes", "NPS", "CSAT", "Respuestas"], ["enero", 8.0, 4.1, 120], ["febrero", 7.0, 4.0, 98]]
    with pytest.raises(UnreadableFile, match=r"no table of answers.*a summary.*Export the answers themselves"):
        read_bytes(tmp_path, "kpi.xlsx", workbook({"Hoja": rows}))


def test_scores_without_comments_are_answers(tmp_path):
    text = "Fecha;Cliente;NPS\n01/02/2025;A1;9\n02/02/2025;A2;3\n"
    assert read_bytes(tmp_path, "n.csv", text).raw["nps"].tolist() == [9, 3]


def test_comments_on_a_sheet_called_summary_are_read(tmp_path):
    assert len(read_bytes(tmp_path, "a.xlsx", workbook({"Resumen": ANSWERS})).raw) == 2


def test_what_a_mapping_names_is_read_whatever_it_looks_like(tmp_path):
    rows = [["Término", "Definición"], ["CSAT", "Qué tan contento está el cliente"]]
    mapping = ColumnMapping({"comment": "Definición"})
    reading = read_bytes(tmp_path, "a.xlsx", workbook({"Glosario": rows}), mapping=mapping)
    assert reading.raw["comment"].tolist() == ["Qué tan contento está el cliente"]
