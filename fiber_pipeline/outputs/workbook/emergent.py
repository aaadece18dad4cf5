"""The sheet of what customers speak of that the taxonomy lacks."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from fiber_pipeline.outputs import spanish, wording
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.workbook.spreadsheet import Column, Formats, set_up_print, write_table, write_title
from fiber_pipeline.outputs.workbook.themes import first_text


def add_emergent(
    workbook: Any, formats: Formats, emergent: Sequence[Row], texts: Mapping[str, str], *, is_limited: bool
) -> None:
    """What customers speak of that the taxonomy lacks."""
    sheet = workbook.add_worksheet("Temas emergentes")
    notes = ["Asuntos de los que hablan los clientes y que todavía no figuran en la lista de temas."]
    if is_limited:
        notes.append(wording.EMERGENT_OF_ALL.format("el libro"))
    elif not emergent:
        notes.append("No se encontraron temas emergentes.")
    row = write_title(sheet, formats, "Temas emergentes", notes)
    columns = [
        Column("Asunto", itemgetter("label"), width=32),
        Column("Comentarios", itemgetter("mentions"), "integer", 13),
        Column("Palabras clave", lambda theme: ", ".join(theme["keywords"] or ()), "wrapped", 44),
        Column("Visto por primera vez", lambda theme: spanish.local(theme["first_seen"]), "date", 14),
        Column("Ejemplo", lambda theme: first_text(theme["examples"], texts), "wrapped", 80),
    ]
    write_table(sheet, formats, row, columns, emergent)
    set_up_print(sheet, "Temas emergentes")
