"""What all charts share: sizes, axes, colours and type, in the language of Vega-Lite."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from fiber_pipeline.outputs import labels, spanish
from fiber_pipeline.outputs.palette import Palette
from fiber_pipeline.tables.vocabulary import SENTIMENTS

Spec = dict[str, Any]
Row = dict[str, Any]

WIDE = 560
PANORAMIC = 1120
NARROW = 270
HEIGHT = 230
BAND = 24
# Worst first: in a stacked bar the reader compares what starts at the axis.
STACK = ("negative", "mixed", "neutral", "positive")


def records(frame: pd.DataFrame) -> list[Row]:
    """Rows as dictionaries of plain Python values, null as None, whatever the frame's dtypes."""
    columns = {
        str(name): [None if pd.isna(value) else value for value in frame[name].tolist()] for name in frame.columns
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def month_rows(frame: pd.DataFrame, *fields: str) -> list[Row]:
    """Rows with `period` written out and the fields asked for."""
    return [
        {"period": spanish.month(str(row["period"]), short=True)} | {field: row[field] for field in fields}
        for row in records(frame)
    ]


def month_axis(order: Sequence[str]) -> Spec:
    """A horizontal axis of months, in the order given."""
    # Ordinal, not temporal: a date without a zone would be read in the zone of the machine that draws.
    return {
        "field": "period",
        "type": "ordinal",
        "title": None,
        "sort": list(order),
        "axis": {"labelAngle": 0, "labelOverlap": True, "labelSeparation": 14},
    }


def name_axis(order: Sequence[str]) -> Spec:
    """A vertical axis of names, in the order given."""
    axis = {"labelLimit": 170, "ticks": False, "domain": False, "labelPadding": 6}
    return {"field": "label", "type": "nominal", "title": None, "sort": list(order), "axis": axis}


def sentiment_color(palette: Palette) -> Spec:
    """A sentiment's own colour, with a legend above the chart."""
    return {
        "field": "sentiment",
        "type": "nominal",
        "title": None,
        "scale": {
            "domain": [labels.SENTIMENTS[code] for code in STACK],
            "range": [getattr(palette, code) for code in STACK],
        },
        "legend": {"orient": "top", "columns": len(SENTIMENTS)},
    }


def chart(spec: Spec, palette: Palette, width: int, height: int) -> Spec:
    """The specification with its size (of the plot, without axes), type and colours."""
    text = {"labelColor": palette.faint, "titleColor": palette.faint, "labelFontSize": 12, "titleFontSize": 12}
    lines = {"gridColor": palette.grid, "domainColor": palette.faint, "tickColor": palette.faint}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": height,
        "background": None if palette.surface.startswith("var(") else palette.surface,
        # Vega describes marks in English; the page gives each chart its own name and table in Spanish.
        "config": {
            "aria": False,
            "font": "sans-serif",
            "view": {"stroke": None},
            "axis": {**text, **lines, "titleFontWeight": "normal"},
            "axisX": {"grid": False},
            "legend": {"labelColor": palette.ink, "labelFontSize": 12, "symbolType": "square"},
        },
        **spec,
    }
