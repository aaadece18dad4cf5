"""The sheet of all comments."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from fiber_pipeline.outputs import labels, spanish
from fiber_pipeline.outputs.questions import NOTE
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.workbook.spreadsheet import NO_DATA, Column, Formats, set_up_print, write_table, write_title

_QUESTION = (
    Column("Pregunta", itemgetter("question"), width=36),
    Column("Principal", itemgetter("is_main"), width=11),
)


def add_detail(
    workbook: Any, formats: Formats, detail: Iterable[Row], comments: int, most: int, *, has_questions: bool
) -> None:
    """Every comment with what was made of it and where it stands in its file.

    has_questions: whether comments answer different questions, so that several may be of one response.
    """
    sheet = workbook.add_worksheet("Detalle")
    notes = ["Una fila por comentario, sin duplicados; los datos personales están reemplazados por marcas."]
    if has_questions:
        notes.append(f"{NOTE} Para contarlas, filtre «Principal» por «Sí».")
    if comments > most:
        notes.append(
            f"Se muestran los {spanish.number(most)} más recientes de {spanish.number(comments)}; "
            "el resto está en las exportaciones (Parquet, CSV, JSON)."
        )
    if not comments:
        notes.append(NO_DATA)
    row = write_title(sheet, formats, "Detalle", notes)
    columns = [
        Column("Fecha", itemgetter("commented_at"), "datetime", 17),
        Column("Comentario", itemgetter("text"), width=80),
        *(_QUESTION if has_questions else ()),
        Column("NPS", itemgetter("nps"), "integer", 7),
        Column("Grupo NPS", itemgetter("nps_group"), width=12),
        Column("Calificación", itemgetter("rating"), "decimal", 12),
        Column("Escala", itemgetter("rating_scale"), width=8),
        Column("Sentimiento", itemgetter("sentiment"), width=13),
        Column("Puntaje (−1 a 1)", itemgetter("score"), "score", 11),
        Column("Urgencia", itemgetter("urgency"), width=11),
        Column("Emociones", itemgetter("emotions"), width=24),
        Column("Temas", itemgetter("themes"), width=34),
        Column("Idioma", itemgetter("language"), width=14),
        Column("Con contenido", itemgetter("is_informative"), width=11),
        Column("Archivo", lambda line: line["source_file"] or line["batch"], width=28),
        Column("Hoja", itemgetter("sheet"), width=14),
        Column("Fila", itemgetter("row_number"), "integer", 9),
        Column("Id. de comentario", itemgetter("comment_id"), width=22),
    ]
    end = write_table(sheet, formats, row, columns, detail)
    last = max(end - 1, row + 1)
    places = {column.header: place for place, column in enumerate(columns)}
    for header, word, cell in (
        ("Sentimiento", labels.SENTIMENTS["negative"], formats.bad),
        ("Sentimiento", labels.SENTIMENTS["positive"], formats.good),
        ("Sentimiento", labels.SENTIMENTS["mixed"], formats.warn),
        ("Urgencia", labels.URGENCIES["high"], formats.bad),
        ("Grupo NPS", labels.NPS_GROUPS["detractor"], formats.bad),
        ("Grupo NPS", labels.NPS_GROUPS["promoter"], formats.good),
    ):
        place = places[header]
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": cell}
        sheet.conditional_format(row + 1, place, last, place, rule)
    set_up_print(sheet, "Detalle")
