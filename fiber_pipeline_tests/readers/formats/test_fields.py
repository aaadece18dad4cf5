"""How delimited lines are cut: no field is lost, whatever quotes and delimiters texts hold."""

import json

import pytest

from fiber_pipeline_tests.readers.exports import read_bytes


def _rows(tmp_path, text, name="f.csv"):
    reading = read_bytes(tmp_path, name, text)
    assert len(reading.rejected) == 0, reading.rejected["reason"].tolist()
    return reading.raw


@pytest.mark.parametrize("others", [0, 8])
def test_an_unquoted_comment_at_the_end_is_put_together(tmp_path, others):
    head = "Fecha,NPS,Comentario\n" + "03/03/2025,9,Bien\n" * others
    raw = _rows(tmp_path, head + "04/03/2025,2,Se corta, siempre,mucho\n05/03/2025,1,Lento, caro\n")
    assert raw["comment"].tolist()[others:] == ["Se corta, siempre,mucho", "Lento, caro"]
    assert raw["nps"].tolist()[others:] == [2, 1]
    assert all("fields where the table has 3 columns" in problems[0] for problems in raw["problems"].iloc[others:])


def test_in_the_middle_the_fields_behind_tell(tmp_path):
    text = "Fecha,Comentario,NPS,Ciudad\n03/03/2025,Lento,caro,2,Luque\n"
    raw = _rows(tmp_path, text + "04/03/2025,Bien,9,Luque\n05/03/2025,Mal,1,Luque\n06/03/2025,Ok,7,Luque\n")
    assert raw["comment"].tolist() == ["Lento,caro", "Bien", "Mal", "Ok"]
    assert raw["nps"].tolist() == [2, 9, 1, 7]


def test_fields_that_go_on_after_a_blank_go_back_to_what_they_followed(tmp_path):
    raw = _rows(tmp_path, "Comentario,Nombre\nLento, muy caro,Ana\nVa bien hoy,Luis\nMal todo,Eva\n")
    assert raw["comment"].iloc[0] == "Lento, muy caro"
    assert json.loads(raw["metadata"].iloc[0]) == {"Nombre": "Ana"}


def test_what_belongs_nowhere_is_kept_apart(tmp_path):
    raw = _rows(tmp_path, "Comentario,Nombre\nLento,caro,Ana\nVa bien hoy,Luis\nMal todo,Eva\n")
    assert json.loads(raw["metadata"].iloc[0]) == {"Nombre": "caro", "surplus fields": "Ana"}
    assert "surplus fields" in raw["problems"].iloc[0][0]


def test_delimiters_at_every_end_and_columns_without_a_name_are_no_surplus(tmp_path):
    raw = _rows(tmp_path, "Fecha,NPS,Comentario\n03/03/2025,9,Bien,,\n04/03/2025,1,Mal,,\n")
    assert raw["comment"].tolist() == ["Bien", "Mal"]
    assert [list(problems) for problems in raw["problems"]] == [[], []]
    raw = _rows(tmp_path, "Fecha,NPS,Comentario\n03/03/2025,9,Bien,x1\n04/03/2025,1,Mal,x2\n")
    assert [json.loads(text) for text in raw["metadata"]] == [{"column 4": "x1"}, {"column 4": "x2"}]


@pytest.mark.parametrize(
    ("cell", "comment"),
    [
        ('"El "técnico" no vino"', 'El "técnico" no vino'),
        ('"Dijo "hola", y se fue"', 'Dijo "hola", y se fue'),
        (r'"Dijo \"mañana\", y no vino \N"', r'Dijo "mañana", y no vino \N'),
        ('"uno\ndos"', "uno\ndos"),
    ],
)
def test_quotes_inside_a_cell_stay_as_they_are(tmp_path, cell, comment):
    raw = _rows(tmp_path, f"Fecha,NPS,Comentario,Ciudad\n03/03/2025,9,{cell},Luque\n04/03/2025,1,Mal,Luque\n")
    assert raw["comment"].tolist() == [comment, "Mal"]
    assert raw["nps"].tolist() == [9, 1]


def test_apostrophes_may_quote(tmp_path):
    raw = _rows(
        tmp_path, "fecha,nps,comentario\n'2025-03-03','9','Bien, gracias'\n'2025-03-04','1','L''agua, ko\\'ápe'\n"
    )
    assert raw["comment"].tolist() == ["Bien, gracias", "L'agua, ko'ápe"]
    assert _rows(tmp_path, "nps,comentario\n9,'ta bien\n1,no 'ta\n")["comment"].tolist() == ["'ta bien", "no 'ta"]


def test_a_header_may_have_line_breaks_and_files_may_be_joined(tmp_path):
    raw = _rows(tmp_path, '"Comentario\n(opcional)","NPS"\n"Bien, gracias",9\nMal,1\n')
    assert raw["comment"].tolist() == ["Bien, gracias", "Mal"]
    half = "Fecha;NPS;Comentario\n03/03/2025;9;Bien\n"
    joined = read_bytes(tmp_path, "j.csv", f"\ufeff\ufeff{half}\ufeff{half.upper()}\x1a")
    assert joined.raw["comment"].tolist() == ["Bien", "BIEN"]
    assert joined.rejected["reason"].tolist() == ["the row repeats the header"]


@pytest.mark.parametrize(
    "mark", ["-- fin --", "(2 rows affected)", "2 rows in set (0.00 sec)", "EOF", "*** FIN DEL REPORTE ***", "\x1a"]
)
def test_marks_after_the_last_row_are_nothing(tmp_path, mark):
    assert _rows(tmp_path, f"Muy lento\nVa bien\n\n{mark}\n", "f.txt")["comment"].tolist() == ["Muy lento", "Va bien"]
    assert _rows(tmp_path, f"{mark}\nVa bien\nFin\n", "g.txt")["comment"].tolist()[-2:] == ["Va bien", "Fin"]


LISTS = ["1. {}", "{n}) {}", "{n}.- {}", "- {}", "• {}", "•{}", "#{n} {}"]


@pytest.mark.parametrize("form", LISTS)
@pytest.mark.parametrize("name", ["l.txt", "l.csv"])
def test_lists_are_comments_without_their_marks(tmp_path, form, name):
    comments = ["Lento, caro, malo", "5 días sin internet", "10", "Va bien, gracias"]
    lines = [form.replace("1", "{n}").format(text, n=place) for place, text in enumerate(comments, start=1)]
    raw = _rows(tmp_path, "\n".join(lines) + "\n", name)
    assert raw["comment"].tolist() == comments
    assert raw[["nps", "rating"]].isna().all().all()


TABLES = {
    "psql.txt": """
 fecha      | nps | comentario
------------+-----+------------
 2025-03-03 |   9 | Bien, che
 2025-03-04 |   1 | Se corta
(2 rows)
""",
    "mysql.txt": """
+------------+------+------------+
| fecha      | nps  | comentario |
+------------+------+------------+
| 2025-03-03 |    9 | Bien, che  |
| 2025-03-04 |    1 | Se corta   |
+------------+------+------------+
2 rows in set (0.00 sec)
""",
    "sap.txt": """Personal                 Lista 1
----------------------------
|Fecha     |NPS|Comentario |
----------------------------
|03.03.2025|  9|Bien, che  |
|04.03.2025|  1|Se corta   |
----------------------------
""",
    "ssms.txt": """
fecha      nps         comentario
---------- ----------- ----------------
2025-03-03 9           Bien, che
2025-03-04 1           Se corta

(2 rows affected)
""",
    "fixed.txt": """
FECHA       NPS  COMENTARIO
03/03/2025    9  Bien, che
04/03/2025    1  Se corta
""",
    "titled.txt": "Reporte de marzo\n\nFecha|NPS|Comentario\n03/03/2025|9|Bien, che\n04/03/2025|1|Se corta\n",
    "own_names.txt": "Cuando;Puntaje NPS;Qué nos dijo\n03/03/2025;9;Bien, che\n04/03/2025;1;Se corta\n",
    "blank_column.xls": "Encuesta\n\n\tFecha\tNPS\tComentario\n\n\t03/03/2025\t9\tBien, che\n\t4/3/2025\t1\tSe corta\n",
    "commas.txt": "Fecha,NPS,Comentario\n03/03/2025,9,Bien, che\n04/03/2025,1,Se corta\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", TABLES)
def test_tables_are_read_whatever_they_are_called(tmp_path, name, encoding):
    raw = _rows(tmp_path, TABLES[name].encode(encoding), name)
    assert raw["comment"].tolist() == ["Bien, che", "Se corta"]
    assert raw["nps"].tolist() == [9, 1]
    assert raw["commented_at"].dt.day.tolist() == [3, 4]


@pytest.mark.parametrize("name", ["p.txt", "p.csv"])
@pytest.mark.parametrize("mark", [", ", "; "])
def test_comments_with_commas_are_no_table(tmp_path, name, mark):
    comments = [text.replace(", ", mark) for text in ("Bien, gracias", "Malo, lento, caro", "No", "Se corta, siempre")]
    assert _rows(tmp_path, "\n".join(comments) + "\n", name)["comment"].tolist() == comments


def test_a_table_without_a_header_keeps_its_comments_whole(tmp_path):
    rows = "03/03/2025,9,Bien, nunca falla\n04/03/2025,2,Se corta\n05/03/2025,0,Mal, caro\n06/03/2025,10,Ikatu\n"
    raw = _rows(tmp_path, rows)
    assert raw["comment"].tolist() == ["Bien, nunca falla", "Se corta", "Mal, caro", "Ikatu"]
    assert raw["nps"].tolist() == [9, 2, 0, 10]


def test_row_numbers_without_a_name_do_not_shift_the_columns(tmp_path):
    text = '"fecha","nps","comentario"\n"1","2025-03-03",9,"Bien, che"\n"2","2025-03-04",2,"Mal"\n'
    raw = _rows(tmp_path, text + '"3","2025-03-05",7,"Ok"\n')
    assert raw["comment"].tolist() == ["Bien, che", "Mal", "Ok"]
    assert raw["nps"].tolist() == [9, 2, 7]
    assert json.loads(raw["metadata"].iloc[0]) == {"column 1": "1"}


def test_a_list_may_have_a_title(tmp_path):
    raw = _rows(tmp_path, "Comentarios\n1. Lento, caro\n2. Va bien\n3. No\n", "t.txt")
    assert raw["comment"].tolist() == ["Lento, caro", "Va bien", "No"]


def test_a_table_whose_lines_are_quoted_whole_is_a_table(tmp_path):
    text = '"Fecha,Comentario,NPS"\n"03/03/2025,Se corta,3"\n"04/03/2025,""Muy lento, siempre"",2"\n'
    reading = read_bytes(tmp_path, "q.csv", text)
    assert reading.raw["comment"].tolist() == ["Se corta", "Muy lento, siempre"]
    assert reading.raw["nps"].tolist() == [3, 2]
