"""The cover: what there is to know at a glance."""

from collections.abc import Sequence
from typing import Any

from fiber_pipeline.outputs import labels, spanish, wording
from fiber_pipeline.outputs.executive_summary import Summary
from fiber_pipeline.outputs.figures import Figures, KeyFigure, Unit
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.workbook.guide import GUIDE
from fiber_pipeline.outputs.workbook.native_charts import NPS_TITLE, MonthTable, nps_chart
from fiber_pipeline.outputs.workbook.spreadsheet import (
    LINE_HEIGHT,
    NO_DATA,
    Formats,
    lines_of,
    set_up_print,
    write_text,
    write_title,
)
from fiber_pipeline.outputs.workbook.trends import NPS_COLUMNS

TITLE = "Voz del cliente: resumen de comentarios"
_WIDTHS = (36, 15, 14, 14, 12, 15, 15, 30, 15)
_LAST = len(_WIDTHS) - 1
_UNIT_KINDS = {Unit.POINTS: "decimal", Unit.SHARE: "percent", Unit.COMMENTS: "integer"}
_CHANGE_KINDS = {Unit.POINTS: "change", Unit.SHARE: "points", Unit.COMMENTS: "whole_change"}


def add_summary(
    workbook: Any,
    formats: Formats,
    figures: Figures,
    summary: Summary,
    recommendations: Sequence[Row],
    *,
    note: str,
    advice_note: str,
    months: MonthTable | None,
) -> None:
    """Sentences, key figures against the month before, recommendations, and where NPS has been.

    note: what the workbook covers. advice_note: who wrote the recommendations.
    months: where the sheet of trends will hold its months; None without two of them.
    """
    sheet = workbook.add_worksheet("Resumen")
    row = write_title(sheet, formats, TITLE, [note])
    sheet.write_url(row - 1, 0, f"internal:'{GUIDE}'!A1", formats.link, "Cómo leer estas cifras: hoja «Guía»")
    row += 1
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    if not figures.keys:
        sheet.write_string(row, 0, NO_DATA, formats.text)
        set_up_print(sheet, TITLE)
        return
    for sentence in summary.sentences:
        _write_across(sheet, formats, row, 0, f"• {sentence.text}")
        row += 1
    if summary.note:
        _write_note(sheet, formats, row, summary.note)
        row += 1
    row = _add_key_figures(sheet, formats, row + 1, figures)
    if recommendations:
        row = _add_recommendations(sheet, formats, row, recommendations, advice_note)
    if months is not None:
        chart = nps_chart(workbook, months, NPS_COLUMNS)
        chart.set_size({"width": 900, "height": 260})
        sheet.insert_chart(row, 0, chart, {"object_position": 3, "description": NPS_TITLE})
    set_up_print(sheet, TITLE, is_one_page=True)
    sheet.activate()


def _write_across(sheet: Any, formats: Formats, row: int, column: int, text: str) -> None:
    """Write text from a column to the right edge, and make the row as high as it needs."""
    sheet.merge_range(row, column, row, _LAST, "", formats.wrapped)
    sheet.set_row(row, LINE_HEIGHT * lines_of(text, sum(_WIDTHS[column:])))
    write_text(sheet, row, column, text, formats, wrapped=True)


def _write_note(sheet: Any, formats: Formats, row: int, note: str) -> None:
    """Write a note over the table's width."""
    sheet.set_row(row, LINE_HEIGHT * lines_of(note, sum(_WIDTHS)))
    sheet.merge_range(row, 0, row, _LAST, note, formats.note)


def _add_key_figures(sheet: Any, formats: Formats, row: int, figures: Figures) -> int:
    current = "Todo el período" if figures.current is None else spanish.month(figures.current).capitalize()
    before = "Mes anterior" if figures.before is None else spanish.month(figures.before).capitalize()
    sheet.write_string(row, 0, f"Cifras clave: {current.lower()}", formats.section)
    for said in wording.incomplete_months(figures):
        row += 1
        sheet.write_string(row, 0, said, formats.subtitle)
    row += 1
    sheet.set_row(row, 32)
    headers = (current, "Desde (95 %)", "Hasta (95 %)", "Muestra", before, "Cambio")
    sheet.write_string(row, 0, "Indicador", formats.header)
    for place, header in enumerate(headers, start=1):
        sheet.write_string(row, place, header, formats.number_header)
    sheet.write_string(row, 7, "Lectura del cambio", formats.header)
    sheet.write_string(row, 8, "Todo el período", formats.number_header)
    first = row + 1
    for row, key in enumerate(figures.keys, start=first):
        _write_key_figure(sheet, formats, row, key, figures)
    for text, cell in (("Mejora", formats.good), ("Deterioro", formats.bad), ("Muestra", formats.warn)):
        rule = {"type": "text", "criteria": "begins with", "value": text, "format": cell}
        sheet.conditional_format(first, 7, row, 7, rule)
    return row + 2


def _write_key_figure(sheet: Any, formats: Formats, row: int, key: KeyFigure, figures: Figures) -> None:
    number, shown, change = formats.numbers[_UNIT_KINDS[key.measure.unit]], key.shown, key.change
    if key.measure.unit is Unit.COMMENTS and not figures.is_current_complete:
        change = None
    elif change is not None and key.measure.unit is Unit.SHARE:
        change *= 100
    sheet.write_string(row, 0, key.measure.label, formats.strong)
    cells = (
        (1, shown.value, number),
        (2, shown.low, number),
        (3, shown.high, number),
        (4, shown.sample_size, formats.numbers["integer"]),
        (5, key.previous.value if key.previous else None, number),
        (6, change, formats.numbers[_CHANGE_KINDS[key.measure.unit]]),
        (8, key.overall.value, number),
    )
    for place, value, cell in cells:
        if value is None:
            sheet.write_string(row, place, spanish.ABSENT, formats.absent)
        else:
            sheet.write_number(row, place, value, cell)
    is_small = shown.is_small_sample and key.measure.unit is not Unit.COMMENTS
    reading = "muestra pequeña: solo orienta" if is_small else wording.change_reading(key, figures)
    sheet.write_string(row, 7, reading[:1].upper() + reading[1:], formats.wrapped)


def _add_recommendations(sheet: Any, formats: Formats, row: int, recommendations: Sequence[Row], note: str) -> int:
    sheet.write_string(row, 0, "Recomendaciones", formats.section)
    _write_note(sheet, formats, row + 1, note)
    row += 2
    sheet.set_row(row, 32)
    for place, header in enumerate(("Acción", "Esfuerzo", "Ganancia posible (NPS)", "Por qué", *[""] * 5)):
        sheet.write_string(row, place, header, formats.number_header if place == 2 else formats.header)
    for row, advice in enumerate(recommendations, start=row + 1):  # noqa: B020 - rows go on from the header
        title, why = f"{advice['rank']}. {advice['title']}", spanish.typeset(advice["why"])
        _write_across(sheet, formats, row, 3, why)
        sheet.set_row(row, LINE_HEIGHT * max(lines_of(title, _WIDTHS[0] - 4), lines_of(why, sum(_WIDTHS[3:]))))
        write_text(sheet, row, 0, title, formats, wrapped=True)
        write_text(sheet, row, 1, labels.label(labels.EFFORTS, advice["effort"]), formats)
        if advice["impact"] is None:
            sheet.write_string(row, 2, spanish.ABSENT, formats.absent)
        else:
            sheet.write_number(row, 2, advice["impact"], formats.numbers["change"])
    return row + 2
