"""Charts of themes: how they are spoken of, and which press most."""

import pandas as pd

from fiber_pipeline.outputs import labels
from fiber_pipeline.outputs.charts.marks import MATRIX_HEIGHT, PLACES, place_marks
from fiber_pipeline.outputs.charts.vega import BAND, STACK, WIDE, Spec, chart, name_axis, records, sentiment_color
from fiber_pipeline.outputs.palette import LIGHT, Palette


def theme_chart(themes: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """Mentions of each theme, split by the sentiment towards it, most mentioned on top.

    themes: columns `label`, `sentiment` (code) and `mentions`.
    """
    totals: dict[str, int] = {}
    rows = []
    for row in records(themes):
        name, sentiment, mentions = str(row["label"]), str(row["sentiment"]), int(row["mentions"])
        totals[name] = totals.get(name, 0) + mentions
        rows.append(
            {
                "label": name,
                "sentiment": labels.SENTIMENTS[sentiment],
                "mentions": mentions,
                "place": STACK.index(sentiment),
            }
        )
    order = sorted(totals, key=lambda name: (-totals[name], name))
    encoding = {
        "y": name_axis(order),
        "x": {
            "field": "mentions",
            "type": "quantitative",
            "title": "Menciones",
            "axis": {"format": ",d", "tickMinStep": 1, "tickCount": 5},
        },
        "color": sentiment_color(palette),
        "order": {"field": "place"},
    }
    return chart({"data": {"values": rows}, "mark": "bar", "encoding": encoding}, palette, width, BAND * len(order))


def priority_chart(themes: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """The priority matrix: how often a theme is named against how negative it is, sized by priority.

    themes: columns `rank` (the number shown beside the point), `label`, `share`, `negative_share` and `priority`
    (0 to 100, nullable), most pressing first. Where there is room the name is shown too.
    """
    found = records(themes)
    widest = max((row["share"] or 0 for row in found), default=0) * 1.15 or 1
    rows = [
        {
            "share": row["share"],
            "negative_share": row["negative_share"],
            "priority": row["priority"] or 0,
            "mark": mark,
            "place": place,
        }
        for row, (mark, place) in zip(found, place_marks(found, widest, width), strict=True)
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
    for place, look in PLACES.items():
        text: Spec = {"type": "text", "color": palette.ink, "fontSize": 12}
        shown: Spec = {"field": "place", "equal": place}
        layers.append(
            {
                "transform": [{"filter": shown}],
                "mark": text | look,
                "encoding": encoding | {"text": {"field": "mark"}},
            }
        )
    return chart({"data": {"values": rows}, "layer": layers}, palette, width, MATRIX_HEIGHT)
