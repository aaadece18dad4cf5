import datetime as dt

import pytest

from fiber_pipeline_tests.readers.exports import read_bytes

TEXTS = ["Muy buen servicio siempre", "Se corta a cada rato", "El técnico nunca vino", "Todo bien por ahora"]
GROUPS = ["Promotor", "Pasivo", "Detractor", "Promotor"]
DATES = ["01/02/2025", "02/02/2025", "03/02/2025", "14/02/2025"]


def _columns(tmp_path, header, *columns):
    rows = [header, *(list(map(str, row)) for row in zip(*columns, strict=True))]
    reading = read_bytes(tmp_path, "r.csv", "\n".join(";".join(row) for row in rows) + "\n")
    return dict(reading.summary.tables[0].columns)


@pytest.mark.parametrize(
    ("header", "columns", "expected"),
    [
        (["Nota", "NPS"], [TEXTS, [9, 3, 1, 8]], {"comment": "Nota", "nps": "NPS"}),
        (["Comentario", "Texto"], [[9, 3, 1, 8], TEXTS], {"comment": "Texto"}),
        (["Comentario NPS", "Nota NPS"], [TEXTS, [9, 3, 1, 8]], {"comment": "Comentario NPS", "nps": "Nota NPS"}),
        (["COMENTARIO_FINAL", "calificación"], [TEXTS, [5, 3, 1, 4]],
         {"comment": "COMENTARIO_FINAL", "rating": "calificación"}),
        (["NPS", "Opinion"], [GROUPS, TEXTS], {"nps": "NPS", "comment": "Opinion"}),
        (["NPS", "Categoría NPS", "Opinion"], [[9, 7, 2, 10], GROUPS, TEXTS],
         {"nps": "NPS", "nps_group": "Categoría NPS", "comment": "Opinion"}),
        (["Marca temporal", "¿Qué probabilidad hay de que nos recomiendes?", "¿Por qué?"], [DATES, [9, 3, 1, 8], TEXTS],
         {"date": "Marca temporal", "nps": "¿Qué probabilidad hay de que nos recomiendes?", "comment": "¿Por qué?"}),
        (["created_at", "customerId", "feedback", "star_rating"], [DATES, [1, 2, 3, 4], TEXTS, [5, 1, 2, 4]],
         {"date": "created_at", "customer": "customerId", "comment": "feedback", "rating": "star_rating"}),
        (["Comentrio", "Fehca encuesta"], [TEXTS, DATES], {"comment": "Comentrio", "date": "Fehca encuesta"}),
        (["Ciudad", "Dijo el cliente ayer", "Antigüedad"], [["Luque"] * 4, TEXTS, [1, 2, 3, 9]],
         {"comment": "Dijo el cliente ayer"}),
        (["P1", "P2"], [[9, 10, 2, 7], TEXTS], {"nps": "P1", "comment": "P2"}),
    ],
)  # fmt: skip
def test_columns_are_recognised_by_name_and_content(tmp_path, header, columns, expected):
    assert _columns(tmp_path, header, *columns) == expected


def test_texts_about_the_customer_are_no_comments(tmp_path):
    text = "Nombre y apellido;Dirección;Plan\nJuana Pérez Gómez;Avenida Mariscal López 12;Fibra 300 megas\n"
    reading = read_bytes(tmp_path, "clientes.csv", text + "Luis Vera Ruiz;Calle Palma y Alberdi;Fibra 600 megas\n")
    assert len(reading.raw) == 0
    assert "no column of comments" in reading.rejected["reason"].iloc[0]


def test_without_a_header_content_alone_tells(tmp_path):
    text = "".join(f"{date};{n};{comment}\n" for date, n, comment in zip(DATES, [9, 10, 3, 7], TEXTS, strict=True))
    reading = read_bytes(tmp_path, "n.csv", text)
    assert reading.summary.tables[0].header_row is None
    assert reading.raw["comment"].tolist() == TEXTS
    assert reading.raw["nps"].tolist() == [9, 10, 3, 7]
    assert reading.raw["commented_at"].iloc[0] == dt.datetime(2025, 2, 1, 3, tzinfo=dt.UTC)


def test_the_first_comment_of_a_headless_text_is_not_a_header(tmp_path):
    reading = read_bytes(tmp_path, "n.txt", "La nota es muy buena\nPésimo\nNo\n")
    assert reading.raw["comment"].tolist() == ["La nota es muy buena", "Pésimo", "No"]


def test_a_text_with_a_title_line_leaves_it_out(tmp_path):
    reading = read_bytes(tmp_path, "n.txt", "Comentarios\nPésimo\nNo\n")
    assert reading.raw["comment"].tolist() == ["Pésimo", "No"]


@pytest.mark.parametrize(
    "counter",
    [["Nro.", [1, 2, 3, 4]], ["#", [1, 2, 3, 4]], ["N°", ["1", "2", "3", "4"]], ["Edad.", [9, 7, 10, 8]],
     ["Días sin serv.", [0, 3, 10, 2]], ["Semana", [1, 2, 3, 4]], ["_score", [1.0, 1.0, 2.0, 5.0]]],
)  # fmt: skip
def test_what_counts_or_measures_is_no_score(tmp_path, counter):
    header, cells = counter
    assert _columns(tmp_path, [header, "Respuesta"], cells, TEXTS) == {"comment": "Respuesta"}


@pytest.mark.parametrize(
    "beside",
    [
        ["Motivo del contacto", ["Reclamo por corte de servicio", "Consulta de saldo del mes"] * 2],
        ["Tipo de reclamo", ["Corte total del servicio", "Lentitud en casa", "Demora de visita", "Error en factura"]],
        ["Comentarios del operador", ["Cliente manifiesta cortes", "Se genera ticket", "No atiende", "Se deriva"]],
        ["reviewReply", ["Hola, gracias por tu comentario, ya lo vemos"] * 4],
        ["Dirección", ["Avda. España 1234 casi Perú", "Calle 14 de Mayo 88", "Ruta 2 km 20", "Barrio Obrero casa 7"]],
        ["date", ["hace una semana", "hace 2 meses", "ayer", "hace un año"]],
        ["Score", ["A1 alto", "B2 medio", "C3 bajo", "A1 alto"]],
    ],
)  # fmt: skip
@pytest.mark.parametrize("header", ["Respuesta", "Obs.", "snippet", "Q2_TEXT", "Lo que contó"])
def test_short_answers_are_found_beside_what_only_looks_like_them(tmp_path, header, beside):
    short = ["Lento", "Bien", "No anda", "Caro"]
    assert _columns(tmp_path, [beside[0], header], beside[1], short)["comment"] == header


@pytest.mark.parametrize(
    ("header", "cells"),
    [("Motivo de la nota", [1, 3, 2, 5]), ("Nota de crédito", [4, 1, 5, 2]), ("Puntos", [0, 0, 0, 0]),
     ("Reincidencias (0-10)", [0, 2, 1, 4])],
)  # fmt: skip
def test_codes_and_scores_of_something_else_are_no_ratings(tmp_path, header, cells):
    found = _columns(tmp_path, ["Fecha", header, "Comentario", "Calificación"], DATES, cells, TEXTS, [5, 1, 2, 4])
    assert found["rating"] == "Calificación"


def test_scores_that_go_round_are_no_counter(tmp_path):
    rows = 15
    dates, texts = DATES * 4, [f"{text} {number}" for number, text in enumerate(TEXTS * 4)]
    found = _columns(tmp_path, ["Fecha", "Nota 1-5", "Comentario"], dates[:rows], [1, 2, 3, 4, 5] * 3, texts[:rows])
    assert found["rating"] == "Nota 1-5"


@pytest.mark.parametrize("words", [["Felicitación", "Reclamo"], ["Lo bueno", "Lo malo"], ["Fortalezas", "Debilidades"]])
def test_open_questions_may_be_named_by_nouns(tmp_path, words):
    text = f"Fecha;{words[0]};{words[1]}\n01/02/2025;Anda muy bien;\n02/02/2025;;Se corta siempre\n"
    reading = read_bytes(tmp_path, "n.csv", text)
    assert set(reading.summary.tables[0].answers) == set(words)
    assert reading.raw["comment"].tolist() == ["Anda muy bien", "Se corta siempre"]


def test_a_day_to_come_is_not_when_the_customer_spoke(tmp_path):
    visits = ["01/02/2030", "02/02/2030", "03/02/2030", "14/02/2030"]
    assert _columns(tmp_path, ["Fecha próxima visita", "Comentario"], visits, TEXTS) == {"comment": "Comentario"}


def test_dates_of_the_reply_are_not_the_comments(tmp_path):
    header = ["reply_date", "created_at", "body"]
    replied = ["01/05/2025", "02/05/2025", "03/05/2025", "14/05/2025"]
    assert _columns(tmp_path, header, replied, DATES, TEXTS) == {"date": "created_at", "comment": "body"}


def test_every_open_question_is_told(tmp_path):
    text = (
        "¿Qué te gustó?;Ciudad;¿Qué mejorarías?;NPS\nLa velocidad;Luque;El precio, está caro;9\n"
        "Nada;Areguá;Que no se corte;2\n;Luque;Todo bien nomás;8\n"
    )
    (table,) = read_bytes(tmp_path, "c.csv", text).summary.tables
    assert table.answers == ("¿Qué te gustó?", "¿Qué mejorarías?")
    assert table.columns["comment"] in table.answers


def test_a_coded_reason_is_no_open_question(tmp_path):
    reasons = ["Reclamo por corte de servicio", "Consulta de saldo del mes"] * 2
    header = ["Motivo de la llamada", "Comentario"]
    rows = [header, *zip(reasons, TEXTS, strict=True)]
    reading = read_bytes(tmp_path, "c.csv", "\n".join(";".join(row) for row in rows) + "\n")
    assert reading.summary.tables[0].answers == ("Comentario",)
    assert '"Motivo de la llamada": "Reclamo por corte de servicio"' in reading.raw["metadata"].iloc[0]


def test_a_close_choice_is_said(tmp_path):
    text = "Detalle;Descripción\nSe corta siempre;No anda el módem\nMuy lento todo;Nunca vino nadie\n"
    (table,) = read_bytes(tmp_path, "c.csv", text).summary.tables
    assert any("nearly as likely" in doubt for doubt in table.doubts) or len(table.answers) == 2


def test_a_column_named_for_a_date_that_holds_none_is_said(tmp_path):
    text = "Fecha;Comentario\nla otra semana;Se corta siempre\nel lunes creo;Muy lento todo\n"
    (table,) = read_bytes(tmp_path, "c.csv", text).summary.tables
    assert table.columns == {"comment": "Comentario"}
    assert "'Fecha' is named for a date, but only 0% of its cells read as one" in table.doubts


def test_choices_have_reasons_and_a_runner_up(tmp_path):
    text = "Comentario;Mensaje;NPS\nSe corta siempre;ok;9\nMuy lento todo;bien;2\n"
    (table,) = read_bytes(tmp_path, "c.csv", text).summary.tables
    comment = next(choice for choice in table.choices if choice.role == "comment")
    assert (comment.header, comment.runner_up) == ("Comentario", "Mensaje")
    assert "named 'Comentario'" in comment.reasons


def test_repeated_and_missing_names_are_kept_apart(tmp_path):
    reading = read_bytes(tmp_path, "c.csv", "Comentario;Zona;Zona;\nMuy lento;a;b;c\n")
    assert reading.raw["metadata"].tolist() == ['{"Zona": "a", "Zona (2)": "b", "column 4": "c"}']


def test_ratings_keep_their_scale(tmp_path):
    reading = read_bytes(tmp_path, "c.csv", "Comentario;Estrellas\nMuy lento;★★☆☆☆\nBien;4 estrellas\nMal;1\nx y;9\n")
    assert reading.raw["rating"].tolist()[:3] == [2.0, 4.0, 1.0]
    assert reading.raw["rating_scale"].tolist()[:3] == ["1-5"] * 3
    assert "scale 1-5" in reading.raw["problems"].iloc[3][0]
