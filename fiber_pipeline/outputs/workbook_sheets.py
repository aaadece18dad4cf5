"""What stands on each sheet of the workbook."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from fiber_pipeline.outputs import labels, spanish
from fiber_pipeline.outputs.figures import SENTIMENT_METRICS, Figure, Figures, Unit, interval, written
from fiber_pipeline.outputs.palette import LIGHT
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.spreadsheet import (
    Column,
    Formats,
    set_up_print,
    write_table,
    write_text,
    write_title,
)
from fiber_pipeline.outputs.themes import ThemeFigures

_NO_DATA = "No hay datos para mostrar."
_VERDICTS = {
    "better": "Mejora clara",
    "worse": "Deterioro claro",
    "changed": "Cambio claro",
    "unclear": "Dentro del margen de error",
}
_STACK = ("negative", "mixed", "neutral", "positive")


def add_summary(
    workbook: Any,
    formats: Formats,
    figures: Figures,
    batches: Sequence[Row],
    urgencies: Mapping[str, int],
    recommendations: Sequence[Row],
    *,
    scope: str,
    moment: datetime,
) -> None:
    """Key figures against the month before, recommendations, and where it all comes from."""
    sheet = workbook.add_worksheet("Resumen")
    title = "Voz del cliente: resumen de comentarios"
    comments = sum(batch["counted"] for batch in batches)
    dates = [batch[name] for batch in batches for name in ("first_comment", "last_comment") if batch[name]]
    period = f"del {spanish.day(min(dates))} al {spanish.day(max(dates))}" if dates else "sin fechas"
    notes = [
        f"{spanish.count(comments, 'comentario', 'comentarios')}, {period}; {scope}. "
        f"Preparado el {spanish.day_and_time(moment)} (hora de Asunción).",
    ]
    row = write_title(sheet, formats, title, notes)
    for place, width in enumerate((32, 16, 24, 14, 16, 20, 28, 16)):
        sheet.set_column(place, place, width)
    if not figures.keys:
        sheet.write_string(row, 0, _NO_DATA, formats.text)
        set_up_print(sheet, title)
        return
    current = "Todo el período" if figures.latest is None else spanish.month(figures.latest).capitalize()
    before = "Mes anterior" if figures.before is None else spanish.month(figures.before).capitalize()
    sheet.write_string(row, 0, "Cifras clave", formats.section)
    columns = [
        Column("Indicador", itemgetter("label")),
        Column(current, itemgetter("shown")),
        Column("Intervalo de confianza del 95 %", itemgetter("interval")),
        Column("Respuestas", itemgetter("sample"), "integer"),
        Column(before, itemgetter("previous")),
        Column("Cambio", itemgetter("change")),
        Column("Lectura del cambio", itemgetter("verdict")),
        Column("Todo el período", itemgetter("overall")),
    ]
    lines = [
        {
            "label": key.measure.label,
            "shown": written(key.shown.value, key.measure.unit),
            "interval": _caution(key.shown, key.measure.unit),
            "sample": key.shown.sample_size,
            "previous": written(key.previous.value, key.measure.unit) if key.previous else spanish.ABSENT,
            "change": key.change_text,
            "verdict": _VERDICTS[key.verdict] if key.change is not None else "Sin mes anterior con el que comparar",
            "overall": written(key.overall.value, key.measure.unit),
        }
        for key in figures.keys
    ]
    first = row + 2
    row = write_table(sheet, formats, row + 1, columns, lines, is_main=False)
    for text, cell in (("Mejora", formats.good), ("Deterioro", formats.bad)):
        rule = {"type": "text", "criteria": "begins with", "value": text, "format": cell}
        sheet.conditional_format(first, 6, row - 1, 6, rule)
    urgent = spanish.count(urgencies["high"], "comentario", "comentarios")
    sheet.write_string(row + 1, 0, f"{urgent} de urgencia alta en la hoja «Urgentes».", formats.text)
    row += 3
    if recommendations:
        row = _add_recommendations(sheet, formats, row, recommendations)
    sheet.write_string(row, 0, "De dónde salen estas cifras", formats.section)
    provenance = [
        Column("Lote", itemgetter("batch")),
        Column("Filas", itemgetter("rows"), "integer"),
        Column("Comentarios sin duplicados", itemgetter("counted"), "integer"),
        Column("Con contenido", itemgetter("informative"), "integer"),
        Column("Primer comentario", lambda batch: spanish.local(batch["first_comment"]), "date"),
        Column("Último comentario", lambda batch: spanish.local(batch["last_comment"]), "date"),
        Column("Leído el", lambda batch: spanish.local(batch["ingested_at"]), "datetime"),
    ]
    row = write_table(sheet, formats, row + 1, provenance, batches, is_main=False)
    for place, line in enumerate(_METHOD, start=row + 1):
        sheet.write_string(place, 0, line, formats.subtitle)
    set_up_print(sheet, title)
    sheet.activate()


_METHOD = (
    "El NPS es el porcentaje de promotores (9 y 10) menos el de detractores (0 a 6). Cada comentario cuenta una vez.",
    "El intervalo dice entre qué valores está la cifra real con un 95 % de confianza. Con menos de 30 respuestas la "
    "cifra es solo orientativa.",
    "Un cambio es claro cuando supera lo que puede explicar el azar de la muestra.",
)


def _caution(figure: Figure, unit: Unit) -> str:
    if unit is Unit.COMMENTS:
        return "recuento completo"
    text = interval(figure, unit)
    return f"{text} (muestra pequeña)" if figure.is_small_sample else text


def _add_recommendations(sheet: Any, formats: Formats, row: int, recommendations: Sequence[Row]) -> int:
    sheet.write_string(row, 0, "Recomendaciones", formats.section)
    for place, header in enumerate(("Acción", "Esfuerzo", "Por qué")):
        sheet.write_string(row + 1, place, header, formats.header)
    row += 2
    for advice in recommendations:
        title, why = f"{advice['rank']}. {advice['title']}", advice["why"]
        # A row grows with the longer of the two texts: 30 characters a line on the left, 115 in the merged cells.
        sheet.set_row(row, 15 * max(1, -(-len(title) // 30), -(-len(why) // 115)))
        write_text(sheet, row, 0, title, formats, wrapped=True)
        write_text(sheet, row, 1, labels.label(labels.EFFORTS, advice["effort"]), formats)
        sheet.merge_range(row, 2, row, 7, "", formats.wrapped)
        write_text(sheet, row, 2, why, formats, wrapped=True)
        row += 1
    return row + 1


def add_themes(workbook: Any, formats: Formats, themes: ThemeFigures, texts: Mapping[str, str]) -> None:
    """Every theme with its figures and an example."""
    sheet = workbook.add_worksheet("Temas")
    notes = ["Menciones en comentarios con contenido. Un comentario puede tratar varios temas."]
    if not themes.is_whole:
        notes.append("El impacto, la prioridad y la tendencia se calculan con todas las fuentes: vea el libro general.")
    if not themes.rows:
        notes.append(_NO_DATA)
    row = write_title(sheet, formats, "Temas", notes)
    columns = [
        Column("Tema", itemgetter("label"), width=26),
        Column("Menciones", itemgetter("mentions"), "integer", 12),
        Column("% de comentarios", itemgetter("share"), "percent", 13),
        Column("% negativas", itemgetter("negative_share"), "percent", 12),
        Column("Negativas", itemgetter("mentions_negative"), "integer", 11),
        Column("Mixtas", itemgetter("mentions_mixed"), "integer", 11),
        Column("Neutras", itemgetter("mentions_neutral"), "integer", 11),
        Column("Positivas", itemgetter("mentions_positive"), "integer", 11),
        Column("NPS", itemgetter("nps"), "decimal", 10),
        Column("Respuestas NPS", itemgetter("nps_sample"), "integer", 12),
        Column("Impacto en el NPS", itemgetter("nps_impact"), "change", 12),
        Column("Prioridad (0 a 100)", itemgetter("priority"), "decimal", 12),
        Column("Tendencia", lambda theme: labels.label(labels.TRENDS, theme["trend"]), width=22),
        Column("Avisos", _warnings, width=30),
        Column("Ejemplo", lambda theme: _first_text(theme["examples"], texts), "wrapped", 70),
    ]
    end = write_table(sheet, formats, row, columns, themes.rows)
    if themes.rows:
        sheet.conditional_format(
            row + 1,
            3,
            end - 1,
            3,
            {
                "type": "data_bar",
                "bar_color": "#e9a79b",
                "bar_solid": True,
                "min_type": "num",
                "min_value": 0,
                "max_type": "num",
                "max_value": 1,
            },
        )
        sheet.conditional_format(
            row + 1, 10, end - 1, 10, {"type": "cell", "criteria": "<", "value": 0, "format": formats.bad}
        )
        sheet.conditional_format(
            row + 1, 10, end - 1, 10, {"type": "cell", "criteria": ">", "value": 0, "format": formats.good}
        )
    set_up_print(sheet, "Temas")


def _warnings(theme: Row) -> str:
    found = []
    if theme["is_small_sample"]:
        found.append("Muestra pequeña")
    if theme["is_spike"]:
        found.append("Pico en el último mes")
    return "; ".join(found)


def _first_text(comment_ids: Sequence[str] | None, texts: Mapping[str, str]) -> str:
    return next((texts[comment_id] for comment_id in comment_ids or () if comment_id in texts), "")


def add_trends(workbook: Any, formats: Formats, figures: Figures) -> None:
    """NPS, sentiment and volume by month, with Excel's own charts."""
    sheet = workbook.add_worksheet("Tendencias")
    notes = ["Una fila por mes calendario (hora de Asunción). Los comentarios sin fecha no entran en esta hoja."]
    if not figures.months:
        notes.append("No hay comentarios con fecha para mostrar.")
    row = write_title(sheet, formats, "Tendencias", notes)
    lines = [
        {"month": datetime(int(month[:4]), int(month[5:7]), 1)}
        | {metric: figures.by_month.get(month, {}).get(metric) for metric in ("nps", "volume", *SENTIMENT_METRICS)}
        for month in figures.months
    ]
    columns = [
        Column("Mes", itemgetter("month"), "month", 12),
        Column("NPS", _value("nps"), "decimal", 9),
        Column("NPS desde", _value("nps", "low"), "decimal", 9),
        Column("NPS hasta", _value("nps", "high"), "decimal", 9),
        Column("Respuestas NPS", _value("nps", "sample_size"), "integer", 11),
        Column("Comentarios", _value("volume"), "integer", 12),
        *(Column(f"% {labels.SENTIMENTS[code].lower()}s", _value(f"{code}_share"), "percent", 11) for code in _STACK),
    ]
    end = write_table(sheet, formats, row, columns, lines)
    if lines:
        _add_trend_charts(workbook, sheet, row + 1, end - 1)
    set_up_print(sheet, "Tendencias")


def _value(metric: str, part: str = "value") -> Any:
    def value(line: Row) -> Any:
        figure = line[metric]
        return None if figure is None else getattr(figure, part)

    return value


def _add_trend_charts(workbook: Any, sheet: Any, first: int, last: int) -> None:
    name = sheet.get_name()
    months = [name, first, 0, last, 0]

    def series(column: int, color: str, **more: Any) -> dict[str, Any]:
        return (
            {"name": [name, first - 1, column], "categories": months, "values": [name, first, column, last, column]}
            | {"line": {"color": color, "width": 2.25}}
            | more
        )

    faint = {"line": {"color": "#9fbfe3", "width": 1, "dash_type": "dash"}}
    nps = workbook.add_chart({"type": "line"})
    nps.add_series(series(1, LIGHT.accent, marker={"type": "circle", "size": 5, "fill": {"color": LIGHT.accent}}))
    nps.add_series(series(2, LIGHT.accent) | faint)
    nps.add_series(series(3, LIGHT.accent) | faint)
    mix = workbook.add_chart({"type": "column", "subtype": "percent_stacked"})
    for place, code in enumerate(_STACK):
        color = getattr(LIGHT, code)
        mix.add_series(series(6 + place, color, fill={"color": color}, line={"none": True}, gap=40))
    volume = workbook.add_chart({"type": "column"})
    volume.add_series(series(5, LIGHT.accent, fill={"color": LIGHT.accent}, line={"none": True}, gap=40))
    titled = (
        (nps, "NPS por mes, con su intervalo del 95 %", "NPS", "0"),
        (mix, "Sentimiento por mes", None, "0%"),
        (volume, "Comentarios por mes", None, "#,##0"),
    )
    for place, (chart, title, axis, shape) in enumerate(titled):
        chart.set_title({"name": title, "name_font": {"size": 13}, "overlay": False})
        chart.set_x_axis({"num_format": "mmm yyyy", "label_position": "low", "text_axis": True})
        chart.set_y_axis(
            {
                "name": axis or "",
                "num_format": shape,
                "major_gridlines": {"visible": True, "line": {"color": LIGHT.grid}},
            }
        )
        chart.set_legend({"none": True} if place == 2 else {"position": "bottom"})
        chart.set_size({"width": 640, "height": 300})
        sheet.insert_chart(first - 1 + 16 * place, 11, chart, {"object_position": 3, "description": title})


def add_priorities(workbook: Any, formats: Formats, themes: ThemeFigures) -> None:
    """The priority matrix: themes by how often and how badly they are spoken of."""
    sheet = workbook.add_worksheet("Prioridades")
    notes = [
        "Arriba y a la derecha, los temas frecuentes y mal valorados.",
        "La prioridad combina frecuencia, negatividad e impacto en el NPS; el impacto es una asociación, no una causa.",
    ]
    if not themes.rows:
        notes.append(_NO_DATA)
    row = write_title(sheet, formats, "Prioridades", notes)
    columns = [
        Column("Orden", itemgetter("rank"), "integer", 8),
        Column("Tema", itemgetter("label"), width=26),
        Column("% de comentarios", itemgetter("share"), "percent", 13),
        Column("% negativas", itemgetter("negative_share"), "percent", 12),
        Column("Impacto en el NPS", itemgetter("nps_impact"), "change", 12),
        Column("Impacto desde", itemgetter("nps_impact_low"), "change", 12),
        Column("Impacto hasta", itemgetter("nps_impact_high"), "change", 12),
        Column("Prioridad (0 a 100)", itemgetter("priority"), "decimal", 12),
        Column("Avisos", _warnings, width=30),
    ]
    end = write_table(sheet, formats, row, columns, themes.rows)
    if themes.rows:
        sheet.conditional_format(
            row + 1,
            7,
            end - 1,
            7,
            {
                "type": "data_bar",
                "bar_color": "#e9a79b",
                "bar_solid": True,
                "min_type": "num",
                "min_value": 0,
                "max_type": "num",
                "max_value": 100,
            },
        )
        first, last = row + 1, end - 1
        chart = workbook.add_chart({"type": "scatter"})
        names = [{"value": f"=Prioridades!$B${line + 1}"} for line in range(first, last + 1)]
        chart.add_series(
            {
                "name": "Temas",
                "categories": ["Prioridades", first, 2, last, 2],
                "values": ["Prioridades", first, 3, last, 3],
                "marker": {
                    "type": "circle",
                    "size": 9,
                    "fill": {"color": LIGHT.negative},
                    "border": {"color": "#ffffff"},
                },
                "data_labels": {"value": True, "custom": names, "position": "right", "font": {"size": 9}},
            }
        )
        chart.set_title({"name": "Matriz de prioridades", "name_font": {"size": 13}})
        chart.set_x_axis(
            {
                "name": "Comentarios que lo mencionan",
                "num_format": "0%",
                "min": 0,
                "major_gridlines": {"visible": True, "line": {"color": LIGHT.grid}},
            }
        )
        chart.set_y_axis(
            {
                "name": "Menciones negativas",
                "num_format": "0%",
                "min": 0,
                "max": 1,
                "major_gridlines": {"visible": True, "line": {"color": LIGHT.grid}},
            }
        )
        chart.set_legend({"none": True})
        chart.set_size({"width": 900, "height": 460})
        sheet.insert_chart(end + 1, 0, chart, {"object_position": 3, "description": "Matriz de prioridades"})
    set_up_print(sheet, "Prioridades")


def add_urgent(workbook: Any, formats: Formats, urgent: Iterable[Row], urgencies: Mapping[str, int], most: int) -> None:
    """Whom to call first."""
    sheet = workbook.add_worksheet("Urgentes")
    total = urgencies["high"] + urgencies["medium"]
    notes = [
        f"{spanish.number(urgencies['high'])} de urgencia alta y {spanish.number(urgencies['medium'])} de urgencia "
        "media; primero lo más urgente y lo más reciente."
    ]
    if total > most:
        notes.append(f"Se muestran los primeros {spanish.number(most)}; el resto está en las exportaciones.")
    if not total:
        notes.append("No hay comentarios urgentes.")
    row = write_title(sheet, formats, "Urgentes", notes)
    columns = [
        Column("Urgencia", itemgetter("urgency"), width=11),
        Column("Fecha", itemgetter("commented_at"), "datetime", 17),
        Column("Cliente", itemgetter("customer_id"), width=18),
        Column("Comentario", itemgetter("text"), "wrapped", 80),
        Column("Palabras que lo indican", lambda line: ", ".join(line["urgency_evidence"] or ()), "wrapped", 26),
        Column("NPS", itemgetter("nps"), "integer", 8),
        Column("Sentimiento", itemgetter("sentiment"), width=13),
        Column("Temas", itemgetter("themes"), "wrapped", 30),
        Column("Archivo", lambda line: line["source_file"] or line["batch"], width=28),
        Column("Hoja", itemgetter("sheet"), width=14),
        Column("Fila", itemgetter("row_number"), "integer", 9),
    ]
    end = write_table(sheet, formats, row, columns, urgent)
    rule = {"type": "cell", "criteria": "==", "value": f'"{labels.URGENCIES["high"]}"', "format": formats.bad}
    sheet.conditional_format(row + 1, 0, max(end - 1, row + 1), 0, rule)
    set_up_print(sheet, "Urgentes")


def add_emergent(
    workbook: Any, formats: Formats, emergent: Sequence[Row], texts: Mapping[str, str], *, is_limited: bool
) -> None:
    """What customers speak of that the taxonomy lacks."""
    sheet = workbook.add_worksheet("Temas emergentes")
    notes = ["Asuntos de los que hablan los clientes y que todavía no figuran en la lista de temas."]
    if is_limited:
        notes.append("Se descubren con todas las fuentes a la vez: vea el libro general.")
    elif not emergent:
        notes.append("No se encontraron temas emergentes.")
    row = write_title(sheet, formats, "Temas emergentes", notes)
    columns = [
        Column("Asunto", itemgetter("label"), width=32),
        Column("Comentarios", itemgetter("mentions"), "integer", 13),
        Column("Palabras clave", lambda theme: ", ".join(theme["keywords"] or ()), "wrapped", 44),
        Column("Visto por primera vez", lambda theme: spanish.local(theme["first_seen"]), "date", 14),
        Column("Ejemplo", lambda theme: _first_text(theme["examples"], texts), "wrapped", 80),
    ]
    write_table(sheet, formats, row, columns, emergent)
    set_up_print(sheet, "Temas emergentes")


def add_detail(workbook: Any, formats: Formats, detail: Iterable[Row], comments: int, most: int) -> None:
    """Every comment with what was made of it and where it stands in its file."""
    sheet = workbook.add_worksheet("Detalle")
    notes = ["Una fila por comentario, sin duplicados; los datos personales están reemplazados por marcas."]
    if comments > most:
        notes.append(
            f"Se muestran los {spanish.number(most)} más recientes de {spanish.number(comments)}; "
            "el resto está en las exportaciones (Parquet, CSV, JSON)."
        )
    if not comments:
        notes.append(_NO_DATA)
    row = write_title(sheet, formats, "Detalle", notes)
    columns = [
        Column("Fecha", itemgetter("commented_at"), "datetime", 17),
        Column("Comentario", itemgetter("text"), width=80),
        Column("NPS", itemgetter("nps"), "integer", 7),
        Column("Grupo NPS", itemgetter("nps_group"), width=12),
        Column("Calificación", itemgetter("rating"), "decimal", 12),
        Column("Escala", itemgetter("rating_scale"), width=8),
        Column("Sentimiento", itemgetter("sentiment"), width=13),
        Column("Puntaje (−1 a 1)", itemgetter("score"), "score", 11),
        Column("Urgencia", itemgetter("urgency"), width=11),
        Column("Emociones", itemgetter("emotions"), width=24),
        Column("Temas", itemgetter("themes"), width=34),
        Column("Idioma", itemgetter("language"), width=14),
        Column("Con contenido", itemgetter("is_informative"), width=11),
        Column("Archivo", lambda line: line["source_file"] or line["batch"], width=28),
        Column("Hoja", itemgetter("sheet"), width=14),
        Column("Fila", itemgetter("row_number"), "integer", 9),
        Column("Id. de comentario", itemgetter("comment_id"), width=22),
    ]
    end = write_table(sheet, formats, row, columns, detail)
    last = max(end - 1, row + 1)
    for place, word, cell in (
        (6, labels.SENTIMENTS["negative"], formats.bad),
        (6, labels.SENTIMENTS["positive"], formats.good),
        (6, labels.SENTIMENTS["mixed"], formats.warn),
        (8, labels.URGENCIES["high"], formats.bad),
        (3, labels.NPS_GROUPS["detractor"], formats.bad),
        (3, labels.NPS_GROUPS["promoter"], formats.good),
    ):
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": cell}
        sheet.conditional_format(row + 1, place, last, place, rule)
    set_up_print(sheet, "Detalle")
