"""The sheet of themes, each with its figures and an example."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from fiber_pipeline.outputs import labels
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.themes import ThemeFigures
from fiber_pipeline.outputs.workbook.spreadsheet import (
    NO_DATA,
    Column,
    Formats,
    add_bars,
    set_up_print,
    write_table,
    write_title,
)

_NEGATIVE_SHARE, _IMPACT = 3, 10


def add_themes(workbook: Any, formats: Formats, themes: ThemeFigures, texts: Mapping[str, str]) -> None:
    """Every theme with its figures and an example."""
    sheet = workbook.add_worksheet("Temas")
    notes = ["Menciones en comentarios con contenido. Un comentario puede tratar varios temas."]
    if not themes.rows:
        notes.append(NO_DATA)
    row = write_title(sheet, formats, "Temas", notes)
    columns = [
        Column("Tema", itemgetter("label"), width=26),
        Column("Menciones", itemgetter("mentions"), "integer", 12),
        Column("% de comentarios", itemgetter("share"), "percent", 13),
        Column("% negativas", itemgetter("negative_share"), "percent", 12),
        Column("Negativas", itemgetter("mentions_negative"), "integer", 11),
        Column("Mixtas", itemgetter("mentions_mixed"), "integer", 11),
        Column("Neutras", itemgetter("mentions_neutral"), "integer", 11),
        Column("Positivas", itemgetter("mentions_positive"), "integer", 11),
        Column("NPS", itemgetter("nps"), "decimal", 10),
        Column("Respuestas NPS", itemgetter("nps_sample"), "integer", 12),
        Column("Impacto en el NPS", itemgetter("nps_impact"), "change", 12),
        Column("Prioridad (0 a 100)", itemgetter("priority"), "decimal", 12),
        Column("Tendencia", lambda theme: labels.label(labels.TRENDS, theme["trend"]), "wrapped", 13),
        Column("Avisos", warnings, "wrapped", 26),
        Column("Ejemplo", lambda theme: first_text(theme["examples"], texts), "wrapped", 50),
    ]
    end = write_table(sheet, formats, row, columns, themes.rows)
    if themes.rows:
        add_bars(sheet, row + 1, end - 1, _NEGATIVE_SHARE, most=1)
        _tint_impacts(sheet, formats, row + 1, themes.rows)
    set_up_print(sheet, "Temas")


def _tint_impacts(sheet: Any, formats: Formats, first: int, themes: Sequence[Row]) -> None:
    """Colour the impacts that are beyond chance, those alone: their interval leaves zero out."""
    for row, theme in enumerate(themes, start=first):
        low, high = theme["nps_impact_low"], theme["nps_impact_high"]
        if low is not None and high is not None and low * high > 0:
            tint = formats.good if low > 0 else formats.bad
            sheet.conditional_format(row, _IMPACT, row, _IMPACT, {"type": "no_errors", "format": tint})


def warnings(theme: Row) -> str:
    """What to know before trusting a theme's figures."""
    found = []
    if theme["is_small_sample"]:
        found.append("Muestra pequeña")
    if theme["is_spike"]:
        found.append("Pico en el último mes completo")
    return "; ".join(found)


def first_text(comment_ids: Sequence[str] | None, texts: Mapping[str, str]) -> str:
    """The text of the first of the comments that is known; empty if none is."""
    return next((texts[comment_id] for comment_id in comment_ids or () if comment_id in texts), "")
