"""The charts as Vega-Lite specifications: plain dictionaries made from small frames.

Every chart takes the figures it shows and nothing else, so that a report, a workbook of pictures and an asset's
metadata in the Dagster UI draw the same picture from the same numbers. `rendering` turns a specification into SVG
or PNG. Months arrive as `2026-03`, shares from 0 to 1, codes as the tables have them; labels come out in Spanish.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from fiber_pipeline.outputs import labels, spanish
from fiber_pipeline.outputs.palette import LIGHT, Palette
from fiber_pipeline.tables.vocabulary import LANGUAGES, SENTIMENTS

Spec = dict[str, Any]
Row = dict[str, Any]

WIDE = 560
PANORAMIC = 1120
NARROW = 270
_HEIGHT = 230
_BAND = 24
# Worst first: in a stacked bar the reader compares what starts at the axis.
_STACK = ("negative", "mixed", "neutral", "positive")


def nps_chart(
    months: pd.DataFrame, forecast: pd.DataFrame | None = None, *, palette: Palette = LIGHT, width: int = WIDE
) -> Spec:
    """NPS by month with its interval as a band, and the forecast, if any, dashed.

    months, forecast: columns `period`, `value`, `low`, `high` (-100 to 100, nullable).
    """
    rows = _months(months, "value", "low", "high")
    ahead = [] if forecast is None else _months(forecast, "value", "low", "high")
    order = [row["period"] for row in rows + ahead]
    joined = rows[-1:] + ahead if ahead else []
    x = _month_axis(order)
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
    return _chart({"layer": layers}, palette, width, _HEIGHT)


def sentiment_chart(months: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """The mix of sentiments by month, stacked to 100 %.

    months: columns `period`, `sentiment` (code) and `share`.
    """
    rows = [
        {
            "period": spanish.month(str(row["period"]), short=True),
            "sentiment": labels.SENTIMENTS[str(row["sentiment"])],
            "share": row["share"],
            "place": _STACK.index(str(row["sentiment"])),
        }
        for row in _records(months)
    ]
    encoding = {
        "x": _month_axis(list(dict.fromkeys(row["period"] for row in rows))),
        "y": {
            "field": "share",
            "type": "quantitative",
            "title": "Comentarios",
            "axis": {"format": ".0%"},
            "scale": {"domain": [0, 1]},
            "stack": "zero",
        },
        "color": _sentiment_color(palette),
        "order": {"field": "place"},
    }
    return _chart({"data": {"values": rows}, "mark": "bar", "encoding": encoding}, palette, width, _HEIGHT)


def volume_chart(months: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """Comments by month. months: columns `period` and `value`."""
    rows = _months(months, "value")
    encoding = {
        "x": _month_axis([row["period"] for row in rows]),
        "y": {
            "field": "value",
            "type": "quantitative",
            "title": "Comentarios",
            "axis": {"format": ",d", "tickMinStep": 1},
        },
    }
    mark = {"type": "bar", "color": palette.accent}
    return _chart({"data": {"values": rows}, "mark": mark, "encoding": encoding}, palette, width, _HEIGHT)


def theme_chart(themes: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """Mentions of each theme, split by the sentiment towards it, most mentioned on top.

    themes: columns `label`, `sentiment` (code) and `mentions`.
    """
    totals: dict[str, int] = {}
    rows = []
    for row in _records(themes):
        name, sentiment, mentions = str(row["label"]), str(row["sentiment"]), int(row["mentions"])
        totals[name] = totals.get(name, 0) + mentions
        rows.append(
            {
                "label": name,
                "sentiment": labels.SENTIMENTS[sentiment],
                "mentions": mentions,
                "place": _STACK.index(sentiment),
            }
        )
    order = sorted(totals, key=lambda name: (-totals[name], name))
    encoding = {
        "y": _name_axis(order),
        "x": {
            "field": "mentions",
            "type": "quantitative",
            "title": "Menciones",
            "axis": {"format": ",d", "tickMinStep": 1, "tickCount": 5},
        },
        "color": _sentiment_color(palette),
        "order": {"field": "place"},
    }
    return _chart({"data": {"values": rows}, "mark": "bar", "encoding": encoding}, palette, width, _BAND * len(order))


def priority_chart(themes: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """The priority matrix: how often a theme is named against how negative it is, sized by priority.

    themes: columns `rank` (the number shown beside the point), `label`, `share`, `negative_share` and `priority`
    (0 to 100, nullable), most pressing first. Where there is room the name is shown too.
    """
    found = _records(themes)
    widest = max((row["share"] or 0 for row in found), default=0) * 1.15 or 1
    rows = [
        {
            "share": row["share"],
            "negative_share": row["negative_share"],
            "priority": row["priority"] or 0,
            "mark": mark,
            "place": place,
        }
        for row, (mark, place) in zip(found, _place_marks(found, widest, width), strict=True)
    ]
    encoding: Spec = {
        "x": {
            "field": "share",
            "type": "quantitative",
            "title": "Comentarios que lo mencionan",
            "axis": {"format": ".0%", "tickCount": 5},
            "scale": {"domain": [0, widest], "nice": False},
        },
        "y": {
            "field": "negative_share",
            "type": "quantitative",
            "title": "Menciones negativas",
            "axis": {"format": ".0%", "tickCount": 5},
            "scale": {"domain": [0, 1]},
        },
    }
    size = {
        "field": "priority",
        "type": "quantitative",
        "legend": None,
        "scale": {"domain": [0, 100], "range": [40, 700]},
    }
    layers: list[Spec] = [
        {
            "mark": {"type": "circle", "color": palette.negative, "opacity": 0.55, "stroke": palette.negative},
            "encoding": {**encoding, "size": size},
        },
    ]
    for place, look in _PLACES.items():
        text: Spec = {"type": "text", "color": palette.ink, "fontSize": 12}
        shown: Spec = {"field": "place", "equal": place}
        layers.append(
            {
                "transform": [{"filter": shown}],
                "mark": text | look,
                "encoding": encoding | {"text": {"field": "mark"}},
            }
        )
    return _chart({"data": {"values": rows}, "layer": layers}, palette, width, _MATRIX_HEIGHT)


_Box = tuple[float, float, float, float]
_MATRIX_HEIGHT = 320
_MARK_OFFSET = 15
_MARK_HEIGHT = 14
_LETTER_WIDTH = 6.6
_PLACES: Mapping[str, Spec] = {
    "right": {"align": "left", "dx": _MARK_OFFSET},
    "left": {"align": "right", "dx": -_MARK_OFFSET},
    "above": {"align": "center", "dy": -_MARK_OFFSET},
    "below": {"align": "center", "dy": _MARK_OFFSET},
}


def _place_marks(themes: Sequence[Row], widest: float, width: int) -> list[tuple[str, str]]:
    """For each point its mark and the side it stands on, so that no two marks overlap.

    The most pressing theme chooses first: its number and name where they fit on a side, else its number alone, and to
    the right where even that fits nowhere. Narrow charts have room for numbers only.
    """
    centres = [
        ((row["share"] or 0) / widest * width, (1 - (row["negative_share"] or 0)) * _MATRIX_HEIGHT) for row in themes
    ]
    taken: list[_Box] = [(x - 6, y - 6, x + 6, y + 6) for x, y in centres]
    chosen = []
    for row, (x, y) in zip(themes, centres, strict=True):
        marks = [f"{row['rank']}. {row['label']}", str(row["rank"])] if width >= WIDE else [str(row["rank"])]
        options = [(mark, place, _box(mark, place, x, y)) for mark in marks for place in _PLACES]
        mark, place, box = next(
            (
                option
                for option in options
                if option[2][0] >= 0
                and option[2][2] <= width + _MARK_OFFSET
                and not any(_overlap(option[2], other) for other in taken)
            ),
            (marks[-1], "right", _box(marks[-1], "right", x, y)),
        )
        taken.append(box)
        chosen.append((mark, place))
    return chosen


def _box(mark: str, place: str, x: float, y: float) -> _Box:
    long = len(mark) * _LETTER_WIDTH
    left = {"right": x + _MARK_OFFSET, "left": x - _MARK_OFFSET - long}.get(place, x - long / 2)
    middle = {"above": y - _MARK_OFFSET, "below": y + _MARK_OFFSET}.get(place, y)
    return (left, middle - _MARK_HEIGHT / 2, left + long, middle + _MARK_HEIGHT / 2)


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def language_chart(languages: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """Comments by language. languages: columns `language` (code) and `comments`."""
    known = [row for code in LANGUAGES for row in _records(languages) if row["language"] == code]
    return _bars(
        [(labels.LANGUAGES[str(row["language"])], int(row["comments"])) for row in known], "Comentarios", palette, width
    )


def emotion_chart(emotions: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """Comments by emotion, most frequent on top. emotions: columns `emotion` (code) and `comments`."""
    rows = sorted(_records(emotions), key=lambda row: (-int(row["comments"]), str(row["emotion"])))
    return _bars(
        [(labels.label(labels.EMOTIONS, str(row["emotion"])), int(row["comments"])) for row in rows],
        "Comentarios",
        palette,
        width,
    )


def nps_histogram(scores: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """How many gave each score from 0 to 10, coloured by group. scores: columns `nps` and `comments`."""
    given = {int(row["nps"]): int(row["comments"]) for row in _records(scores)}
    rows = [{"nps": score, "comments": given.get(score, 0), "group": _group(score)} for score in range(11)]
    encoding = {
        "x": {"field": "nps", "type": "ordinal", "title": "Puntaje", "axis": {"labelAngle": 0}},
        "y": {
            "field": "comments",
            "type": "quantitative",
            "title": "Respuestas",
            "axis": {"format": ",d", "tickMinStep": 1},
        },
        "color": {
            "field": "group",
            "type": "nominal",
            "title": None,
            "scale": {
                "domain": ["Detractores (0–6)", "Pasivos (7–8)", "Promotores (9–10)"],
                "range": [palette.negative, palette.neutral, palette.positive],
            },
            "legend": {"orient": "top", "columns": 3 if width >= WIDE else 2},
        },
    }
    return _chart({"data": {"values": rows}, "mark": "bar", "encoding": encoding}, palette, width, _HEIGHT)


def _group(score: int) -> str:
    if score >= 9:
        return "Promotores (9–10)"
    return "Pasivos (7–8)" if score >= 7 else "Detractores (0–6)"


def _bars(values: Sequence[tuple[str, int]], title: str, palette: Palette, width: int) -> Spec:
    order = [name for name, _ in values]
    top = max((value for _, value in values), default=0)
    encoding = {
        "y": _name_axis(order),
        "x": {
            "field": "value",
            "type": "quantitative",
            "title": title,
            "axis": {"format": ",d", "tickMinStep": 1, "tickCount": 5},
            "scale": {"domain": [0, top * 1.12 or 1], "nice": False},
        },
    }
    layers = [
        {"mark": {"type": "bar", "color": palette.accent}, "encoding": encoding},
        {
            "mark": {"type": "text", "align": "left", "dx": 5, "color": palette.ink, "fontSize": 12},
            "encoding": {**encoding, "text": {"field": "value", "format": ",d"}},
        },
    ]
    rows = [{"label": name, "value": value} for name, value in values]
    return _chart({"data": {"values": rows}, "layer": layers}, palette, width, _BAND * max(len(order), 1))


def _records(frame: pd.DataFrame) -> list[Row]:
    """Rows as dictionaries of plain Python values, null as None, whatever the frame's dtypes."""
    columns = {
        str(name): [None if pd.isna(value) else value for value in frame[name].tolist()] for name in frame.columns
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _months(frame: pd.DataFrame, *fields: str) -> list[Row]:
    return [
        {"period": spanish.month(str(row["period"]), short=True)} | {field: row[field] for field in fields}
        for row in _records(frame)
    ]


def _lowest(rows: Sequence[Mapping[str, Any]]) -> float:
    return min((row["low"] if row["low"] is not None else row["value"] or 0 for row in rows), default=0.0)


def _month_axis(order: Sequence[str]) -> Spec:
    # Ordinal, not temporal: a date without a zone would be read in the zone of the machine that draws.
    return {
        "field": "period",
        "type": "ordinal",
        "title": None,
        "sort": list(order),
        "axis": {"labelAngle": 0, "labelOverlap": True},
    }


def _name_axis(order: Sequence[str]) -> Spec:
    axis = {"labelLimit": 170, "ticks": False, "domain": False, "labelPadding": 6}
    return {"field": "label", "type": "nominal", "title": None, "sort": list(order), "axis": axis}


def _sentiment_color(palette: Palette) -> Spec:
    return {
        "field": "sentiment",
        "type": "nominal",
        "title": None,
        "scale": {
            "domain": [labels.SENTIMENTS[code] for code in _STACK],
            "range": [getattr(palette, code) for code in _STACK],
        },
        "legend": {"orient": "top", "columns": len(SENTIMENTS)},
    }


def _chart(spec: Spec, palette: Palette, width: int, height: int) -> Spec:
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
