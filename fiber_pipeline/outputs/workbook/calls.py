"""The sheet of whom to call first."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from fiber_pipeline.outputs import labels, spanish, wording
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.workbook.spreadsheet import Column, Formats, set_up_print, write_table, write_title


def add_calls(
    workbook: Any, formats: Formats, calls: Sequence[Row], high: int, most: int, *, has_questions: bool
) -> None:
    """Whom to call first; `calls` is one longer than `most` where there are more."""
    sheet = workbook.add_worksheet("Urgentes")
    notes = [wording.calls_note(high)]
    if len(calls) > most:
        notes.append(f"Se muestran los primeros {spanish.number(most)}; el resto está en las exportaciones.")
    if not calls:
        notes.append("No hay comentarios urgentes ni con riesgo de baja.")
    row = write_title(sheet, formats, "Urgentes", notes)
    columns = [
        Column("Cliente", itemgetter("customer_id"), width=18),
        Column("Fecha", itemgetter("commented_at"), "datetime", 17),
        Column("Comentario", itemgetter("text"), "wrapped", 64),
        *([Column("Pregunta", itemgetter("question"), "wrapped", 28)] if has_questions else []),
        Column("Por qué llamar", lambda line: ", ".join(line["reasons"]), "wrapped", 34),
        Column("Urgencia", itemgetter("urgency"), width=11),
        Column("NPS", itemgetter("nps"), "integer", 8),
        Column("Sentimiento", itemgetter("sentiment"), width=14),
        Column("Temas", itemgetter("themes"), "wrapped", 30),
        Column("Archivo", lambda line: line["source_file"] or line["batch"], width=26),
        Column("Hoja", itemgetter("sheet"), width=12),
        Column("Fila", itemgetter("row_number"), "integer", 9),
    ]
    end = write_table(sheet, formats, row, columns, calls[:most])
    rule = {"type": "cell", "criteria": "==", "value": f'"{labels.URGENCIES["high"]}"', "format": formats.bad}
    urgency = next(place for place, column in enumerate(columns) if column.header == "Urgencia")
    sheet.conditional_format(row + 1, urgency, max(end - 1, row + 1), urgency, rule)
    set_up_print(sheet, "Urgentes")
