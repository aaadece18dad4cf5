"""Names that stand in several rows."""

import pytest

from fiber_pipeline_tests.readers.exports import read_bytes, workbook

IMPORT_ID = '"{""ImportId"":""QID%d""}"'


def test_two_rows_of_names_as_survey_tools_write_them(tmp_path):
    text = (
        "Respondent ID;Start Date;¿Nos recomendaría?;¿Por qué?\n;;;Open-Ended Response\n"
        "77;01/02/2025;9;Anda muy bien\n78;02/02/2025;3;Se corta de noche\n"
    )
    reading = read_bytes(tmp_path, "s.csv", text)
    (table,) = reading.summary.tables
    assert table.columns["comment"] == "¿Por qué?"
    assert reading.raw["comment"].tolist() == ["Anda muy bien", "Se corta de noche"]
    assert reading.raw["row_number"].tolist() == [3, 4]
    assert "the rows 1 to 2 name the columns together" in table.notes


def test_a_name_over_several_columns_goes_on_over_blank_cells(tmp_path):
    text = (
        "ID;Fecha;¿Nos recomendaría?;;Datos;\n;;Nada probable - 0;Muy probable - 10;Ciudad;Comentario\n"
        "1;01/02/2025;;9;Luque;Anda muy bien\n2;02/02/2025;3;;Areguá;Se corta de noche\n"
    )
    reading = read_bytes(tmp_path, "s.csv", text)
    assert reading.raw["comment"].tolist() == ["Anda muy bien", "Se corta de noche"]
    assert '"Datos Ciudad": "Luque"' in reading.raw["metadata"].iloc[0]


def test_three_rows_of_names_the_last_of_them_a_programs(tmp_path):
    ids = ";".join(IMPORT_ID % number for number in range(4))
    text = (
        "EndDate;ResponseId;Q1;Q2\nEnd Date;Response ID;¿Recomendaría Personal?;Contanos por qué\n"
        f"{ids}\n2025-02-01 10:00:00;R_1;9;Anda muy bien\n2025-02-02 11:00:00;R_2;2;Se corta de noche\n"
    )
    reading = read_bytes(tmp_path, "q.csv", text)
    (table,) = reading.summary.tables
    assert table.columns == {"comment": "Contanos por qué", "nps": "¿Recomendaría Personal?", "date": "End Date"}
    assert (table.data_rows, table.rejected) == (2, 0)


def test_titles_over_columns_tell_repeated_names_apart(tmp_path):
    rows = [
        ["Fecha", "Instalación", "", "Soporte", ""],
        ["", "Puntaje", "Comentario", "Puntaje", "Comentario"],
        ["01/02/2025", 5, "Vinieron el mismo día", 2, "Nadie atiende"],
        ["02/02/2025", 4, "Prolijo el trabajo", 1, "Me cortan la llamada"],
    ]
    (table,) = read_bytes(tmp_path, "t.xlsx", workbook({"Hoja": rows})).summary.tables
    assert table.answers == ("Instalación Comentario", "Soporte Comentario")


@pytest.mark.parametrize("word", ["Reclamo", "Queja", "5 estrellas", "Sugerencias"])
@pytest.mark.parametrize("name", ["lista.txt", "lista.csv"])
def test_an_answer_that_is_also_a_name_is_no_header(tmp_path, name, word):
    answers = ["Muy bueno el servicio", "Se corta cuando llueve", "No llega la señal", word, "El técnico fue amable"]
    reading = read_bytes(tmp_path, name, "\n".join(answers) + "\n")
    assert reading.raw["comment"].tolist() == answers


def test_many_rows_above_a_header_are_doubtful(tmp_path):
    titles = "".join(f"Línea {number} de la portada\n" for number in range(7))
    reading = read_bytes(tmp_path, "t.csv", titles + "Fecha;NPS;Comentario\n01/02/2025;9;Anda bien\n02/02/2025;3;Mal\n")
    assert any("rows above the header" in doubt for doubt in reading.summary.doubts)


def test_a_first_row_of_data_with_a_blank_date_is_no_name(tmp_path):
    text = "Fecha;NPS;Comentario\n;;Muy buena atención\n01/02/2025;9;Anda bien\n02/02/2025;3;Se corta\n"
    reading = read_bytes(tmp_path, "d.csv", text)
    assert reading.raw["comment"].tolist() == ["Muy buena atención", "Anda bien", "Se corta"]


def test_a_first_row_of_unreadable_values_is_data(tmp_path):
    text = "Fecha;NPS;Comentario\npendiente;9;Muy buena atención\n01/02/2025;9;Anda bien\n02/02/2025;3;Se corta\n"
    reading = read_bytes(tmp_path, "d.csv", text)
    assert len(reading.raw) == 3
    assert "is not a date" in reading.raw["problems"].iloc[0][0]
