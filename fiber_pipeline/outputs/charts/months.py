"""Charts over time: NPS with its forecast, the mix of sentiments, volume."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from fiber_pipeline.outputs import labels, spanish
from fiber_pipeline.outputs.charts.vega import (
    HEIGHT,
    STACK,
    WIDE,
    Spec,
    chart,
    month_axis,
    month_rows,
    records,
    sentiment_color,
)
from fiber_pipeline.outputs.palette import LIGHT, Palette


def nps_chart(
    months: pd.DataFrame, forecast: pd.DataFrame | None = None, *, palette: Palette = LIGHT, width: int = WIDE
) -> Spec:
    """NPS by month with its interval as a band, and the forecast, if any, dashed.

    months, forecast: columns `period`, `value`, `low`, `high` (-100 to 100, nullable). The forecast goes on from the
    last month before it; one measured in part may lie beside it.
    """
    rows = month_rows(months, "value", "low", "high")
    ahead = [] if forecast is None else month_rows(forecast, "value", "low", "high")
    order = list(dict.fromkeys(row["period"] for row in rows + ahead))
    earlier = [row for row in rows if row["period"] not in {row["period"] for row in ahead}]
    joined = earlier[-1:] + ahead if ahead else []
    x = month_axis(order)
    y = {
        "field": "value",
        "type": "quantitative",
        "title": "NPS",
        "scale": {"domainMin": -100 if _lowest(rows + ahead) < -60 else None, "nice": True, "zero": False},
    }
    bounds = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    layers: list[Spec] = [
        {
            "data": {"values": rows},
            "mark": {"type": "area", "color": palette.accent, "opacity": 0.18},
            "encoding": bounds,
        },
        {
            "data": {"values": rows},
            "mark": {
                "type": "line",
                "color": palette.accent,
                "strokeWidth": 2.5,
                "point": {"color": palette.accent, "size": 45},
            },
            "encoding": {"x": x, "y": y},
        },
    ]
    if joined:
        layers += [
            {
                "data": {
                    "values": [
                        row if index else {**row, "low": row["value"], "high": row["value"]}
                        for index, row in enumerate(joined)
                    ]
                },
                "mark": {"type": "area", "color": palette.mixed, "opacity": 0.18},
                "encoding": bounds,
            },
            {
                "data": {"values": joined},
                "mark": {"type": "line", "color": palette.mixed, "strokeWidth": 2.5, "strokeDash": [6, 4]},
                "encoding": {"x": x, "y": y},
            },
        ]
    return chart({"layer": layers}, palette, width, HEIGHT)


def sentiment_chart(months: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """The mix of sentiments by month, stacked to 100 %.

    months: columns `period`, `sentiment` (code) and `share`.
    """
    rows = [
        {
            "period": spanish.month(str(row["period"]), short=True),
            "sentiment": labels.SENTIMENTS[str(row["sentiment"])],
            "share": row["share"],
            "place": STACK.index(str(row["sentiment"])),
        }
        for row in records(months)
    ]
    encoding = {
        "x": month_axis(list(dict.fromkeys(row["period"] for row in rows))),
        "y": {
            "field": "share",
            "type": "quantitative",
            "title": "Comentarios",
            "axis": {"format": ".0%"},
            "scale": {"domain": [0, 1]},
            "stack": "zero",
        },
        "color": sentiment_color(palette),
        "order": {"field": "place"},
    }
    return chart({"data": {"values": rows}, "mark": "bar", "encoding": encoding}, palette, width, HEIGHT)


def volume_chart(months: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """Comments by month, paler where a month is incomplete.

    months: columns `period`, `value` and `is_incomplete`.
    """
    rows = month_rows(months, "value", "is_incomplete")
    encoding = {
        "x": month_axis([row["period"] for row in rows]),
        "y": {
            "field": "value",
            "type": "quantitative",
            "title": "Comentarios",
            "axis": {"format": ",d", "tickMinStep": 1},
        },
    }
    encoding["opacity"] = {"condition": {"test": "datum.is_incomplete", "value": 0.4}, "value": 1}
    mark = {"type": "bar", "color": palette.accent}
    return chart({"data": {"values": rows}, "mark": mark, "encoding": encoding}, palette, width, HEIGHT)


def _lowest(rows: Sequence[Mapping[str, Any]]) -> float:
    return min((row["low"] if row["low"] is not None else row["value"] or 0 for row in rows), default=0.0)
