"""The charts of the report, each with what it says in words and the table it is drawn from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from fiber_pipeline.outputs import charts, labels, spanish
from fiber_pipeline.outputs.figures import SENTIMENT_METRICS, Figures
from fiber_pipeline.outputs.forecasts import Forecasts
from fiber_pipeline.outputs.palette import Palette
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.themes import ThemeFigures
from fiber_pipeline.tables.vocabulary import SENTIMENTS


@dataclass(frozen=True)
class Header:
    """A column of a table in the page."""

    header: str
    number: bool = True


# Draws a chart in the colours and the width of where it stands.
Draw = Callable[[Palette, int], charts.Spec]


@dataclass(frozen=True)
class Drawing:
    """A chart, what it says in words, and its figures as a table for those who do not see it.

    is_panoramic: whether it takes the whole width of a page where others stand side by side.
    """

    name: str
    title: str
    reading: str
    draw: Draw
    columns: Sequence[Header]
    rows: Sequence[Sequence[str]]
    is_panoramic: bool = False

    @property
    def width(self) -> int:
        """Its width on a wide page."""
        return charts.PANORAMIC if self.is_panoramic else charts.WIDE


def trend_charts(figures: Figures, forecasts: Forecasts) -> list[Drawing]:
    """NPS, sentiment and volume by month; none of them without at least two months."""
    if len(figures.months) < 2:
        return []
    drawings = []
    nps = [
        (month, figure) for month, figure in figures.series("nps") if figure is not None and figure.value is not None
    ]
    if nps:
        drawings.append(_nps(figures, forecasts))
    mixes = [
        {"period": month, "sentiment": code, "share": figure.value}
        for metric, code in SENTIMENT_METRICS.items()
        for month, figure in figures.series(metric)
        if figure is not None
    ]
    if mixes:
        drawings.append(_sentiment(figures, mixes))
    drawings.append(_volume(figures))
    return drawings


def _nps(figures: Figures, forecasts: Forecasts) -> Drawing:
    months: list[Row] = [
        {"period": month, "value": found and found.value, "low": found and found.low, "high": found and found.high}
        for month, found in figures.series("nps")
    ]
    ahead = [{name: row[name] for name in ("period", "value", "low", "high")} for row in forecasts.nps]
    measured = [row for row in months if row["value"] is not None and row["period"] not in figures.incomplete]
    measured = measured or [row for row in months if row["value"] is not None]
    reading = (
        f"De {spanish.number(measured[0]['value'], 1)} en {spanish.month(measured[0]['period'])} a "
        f"{spanish.number(measured[-1]['value'], 1)} en {spanish.month(measured[-1]['period'])}. "
        "La banda es el intervalo del 95 %."
    )
    if ahead:
        reading += " En trazos, el pronóstico con su intervalo del 80 %."
    frame, forecast = pd.DataFrame(months), pd.DataFrame(ahead) if ahead else None
    rows = [
        (
            spanish.month(month),
            *(spanish.number(value, 1) for value in (found.value, found.low, found.high)),
            spanish.number(found.sample_size),
        )
        for month, found in figures.series("nps")
        if found is not None
    ]
    rows += [
        (
            f"{spanish.month(row['period'])} (pronóstico)",
            *(spanish.number(row[name], 1) for name in ("value", "low", "high")),
            spanish.ABSENT,
        )
        for row in ahead
    ]
    columns = [Header("Mes", number=False), Header("NPS"), Header("Desde"), Header("Hasta"), Header("Respuestas")]
    return Drawing(
        "grafico-nps",
        "NPS por mes",
        reading,
        lambda palette, width: charts.nps_chart(frame, forecast, palette=palette, width=width),
        columns,
        rows,
        is_panoramic=True,
    )


def _sentiment(figures: Figures, mixes: Sequence[Row]) -> Drawing:
    frame = pd.DataFrame(mixes)
    by_month = {(row["period"], row["sentiment"]): row["share"] for row in mixes}
    rows = [
        (spanish.month(month), *(spanish.percent(by_month.get((month, code))) for code in SENTIMENTS))
        for month in figures.months
    ]
    return Drawing(
        "grafico-sentimiento",
        "Sentimiento por mes",
        "Cómo se reparten los comentarios con contenido.",
        lambda palette, width: charts.sentiment_chart(frame, palette=palette, width=width),
        [Header("Mes", number=False), *(Header(labels.SENTIMENTS[code]) for code in SENTIMENTS)],
        rows,
    )


def _volume(figures: Figures) -> Drawing:
    series = [(month, found.value if found else 0) for month, found in figures.series("volume")]
    frame = pd.DataFrame(
        [{"period": month, "value": value, "is_incomplete": month in figures.incomplete} for month, value in series]
    )
    reading = "Sin contar duplicados ni respuestas sin fecha."
    if figures.incomplete:
        reading += " Más claro, lo que es de un mes incompleto."
    return Drawing(
        "grafico-volumen",
        "Respuestas por mes",
        reading,
        lambda palette, width: charts.volume_chart(frame, palette=palette, width=width),
        [Header("Mes", number=False), Header("Respuestas")],
        [(spanish.month(month), spanish.number(value)) for month, value in series],
    )


def theme_chart(themes: ThemeFigures) -> Drawing | None:
    """Mentions of each theme by sentiment."""
    cells = [
        {"label": row["label"], "sentiment": code, "mentions": row[f"mentions_{code}"]}
        for row in themes.rows
        for code in SENTIMENTS
        if row[f"mentions_{code}"]
    ]
    if not cells:
        return None
    frame = pd.DataFrame(cells)
    ordered = sorted(themes.rows, key=lambda row: (-row["mentions"], row["label"]))
    rows = [(row["label"], *(spanish.number(row[f"mentions_{code}"]) for code in SENTIMENTS)) for row in ordered]
    return Drawing(
        "grafico-temas",
        "De qué se habla y cómo",
        f"El tema más mencionado es {ordered[0]['label']}.",
        lambda palette, width: charts.theme_chart(frame, palette=palette, width=width),
        [Header("Tema", number=False), *(Header(labels.SENTIMENTS[code]) for code in SENTIMENTS)],
        rows,
    )


def priority_chart(themes: ThemeFigures) -> Drawing | None:
    """The priority matrix; None where no priority is known."""
    if not any(row["priority"] is not None for row in themes.rows):
        return None
    names = ("rank", "label", "share", "negative_share", "priority")
    frame = pd.DataFrame([{name: row[name] for name in names} for row in themes.rows])
    rows = [
        (
            f"{row['rank']}. {row['label']}",
            spanish.percent(row["share"]),
            spanish.percent(row["negative_share"]),
            spanish.number(row["priority"], 1),
        )
        for row in themes.rows
    ]
    columns = [Header("Tema", number=False), Header("% de comentarios"), Header("% negativas"), Header("Prioridad")]
    return Drawing(
        "grafico-prioridades",
        "Matriz de prioridades",
        "Arriba y a la derecha, lo frecuente y mal valorado. Cada número es el del tema en la tabla; el círculo crece "
        "con la prioridad.",
        lambda palette, width: charts.priority_chart(frame, palette=palette, width=width),
        columns,
        rows,
    )


def makeup_charts(scores: Sequence[Row], languages: Sequence[Row], emotions: Sequence[Row]) -> list[Drawing]:
    """Scores given, languages used and emotions shown; each only where there are any."""
    drawings = []
    if scores:
        frame = pd.DataFrame(scores)
        drawings.append(
            Drawing(
                "grafico-puntajes",
                "Puntajes de recomendación",
                "Respuestas a «¿nos recomendaría?», de 0 a 10.",
                lambda palette, width: charts.nps_histogram(frame, palette=palette, width=width),
                [Header("Puntaje", number=False), Header("Respuestas")],
                [(str(row["nps"]), spanish.number(row["comments"])) for row in scores],
                is_panoramic=bool(languages and emotions),
            )
        )
    if languages:
        drawings.append(
            _counts(
                "grafico-idiomas",
                "Idiomas",
                "Jopara es la mezcla de español y guaraní.",
                languages,
                "language",
                labels.LANGUAGES,
                charts.language_chart,
            )
        )
    if emotions:
        drawings.append(
            _counts(
                "grafico-emociones",
                "Emociones",
                "Un comentario puede mostrar hasta tres.",
                emotions,
                "emotion",
                labels.EMOTIONS,
                charts.emotion_chart,
            )
        )
    return drawings


def _counts(
    name: str,
    title: str,
    reading: str,
    counted: Sequence[Row],
    field: str,
    names: dict[str, str],
    chart: Callable[..., charts.Spec],
) -> Drawing:
    frame = pd.DataFrame(counted)
    rows = [(labels.label(names, row[field]), spanish.number(row["comments"])) for row in counted]
    columns = [Header(title, number=False), Header("Comentarios")]
    return Drawing(
        name, title, reading, lambda palette, width: chart(frame, palette=palette, width=width), columns, rows
    )
