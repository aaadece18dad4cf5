"""What the report says in words: cards, sentences and rows of its tables, ready to be laid out."""

from collections.abc import Mapping, Sequence
from typing import Any

from fiber_pipeline.insight import OF_RESPONSES
from fiber_pipeline.outputs import labels, spanish, wording
from fiber_pipeline.outputs.figures import Figures, KeyFigure, Unit, interval, written
from fiber_pipeline.outputs.forecasts import Forecast, Kind
from fiber_pipeline.outputs.questions import QuestionFigures
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.themes import ThemeFigures

LONGEST_TEXT = 600
# The comments behind a key figure, as a choice of the list's filters; the empty choice is all of them.
_FILTERS = {
    "nps": "group=detractor",
    "csat": None,
    "negative_share": "sentiment=negative",
    "positive_share": "sentiment=positive",
    "volume": "",
    "urgent_share": "urgency=high",
    "churn_risk_share": None,
}


def card(key: KeyFigure, figures: Figures) -> dict[str, Any]:
    """A key figure as a card."""
    unit, shown = key.measure.unit, key.shown
    reading = wording.change_reading(key, figures)
    is_compared = key.change is not None and (unit is not Unit.COMMENTS or figures.is_current_complete)
    change = f"{key.change_text} frente al mes anterior" if is_compared else ""
    told = ": ".join(part for part in (change, reading) if part)
    return {
        "label": key.measure.label,
        "meaning": key.measure.meaning + ".",
        "value": written(shown.value, unit),
        "change": told[:1].upper() + told[1:],
        "verdict": key.verdict,
        "interval": "" if unit is Unit.COMMENTS else interval(shown, unit),
        "sample": "" if unit is Unit.COMMENTS else _sample(shown.sample_size, key.measure.metric),
        "is_small": shown.is_small_sample,
        "overall": written(key.overall.value, unit) if key.current else "",
        "filter": _FILTERS[key.measure.metric],
    }


def _sample(size: int, metric: str) -> str:
    if metric in OF_RESPONSES:
        return spanish.count(size, "respuesta", "respuestas")
    return spanish.count(size, "comentario", "comentarios")


def theme_rows(themes: ThemeFigures, shown: Mapping[str, int]) -> list[dict[str, Any]]:
    """The rows of the theme table; `shown` is how many comments of each theme the page holds."""
    return [
        {
            "rank": row["rank"],
            "key": f"t{row['rank']}",
            "label": row["label"],
            "mentions": spanish.number(row["mentions"]),
            "share": spanish.percent(row["share"]),
            "negative_share": spanish.percent(row["negative_share"]),
            "nps": spanish.ABSENT
            if row["nps"] is None
            else f"{spanish.number(row['nps'], 1)} ({spanish.number(row['nps_sample'])})",
            "impact": _impact(row),
            "priority": spanish.number(row["priority"], 1),
            "trend": labels.label(labels.TRENDS, row["trend"]),
            "marks": [
                mark
                for mark, is_set in (
                    ("muestra pequeña", row["is_small_sample"]),
                    ("pico en el último mes completo", row["is_spike"]),
                )
                if is_set
            ],
            "shown": shown.get(row["theme"], 0),
        }
        for row in themes.rows
    ]


def _impact(row: Row) -> str:
    if row["nps_impact"] is None:
        return spanish.ABSENT
    text = spanish.signed(row["nps_impact"])
    if row["nps_impact_low"] is None or row["nps_impact_high"] is None:
        return text
    return f"{text} ({spanish.signed(row['nps_impact_low'])} a {spanish.signed(row['nps_impact_high'])})"


def about_advice(row: Row, names: Mapping[str, str]) -> str:
    """What a recommendation concerns, costs and may win."""
    theme, impact = row["theme"], row["impact"]
    return " ".join(
        [
            *([f"Tema: {names.get(theme, theme)}."] if theme else []),
            f"Esfuerzo: {labels.label(labels.EFFORTS, row['effort']).lower()}.",
            *([f"Ganancia posible: {spanish.signed(impact)} puntos de NPS."] if impact is not None else []),
        ]
    )


def forecast_rows(forecasts: Sequence[Forecast]) -> list[tuple[str, ...]]:
    """The rows of the forecast table: NPS and volume as far as they go, each theme's next month."""
    first = {forecast.subject: forecast.period for forecast in reversed(forecasts)}
    return [
        (
            forecast.subject,
            spanish.month(forecast.period),
            *(forecast.written(value) for value in (forecast.value, forecast.low, forecast.high)),
            spanish.percent(forecast.coverage, 0),
            f"{forecast.written(forecast.error)} ({forecast.written(forecast.naive_error)})",
            spanish.number(forecast.history),
        )
        for forecast in forecasts
        if forecast.kind is not Kind.PERCENT or forecast.period == first[forecast.subject]
    ]


def question_rows(questions: QuestionFigures) -> list[tuple[str, ...]]:
    """The rows of the table of questions."""
    return [
        (
            row["question"],
            spanish.number(row["responses"]),
            *(spanish.percent(row[name]) for name in ("informative_share", "positive_share", "negative_share")),
            spanish.ABSENT
            if row["nps"] is None
            else f"{spanish.number(row['nps'], 1)} ({spanish.number(row['nps_sample'])})",
        )
        for row in questions.rows
    ]


def origin(row: Row, questions: QuestionFigures) -> str:
    """File, sheet and row of a comment, so that it can be found again, and its question where there are several."""
    parts = [row["source_file"] or row["batch"]]
    if row["sheet"]:
        parts.append(f"hoja {row['sheet']}")
    if row["row_number"] is not None:
        parts.append(f"fila {row['row_number']}")
    if questions.rows:
        parts.append(f"«{questions.name(row['question'])}»")
    return ", ".join(parts)


def shortened(text: str) -> str:
    """The text, cut where it would take over the page."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT].rstrip()}…"


def examples(found: Sequence[Row], themes: ThemeFigures, questions: QuestionFigures) -> list[dict[str, Any]]:
    """The comments of the page's list with the values its filters look at."""
    keys = {row["theme"]: f"t{row['rank']}" for row in themes.rows}
    listed = []
    for row in found:
        named = [themes.labels.get(theme, theme) for theme in row["themes"] or ()]
        about = [
            spanish.day(row["commented_at"]) if row["commented_at"] else "sin fecha",
            labels.label(labels.SENTIMENTS, row["sentiment"]).lower(),
            "" if row["nps"] is None else f"NPS {row['nps']}",
            labels.label(labels.LANGUAGES, row["language"]).lower(),
            "urgencia alta" if row["urgency"] == "high" else "",
            ", ".join(named),
            origin(row, questions),
        ]
        data = {
            "theme": " ".join(keys[theme] for theme in row["themes"] or () if theme in keys),
            "sentiment": row["sentiment"],
            "group": row["nps_group"],
            "language": row["language"],
            "urgency": row["urgency"],
            "question": questions.keys.get(row["question"]),
        }
        listed.append(
            {
                "text": shortened(row["text"]),
                "about": " · ".join(part for part in about if part),
                "data": {name: value for name, value in data.items() if value},
            }
        )
    return listed
