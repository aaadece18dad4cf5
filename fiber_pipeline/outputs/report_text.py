"""What the report says in words: cards, sentences and rows of its tables, ready to be laid out."""

from collections.abc import Mapping, Sequence
from typing import Any

from fiber_pipeline.outputs import labels, spanish
from fiber_pipeline.outputs.figures import Figures, KeyFigure, Unit, interval, written
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
_VERDICTS = {
    "better": "mejora clara",
    "worse": "deterioro claro",
    "changed": "cambio claro",
    "unclear": "dentro del margen de error",
}
METHOD = (
    "El NPS es el porcentaje de promotores (9 y 10) menos el de detractores (0 a 6); va de −100 a 100.",
    "El intervalo del 95 % muestra entre qué valores está, con esa confianza, la cifra de todos los clientes. Cuanto "
    "menor la muestra, más ancho.",
    "Con menos de 30 respuestas una cifra lleva la marca «muestra pequeña»: sirve de orientación, no para decidir.",
    "Un cambio entre meses es claro cuando supera lo que puede explicar el azar de la muestra; si no, está dentro del "
    "margen de error.",
    "Cada comentario cuenta una sola vez, aunque haya llegado en varios archivos. Los que no dicen nada («No», «.») "
    "cuentan para el NPS, pero no para el sentimiento ni los temas.",
    "La prioridad de un tema combina su frecuencia, la parte negativa de sus menciones y su impacto en el NPS. El "
    "impacto compara comentarios con y sin el tema: es una asociación, no prueba una causa.",
    "Los datos personales de los textos están reemplazados por marcas, como [TELEFONO].",
)


def card(key: KeyFigure, *, is_partial: bool) -> dict[str, Any]:
    """A key figure as a card. is_partial: the latest month is not over, so that its volume compares with nothing."""
    unit, shown = key.measure.unit, key.shown
    if is_partial and unit is Unit.COMMENTS:
        change = "El mes está incompleto: no se compara con el anterior"
    elif key.change is not None:
        change = f"{key.change_text} frente al mes anterior"
        if unit is not Unit.COMMENTS:
            change += f": {_VERDICTS[key.verdict]}"
    else:
        change = "Sin mes anterior con el que comparar"
    return {
        "label": key.measure.label,
        "meaning": key.measure.meaning + ".",
        "value": written(shown.value, unit),
        "change": change,
        "verdict": key.verdict,
        "interval": "" if unit is Unit.COMMENTS else interval(shown, unit),
        "sample": "" if unit is Unit.COMMENTS else _sample(shown.sample_size, unit),
        "is_small": shown.is_small_sample,
        "overall": written(key.overall.value, unit) if key.current else "",
        "filter": _FILTERS[key.measure.metric],
    }


def _sample(size: int, unit: Unit) -> str:
    if unit is Unit.POINTS:
        return spanish.count(size, "respuesta", "respuestas")
    return spanish.count(size, "comentario", "comentarios")


def sentences(figures: Figures, themes: ThemeFigures, urgent: int) -> list[str]:
    """The executive summary of one source: what moved, what weighs most, what cannot wait."""
    keys = {key.measure.metric: key for key in figures.keys}
    said: list[str] = []
    if not keys:
        return said
    when = f"En {spanish.month(figures.latest)}" if figures.latest else "En todo el período"
    if "nps" in keys:
        said.append(_sentence(f"{when} el NPS fue de", keys["nps"], "respuestas"))
    if "negative_share" in keys:
        said.append(
            _sentence(f"{when} la parte de comentarios negativos fue del", keys["negative_share"], "comentarios")
        )
    pressing = next((row for row in themes.rows if row["negative_share"]), None)
    if pressing is not None and pressing["share"] is not None:
        said.append(
            f"El tema que más apremia es {pressing['label']}: está en el {spanish.percent(pressing['share'])} de los "
            f"comentarios con contenido y el {spanish.percent(pressing['negative_share'])} de sus "
            f"{spanish.number(pressing['mentions'])} menciones es negativo."
        )
    rising = [row["label"] for row in themes.rows if row["trend"] == "rising"]
    if rising:
        said.append(f"Se habla cada vez más de: {_joined(rising)}.")
    spikes = [row["label"] for row in themes.rows if row["is_spike"]]
    if spikes:
        said.append(f"Muy por encima de lo habitual en el último mes: {_joined(spikes)}.")
    if urgent:
        asking = spanish.count(urgent, "comentario pide", "comentarios piden")
        said.append(f"En todo el período, {asking} una respuesta inmediata.")
    return said


def _sentence(start: str, key: KeyFigure, sample: str) -> str:
    unit, shown = key.measure.unit, key.shown
    text = (
        f"{start} {written(shown.value, unit)} (intervalo del 95 %: de {interval(shown, unit)}; "
        f"{spanish.number(shown.sample_size)} {sample})"
    )
    if key.change is None:
        return f"{text}."
    return f"{text}, {key.change_text} frente al mes anterior: {_VERDICTS[key.verdict]}."


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} y {names[-1]}"


def partial_month(figures: Figures) -> str:
    """A note if the latest month's comments stop well before its last day; else empty."""
    if figures.latest is None or figures.partial_day is None:
        return ""
    month = spanish.month(figures.latest).capitalize()
    return f"{month} llega hasta el día {figures.partial_day}: el mes está incompleto."


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
                for mark, is_set in (("muestra pequeña", row["is_small_sample"]), ("pico este mes", row["is_spike"]))
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


def forecast_rows(forecasts: Sequence[Row], names: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The rows of the forecast table."""
    rows = []
    for row in forecasts:
        if row["value"] is None:
            continue
        figures = [_forecast(row["metric"], row[name]) for name in ("value", "low", "high")]
        metric = labels.label(labels.FORECAST_METRICS, row["metric"])
        subject = metric if row["member"] == "all" else f"{metric}: {names.get(row['member'], row['member'])}"
        rows.append((subject, spanish.month(row["period"]), *figures, spanish.number(row["history"])))
    return rows


def _forecast(metric: str, value: float | None) -> str:
    if metric == "theme_share":
        return spanish.percent(value)
    return spanish.number(value, 1 if metric == "nps" else 0)


def forecast_note(forecasts: Sequence[Row]) -> str:
    """Why there are no forecasts, as the table says it; empty where there are some."""
    if any(row["value"] is not None for row in forecasts):
        return ""
    return " ".join(dict.fromkeys(row["note"] for row in forecasts if row["note"]))


def origin(row: Row) -> str:
    """File, sheet and row of a comment, so that it can be found again."""
    parts = [row["source_file"] or row["batch"]]
    if row["sheet"]:
        parts.append(f"hoja {row['sheet']}")
    if row["row_number"] is not None:
        parts.append(f"fila {row['row_number']}")
    return ", ".join(parts)


def shortened(text: str) -> str:
    """The text, cut where it would take over the page."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT].rstrip()}…"


def examples(found: Sequence[Row], themes: ThemeFigures) -> list[dict[str, Any]]:
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
            origin(row),
        ]
        data = {
            "theme": " ".join(keys[theme] for theme in row["themes"] or () if theme in keys),
            "sentiment": row["sentiment"],
            "group": row["nps_group"],
            "language": row["language"],
            "urgency": row["urgency"],
        }
        listed.append(
            {
                "text": shortened(row["text"]),
                "about": " · ".join(part for part in about if part),
                "data": {name: value for name, value in data.items() if value},
            }
        )
    return listed
