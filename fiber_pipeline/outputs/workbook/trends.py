"""The sheet of months: figures, forecasts and the charts over time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from fiber_pipeline.outputs import labels
from fiber_pipeline.outputs.charts import STACK
from fiber_pipeline.outputs.figures import SENTIMENT_METRICS, Figures
from fiber_pipeline.outputs.forecasts import Forecasts
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.workbook.native_charts import (
    MIX_TITLE,
    NPS_TITLE,
    VOLUME_TITLE,
    MonthTable,
    mix_chart,
    nps_chart,
    volume_chart,
)
from fiber_pipeline.outputs.workbook.spreadsheet import (
    Column,
    Formats,
    set_up_print,
    write_table,
    write_text,
    write_title,
)

TRENDS = "Tendencias"
NPS_COLUMNS = (1, 2, 3)
_VOLUME_COLUMN, _MIX_COLUMN, _CHART_COLUMN = 5, 6, 11
_CHART_ROWS = 16
_FORECAST_HEADERS = (
    "Mes",
    "Esperado",
    "Desde (80 %)",
    "Hasta (80 %)",
    "Acierto en pruebas",
    "Error medio en pruebas",
    "Error de repetir",
    "Indicador",
)
_SUBJECT = len(_FORECAST_HEADERS) - 1


def add_trends(
    workbook: Any,
    formats: Formats,
    figures: Figures,
    incomplete: Sequence[str],
    forecasts: Forecasts,
) -> None:
    """NPS, sentiment and volume by month, with Excel's own charts, and what is forecast.

    incomplete: what there is to say of incomplete months.
    """
    sheet = workbook.add_worksheet(TRENDS)
    notes = [
        "Una fila por mes calendario, hora de Asunción; los comentarios sin fecha no entran en esta hoja."
        if figures.months
        else "No hay comentarios con fecha para mostrar.",
        *incomplete,
    ]
    row = write_title(sheet, formats, TRENDS, notes)
    lines = [
        {"month": _month_start(month)}
        | {metric: figures.by_month.get(month, {}).get(metric) for metric in ("nps", "volume", *SENTIMENT_METRICS)}
        for month in figures.months
    ]
    columns = [
        Column("Mes", itemgetter("month"), "month", 14),
        Column("NPS", _value("nps"), "decimal", 10),
        Column("NPS desde", _value("nps", "low"), "decimal", 10),
        Column("NPS hasta", _value("nps", "high"), "decimal", 10),
        Column("Respuestas NPS", _value("nps", "sample_size"), "integer", 12),
        Column("Respuestas", _value("volume"), "integer", 13),
        *(Column(labels.SENTIMENT_PLURALS[code], _value(f"{code}_share"), "percent", 11) for code in STACK),
    ]
    end = write_table(sheet, formats, row, columns, lines)
    if lines:
        months = month_table(figures, incomplete)
        _add_charts(workbook, sheet, months, [figures.months.index(month) for month in figures.incomplete])
    if forecasts.rows or forecasts.note:
        _add_forecasts(sheet, formats, end + 1, forecasts)
    set_up_print(sheet, TRENDS, is_one_page=True)


def month_table(figures: Figures, incomplete: Sequence[str]) -> MonthTable:
    """Where the months stand on the sheet: below title, notes, a blank row and the header."""
    first = 1 + 1 + len(incomplete) + 2
    return MonthTable(TRENDS, first, first + len(figures.months) - 1)


def _value(metric: str, part: str = "value") -> Callable[[Row], Any]:
    def value(line: Row) -> Any:
        figure = line[metric]
        return None if figure is None else getattr(figure, part)

    return value


def _add_charts(workbook: Any, sheet: Any, months: MonthTable, incomplete: Sequence[int]) -> None:
    charts: Mapping[str, Any] = {
        NPS_TITLE: nps_chart(workbook, months, NPS_COLUMNS),
        MIX_TITLE: mix_chart(workbook, months, _MIX_COLUMN),
        VOLUME_TITLE: volume_chart(workbook, months, _VOLUME_COLUMN, incomplete),
    }
    for place, (title, chart) in enumerate(charts.items()):
        chart.set_size({"width": 680, "height": 300})
        at = (months.first - 1 + _CHART_ROWS * place, _CHART_COLUMN)
        sheet.insert_chart(*at, chart, {"object_position": 3, "description": title})


def _add_forecasts(sheet: Any, formats: Formats, row: int, forecasts: Forecasts) -> None:
    sheet.write_string(row, 0, "Pronósticos", formats.section)
    if forecasts.note:
        row += 1
        sheet.write_string(row, 0, forecasts.note, formats.subtitle)
    if not forecasts.rows:
        return
    row += 1
    sheet.set_row(row, 32)
    for place, header in enumerate(_FORECAST_HEADERS):
        sheet.write_string(row, place, header, formats.header if place in (0, _SUBJECT) else formats.number_header)
    for row, forecast in enumerate(forecasts.rows, start=row + 1):  # noqa: B020 - rows go on from the header
        sheet.write_datetime(row, 0, _month_start(forecast.period), formats.numbers["month"])
        cells = (
            (forecast.value, forecast.kind),
            (forecast.low, forecast.kind),
            (forecast.high, forecast.kind),
            (forecast.coverage, "percent"),
            (forecast.error, forecast.kind),
            (forecast.naive_error, forecast.kind),
        )
        for place, (value, kind) in enumerate(cells, start=1):
            if value is not None:
                sheet.write_number(row, place, value, formats.numbers[kind])
        write_text(sheet, row, _SUBJECT, forecast.subject, formats)


def _month_start(month: str) -> datetime:
    return datetime(int(month[:4]), int(month[5:7]), 1)
