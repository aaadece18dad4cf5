"""The sheet of where everything comes from."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from fiber_pipeline.outputs import labels, spanish
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.workbook.spreadsheet import Column, Formats, set_up_print, write_table, write_title


def add_provenance(workbook: Any, formats: Formats, batches: Sequence[Row], engines: Sequence[Row]) -> None:
    """The files everything rests on, and who made the annotations."""
    sheet = workbook.add_worksheet("Procedencia")
    row = write_title(
        sheet, formats, "Procedencia", ["Los archivos analizados y los motores que hicieron cada análisis."]
    )
    if engines:
        columns = [
            Column("Paso", itemgetter("step")),
            Column("Comentarios", itemgetter("comments"), "integer"),
            Column("Como reemplazo", itemgetter("fallbacks"), "integer"),
            Column("Motor", lambda line: labels.ENGINES.get(line["engine"], line["engine"]), width=22),
            Column("Modelo o versión", itemgetter("model")),
        ]
        row = write_table(sheet, formats, row, columns, engines, is_main=False) + 1
    columns = [
        Column("Lote", itemgetter("batch"), width=44),
        Column("Filas", itemgetter("rows"), "integer", 13),
        Column("Sin duplicados", itemgetter("responses"), "integer", 14),
        *(
            [Column("Comentarios", itemgetter("counted"), "integer", 13)]
            if any(batch["counted"] != batch["responses"] for batch in batches)
            else []
        ),
        Column("Con contenido", itemgetter("informative"), "integer", 20),
        Column("Primer comentario", lambda batch: spanish.local(batch["first_comment"]), "date", 20),
        Column("Último comentario", lambda batch: spanish.local(batch["last_comment"]), "date", 16),
        Column("Leído el", lambda batch: spanish.local(batch["ingested_at"]), "datetime", 17),
    ]
    write_table(sheet, formats, row, columns, batches)
    set_up_print(sheet, "Procedencia")
