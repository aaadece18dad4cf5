"""The sheet of priorities: the matrix of how often and how badly themes are spoken of."""

from operator import itemgetter
from typing import Any

from fiber_pipeline.outputs.themes import ThemeFigures
from fiber_pipeline.outputs.workbook.native_charts import MATRIX_TITLE, priority_chart
from fiber_pipeline.outputs.workbook.spreadsheet import (
    NO_DATA,
    Column,
    Formats,
    add_bars,
    set_up_print,
    write_table,
    write_title,
)
from fiber_pipeline.outputs.workbook.themes import warnings

_TITLE = "Prioridades"
_SHARE, _NEGATIVE_SHARE, _PRIORITY = 2, 3, 7


def add_priorities(workbook: Any, formats: Formats, themes: ThemeFigures) -> None:
    """Themes by priority, and the matrix."""
    sheet = workbook.add_worksheet(_TITLE)
    notes = [
        "Arriba y a la derecha, los temas frecuentes y mal valorados.",
        "La prioridad combina frecuencia, negatividad e impacto en el NPS; el impacto es una asociación, no una causa.",
    ]
    if not themes.rows:
        notes.append(NO_DATA)
    row = write_title(sheet, formats, _TITLE, notes)
    columns = [
        Column("Orden", itemgetter("rank"), "integer", 8),
        Column("Tema", itemgetter("label"), width=26),
        Column("% de comentarios", itemgetter("share"), "percent", 13),
        Column("% negativas", itemgetter("negative_share"), "percent", 12),
        Column("Impacto en el NPS", itemgetter("nps_impact"), "change", 12),
        Column("Impacto desde", itemgetter("nps_impact_low"), "change", 12),
        Column("Impacto hasta", itemgetter("nps_impact_high"), "change", 12),
        Column("Prioridad (0 a 100)", itemgetter("priority"), "decimal", 12),
        Column("Avisos", warnings, "wrapped", 26),
    ]
    end = write_table(sheet, formats, row, columns, themes.rows)
    if themes.rows:
        add_bars(sheet, row + 1, end - 1, _PRIORITY, most=100)
        chart = priority_chart(workbook, _TITLE, row + 1, themes.rows, share=_SHARE, negative_share=_NEGATIVE_SHARE)
        sheet.insert_chart(end + 1, 0, chart, {"object_position": 3, "description": MATRIX_TITLE})
    set_up_print(sheet, _TITLE, is_one_page=True)
