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


def test_other_comment_columns_stay_in_metadata(tmp_path):
    text = "Comentario Final;Sugerencias;NPS\nMuy lento el internet;Bajen el precio;3\nTodo muy bien;;9\n"
    reading = read_bytes(tmp_path, "c.csv", text)
    assert reading.raw["comment"].tolist() == ["Muy lento el internet", "Todo muy bien"]
    assert reading.raw["metadata"].tolist() == ['{"Sugerencias": "Bajen el precio"}', "{}"]


def test_repeated_and_missing_names_are_kept_apart(tmp_path):
    reading = read_bytes(tmp_path, "c.csv", "Comentario;Zona;Zona;\nMuy lento;a;b;c\n")
    assert reading.raw["metadata"].tolist() == ['{"Zona": "a", "Zona (2)": "b", "column 4": "c"}']


def test_ratings_keep_their_scale(tmp_path):
    reading = read_bytes(tmp_path, "c.csv", "Comentario;Estrellas\nMuy lento;★★☆☆☆\nBien;4 estrellas\nMal;1\nx y;9\n")
    assert reading.raw["rating"].tolist()[:3] == [2.0, 4.0, 1.0]
    assert reading.raw["rating_scale"].tolist()[:3] == ["1-5"] * 3
    assert "scale 1-5" in reading.raw["problems"].iloc[3][0]
