"""The charts that Excel draws from the workbook's own cells."""

from collections.abc import Iterable, Sequence
from typing import Any

from fiber_pipeline.outputs.charts import STACK, place_marks
from fiber_pipeline.outputs.palette import FAINT_ACCENT, LIGHT
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.workbook.spreadsheet import MONTH_FORMAT

NPS_TITLE = "NPS por mes, con su intervalo del 95 %"
MIX_TITLE = "Sentimiento por mes"
VOLUME_TITLE = "Respuestas por mes"
MATRIX_TITLE = "Matriz de prioridades"
_MATRIX_SIZE = (980, 460)
# The part of the matrix that is plot, so that the room for its labels is known: x, y, width and height.
_MATRIX_PLOT = (0.08, 0.11, 0.86, 0.73)
_GRID = {"visible": True, "line": {"color": LIGHT.grid}}


class MonthTable:
    """Where a sheet's table of months stands: its name, its first and its last row; the header is above the first."""

    def __init__(self, sheet: str, first: int, last: int) -> None:
        """Rows count from 0."""
        self.sheet, self.first, self.last = sheet, first, last

    def series(self, column: int, **look: Any) -> dict[str, Any]:
        """A column as a chart's series, by month."""
        return {
            "name": [self.sheet, self.first - 1, column],
            "categories": [self.sheet, self.first, 0, self.last, 0],
            "values": [self.sheet, self.first, column, self.last, column],
            **look,
        }


def nps_chart(workbook: Any, months: MonthTable, columns: tuple[int, int, int]) -> Any:
    """NPS by month between the two ends of its interval; `columns` hold value, low and high."""
    chart = workbook.add_chart({"type": "line"})
    marker = {"type": "circle", "size": 5, "fill": {"color": LIGHT.accent}, "border": {"color": LIGHT.accent}}
    chart.add_series(months.series(columns[0], line={"color": LIGHT.accent, "width": 2.25}, marker=marker))
    for column in columns[1:]:
        chart.add_series(months.series(column, line={"color": FAINT_ACCENT, "width": 1, "dash_type": "dash"}))
    return _dressed(chart, NPS_TITLE, {"num_format": "0"}, is_keyed=True)


def mix_chart(workbook: Any, months: MonthTable, first_column: int) -> Any:
    """The mix of sentiments by month; the columns from `first_column` on hold them, worst first."""
    chart = workbook.add_chart({"type": "column", "subtype": "percent_stacked"})
    for column, code in enumerate(STACK, start=first_column):
        chart.add_series(months.series(column, fill={"color": getattr(LIGHT, code)}, gap=40))
    return _dressed(chart, MIX_TITLE, {"num_format": "0%"}, is_keyed=True)


def volume_chart(workbook: Any, months: MonthTable, column: int, incomplete: Iterable[int]) -> Any:
    """Comments by month; `incomplete` are the places of months that are paler for being incomplete."""
    chart = workbook.add_chart({"type": "column"})
    pale = set(incomplete)
    points = [{"fill": {"color": FAINT_ACCENT}} if place in pale else None for place in range(months.last + 1)]
    chart.add_series(
        months.series(column, fill={"color": LIGHT.accent}, gap=40, points=points[: max(pale, default=-1) + 1])
    )
    return _dressed(chart, VOLUME_TITLE, {"num_format": "#,##0", "min": 0}, is_keyed=False)


def _dressed(chart: Any, title: str, y_axis: dict[str, Any], *, is_keyed: bool) -> Any:
    chart.set_title({"name": title, "name_font": {"size": 13}})
    chart.set_x_axis({"num_format": MONTH_FORMAT, "label_position": "low", "text_axis": True})
    chart.set_y_axis({"major_gridlines": _GRID, "line": {"none": True}, **y_axis})
    chart.set_legend({"position": "bottom"} if is_keyed else {"none": True})
    return chart


def priority_chart(
    workbook: Any, sheet: str, first_row: int, themes: Sequence[Row], *, share: int, negative_share: int
) -> Any:
    """Themes by how often and how badly they are spoken of, each named beside its point where there is room.

    themes: those in the rows from `first_row` on; share, negative_share: the columns of the two.
    """
    chart = workbook.add_chart({"type": "scatter"})
    widest = -(-max((theme["share"] or 0 for theme in themes), default=0) * 110 // 5) * 5 / 100 or 0.05
    size = [int(whole * part) for whole, part in zip(_MATRIX_SIZE, _MATRIX_PLOT[2:], strict=True)]
    for row, (theme, (mark, side)) in enumerate(
        zip(themes, place_marks(themes, widest, *size), strict=True), start=first_row
    ):
        chart.add_series(
            {
                # Beginning with its number, no name of a theme can be taken for a formula.
                "name": f"{theme['rank']}. {theme['label']}",
                "categories": [sheet, row, share, row, share],
                "values": [sheet, row, negative_share, row, negative_share],
                "marker": {
                    "type": "circle",
                    "size": 9,
                    "fill": {"color": LIGHT.negative},
                    "border": {"color": LIGHT.surface},
                },
                "data_labels": {"value": True, "custom": [{"value": mark}], "position": side, "font": {"size": 9}},
            }
        )
    chart.set_title({"name": MATRIX_TITLE, "name_font": {"size": 13}})
    axis = {"num_format": "0%", "min": 0, "major_gridlines": _GRID}
    chart.set_x_axis({"name": "Comentarios que lo mencionan", "max": widest, **axis})
    chart.set_y_axis({"name": "Menciones negativas", "max": 1, **axis})
    chart.set_legend({"none": True})
    chart.set_plotarea({"layout": dict(zip(("x", "y", "width", "height"), _MATRIX_PLOT, strict=True))})
    chart.set_size(dict(zip(("width", "height"), _MATRIX_SIZE, strict=True)))
    return chart
