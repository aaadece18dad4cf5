"""Charts of what comments are made of: scores, languages, emotions."""

from collections.abc import Sequence

import pandas as pd

from fiber_pipeline.outputs import labels
from fiber_pipeline.outputs.charts.vega import BAND, HEIGHT, WIDE, Spec, chart, name_axis, records
from fiber_pipeline.outputs.palette import LIGHT, Palette
from fiber_pipeline.tables.vocabulary import LANGUAGES


def language_chart(languages: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """Comments by language. languages: columns `language` (code) and `comments`."""
    known = [row for code in LANGUAGES for row in records(languages) if row["language"] == code]
    return _bars(
        [(labels.LANGUAGES[str(row["language"])], int(row["comments"])) for row in known], "Comentarios", palette, width
    )


def emotion_chart(emotions: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """Comments by emotion, most frequent on top. emotions: columns `emotion` (code) and `comments`."""
    rows = sorted(records(emotions), key=lambda row: (-int(row["comments"]), str(row["emotion"])))
    return _bars(
        [(labels.label(labels.EMOTIONS, str(row["emotion"])), int(row["comments"])) for row in rows],
        "Comentarios",
        palette,
        width,
    )


def nps_histogram(scores: pd.DataFrame, *, palette: Palette = LIGHT, width: int = WIDE) -> Spec:
    """How many gave each score from 0 to 10, coloured by group. scores: columns `nps` and `comments`."""
    given = {int(row["nps"]): int(row["comments"]) for row in records(scores)}
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
    return chart({"data": {"values": rows}, "mark": "bar", "encoding": encoding}, palette, width, HEIGHT)


def _group(score: int) -> str:
    if score >= 9:
        return "Promotores (9–10)"
    return "Pasivos (7–8)" if score >= 7 else "Detractores (0–6)"


def _bars(values: Sequence[tuple[str, int]], title: str, palette: Palette, width: int) -> Spec:
    order = [name for name, _ in values]
    top = max((value for _, value in values), default=0)
    encoding = {
        "y": name_axis(order),
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
    return chart({"data": {"values": rows}, "layer": layers}, palette, width, BAND * max(len(order), 1))
