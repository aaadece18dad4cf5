"""What stands on each sheet of the workbook."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from fiber_pipeline.outputs import labels, spanish
from fiber_pipeline.outputs.figures import SENTIMENT_METRICS, Figures, KeyFigure, Unit
from fiber_pipeline.outputs.palette import LIGHT
from fiber_pipeline.outputs.reading import Row
from fiber_pipeline.outputs.spreadsheet import (
    MONTH_FORMAT,
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
    sentences: Sequence[str],
    recommendations: Sequence[Row],
    *,
    note: str,
    has_trend: bool,
) -> None:
    """What there is to know at a glance: sentences, key figures against the month before, recommendations."""
    sheet = workbook.add_worksheet("Resumen")
    title = "Voz del cliente: resumen de comentarios"
    row = write_title(sheet, formats, title, [note])
    for place, width in enumerate((36, 15, 14, 14, 11, 15, 15, 30, 15)):
        sheet.set_column(place, place, width)
    if not figures.keys:
        sheet.write_string(row, 0, _NO_DATA, formats.text)
        set_up_print(sheet, title)
        return
    for sentence in sentences:
        sheet.merge_range(row, 0, row, 8, "", formats.wrapped)
        # The merged cells hold some 160 characters a line.
        sheet.set_row(row, 15.5 * -(-len(sentence) // 160))
        write_text(sheet, row, 0, f"• {sentence}", formats, wrapped=True)
        row += 1
    row = _add_key_figures(sheet, formats, row + 1, figures)
    if recommendations:
        row = _add_recommendations(sheet, formats, row, recommendations)
    if has_trend:
        first, last = TREND_TABLE_ROW + 1, TREND_TABLE_ROW + len(figures.months)
        chart = _nps_chart(workbook, _TRENDS, first, last)
        chart.set_size({"width": 900, "height": 260})
        sheet.insert_chart(row, 0, chart, {"object_position": 3, "description": _NPS_TITLE})
        row += 14
    for place, line in enumerate(_METHOD, start=row):
        sheet.write_string(place, 0, line, formats.subtitle)
    set_up_print(sheet, title, is_one_page=True)
    sheet.activate()


_METHOD = (
    "El NPS es el porcentaje de promotores (9 y 10) menos el de detractores (0 a 6). Cada comentario cuenta una vez.",
    "El intervalo dice entre qué valores está la cifra real con un 95 % de confianza. Con menos de 30 respuestas la "
    "cifra es solo orientativa.",
    "Un cambio es claro cuando supera lo que puede explicar el azar de la muestra.",
)
_UNIT_KINDS = {Unit.POINTS: "decimal", Unit.SHARE: "percent", Unit.COMMENTS: "integer"}
_CHANGE_KINDS = {Unit.POINTS: "change", Unit.SHARE: "points", Unit.COMMENTS: "whole_change"}


def _add_key_figures(sheet: Any, formats: Formats, row: int, figures: Figures) -> int:
    sheet.write_string(row, 0, "Cifras clave", formats.section)
    current = "Todo el período" if figures.latest is None else spanish.month(figures.latest).capitalize()
    before = "Mes anterior" if figures.before is None else spanish.month(figures.before).capitalize()
    row += 1
    sheet.set_row(row, 32)
    headers = (current, "Desde (95 %)", "Hasta (95 %)", "Muestra", before, "Cambio")
    sheet.write_string(row, 0, "Indicador", formats.header)
    for place, header in enumerate(headers, start=1):
        sheet.write_string(row, place, header, formats.number_header)
    sheet.write_string(row, 7, "Lectura del cambio", formats.header)
    sheet.write_string(row, 8, "Todo el período", formats.number_header)
    first = row + 1
    for row, key in enumerate(figures.keys, start=first):
        number = formats.numbers[_UNIT_KINDS[key.measure.unit]]
        shown = key.shown
        change = key.change
        if change is not None and key.measure.unit is Unit.SHARE:
            change *= 100
        sheet.write_string(row, 0, key.measure.label, formats.strong)
        cells = (
            (1, shown.value, number),
            (2, shown.low, number),
            (3, shown.high, number),
            (4, shown.sample_size, formats.numbers["integer"]),
            (5, key.previous.value if key.previous else None, number),
            (6, change, formats.numbers[_CHANGE_KINDS[key.measure.unit]]),
            (8, key.overall.value, number),
        )
        for place, value, cell in cells:
            if value is None:
                sheet.write_string(row, place, spanish.ABSENT, formats.absent)
            else:
                sheet.write_number(row, place, value, cell)
        sheet.write_string(row, 7, _reading(key), formats.text)
    for text, cell in (("Mejora", formats.good), ("Deterioro", formats.bad), ("Muestra", formats.warn)):
        rule = {"type": "text", "criteria": "begins with", "value": text, "format": cell}
        sheet.conditional_format(first, 7, row, 7, rule)
    return row + 2


def _reading(key: KeyFigure) -> str:
    if key.shown.is_small_sample:
        return "Muestra pequeña: solo orienta"
    if key.change is None:
        return "Sin mes anterior"
    return "" if key.measure.unit is Unit.COMMENTS else _VERDICTS[key.verdict]


def _add_recommendations(sheet: Any, formats: Formats, row: int, recommendations: Sequence[Row]) -> int:
    sheet.write_string(row, 0, "Recomendaciones", formats.section)
    row += 1
    for place, header in enumerate(("Acción", "Esfuerzo", "Por qué", *[""] * 6)):
        sheet.write_string(row, place, header, formats.header)
    for row, advice in enumerate(recommendations, start=row + 1):  # noqa: B020 - rows go on from the header
        title, why = f"{advice['rank']}. {advice['title']}", advice["why"]
        # A row is as high as the longer text: some 36 characters a line on the left, 115 in the merged cells.
        sheet.set_row(row, 15.5 * max(-(-len(title) // 34), -(-len(why) // 110)))
        sheet.merge_range(row, 2, row, 8, "", formats.wrapped)
        write_text(sheet, row, 0, title, formats, wrapped=True)
        write_text(sheet, row, 1, labels.label(labels.EFFORTS, advice["effort"]), formats)
        write_text(sheet, row, 2, why, formats, wrapped=True)
    return row + 2


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
        Column("Tendencia", lambda theme: labels.label(labels.TRENDS, theme["trend"]), "wrapped", 13),
        Column("Avisos", _warnings, "wrapped", 20),
        Column("Ejemplo", lambda theme: _first_text(theme["examples"], texts), "wrapped", 50),
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


_TRENDS = "Tendencias"
TREND_TABLE_ROW = 3
_NPS_TITLE = "NPS por mes, con su intervalo del 95 %"


def add_trends(workbook: Any, formats: Formats, figures: Figures) -> None:
    """NPS, sentiment and volume by month, with Excel's own charts."""
    sheet = workbook.add_worksheet(_TRENDS)
    note = (
        "Una fila por mes calendario, hora de Asunción; los comentarios sin fecha no entran en esta hoja."
        if figures.months
        else "No hay comentarios con fecha para mostrar."
    )
    row = write_title(sheet, formats, _TRENDS, [note])
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
        Column("Respuestas NPS", _value("nps", "sample_size"), "integer", 12),
        Column("Comentarios", _value("volume"), "integer", 13),
        *(Column(_PLURALS[code], _value(f"{code}_share"), "percent", 11) for code in _STACK),
    ]
    end = write_table(sheet, formats, row, columns, lines)
    if lines:
        _add_trend_charts(workbook, sheet, row + 1, end - 1)
    set_up_print(sheet, _TRENDS, is_one_page=True)


_PLURALS = {"negative": "Negativos", "mixed": "Mixtos", "neutral": "Neutros", "positive": "Positivos"}


def _value(metric: str, part: str = "value") -> Callable[[Row], Any]:
    def value(line: Row) -> Any:
        figure = line[metric]
        return None if figure is None else getattr(figure, part)

    return value


def _series(sheet: str, first: int, last: int, column: int, **look: Any) -> dict[str, Any]:
    return {
        "name": [sheet, first - 1, column],
        "categories": [sheet, first, 0, last, 0],
        "values": [sheet, first, column, last, column],
        **look,
    }


def _nps_chart(workbook: Any, sheet: str, first: int, last: int) -> Any:
    chart = workbook.add_chart({"type": "line"})
    marker = {"type": "circle", "size": 5, "fill": {"color": LIGHT.accent}, "border": {"color": LIGHT.accent}}
    line = {"color": LIGHT.accent, "width": 2.25}
    faint = {"color": "#8fb3de", "width": 1, "dash_type": "dash"}
    chart.add_series(_series(sheet, first, last, 1, line=line, marker=marker))
    chart.add_series(_series(sheet, first, last, 2, line=faint))
    chart.add_series(_series(sheet, first, last, 3, line=faint))
    _dress(chart, _NPS_TITLE, {"num_format": "0"}, is_keyed=True)
    return chart


def _dress(chart: Any, title: str, y_axis: dict[str, Any], *, is_keyed: bool) -> None:
    grid = {"visible": True, "line": {"color": LIGHT.grid}}
    chart.set_title({"name": title, "name_font": {"size": 13}})
    chart.set_x_axis({"num_format": MONTH_FORMAT, "label_position": "low", "text_axis": True})
    chart.set_y_axis({"major_gridlines": grid, "line": {"none": True}, **y_axis})
    chart.set_legend({"position": "bottom"} if is_keyed else {"none": True})


def _add_trend_charts(workbook: Any, sheet: Any, first: int, last: int) -> None:
    name = sheet.get_name()
    mix = workbook.add_chart({"type": "column", "subtype": "percent_stacked"})
    for place, code in enumerate(_STACK, start=6):
        mix.add_series(_series(name, first, last, place, fill={"color": getattr(LIGHT, code)}, gap=40))
    _dress(mix, "Sentimiento por mes", {"num_format": "0%"}, is_keyed=True)
    volume = workbook.add_chart({"type": "column"})
    volume.add_series(_series(name, first, last, 5, fill={"color": LIGHT.accent}, gap=40))
    _dress(volume, "Comentarios por mes", {"num_format": "#,##0", "min": 0}, is_keyed=False)
    charts = ((_nps_chart(workbook, name, first, last), _NPS_TITLE), (mix, "Sentimiento por mes"), (volume, "Volumen"))
    for place, (chart, description) in enumerate(charts):
        chart.set_size({"width": 680, "height": 300})
        sheet.insert_chart(first - 1 + 16 * place, 11, chart, {"object_position": 3, "description": description})


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
        Column("Avisos", _warnings, "wrapped", 20),
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
        # Beginning with its number, no name of a theme can be taken for a formula.
        names = [{"value": f"{theme['rank']}. {theme['label']}"} for theme in themes.rows]
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
        chart.set_size({"width": 900, "height": 400})
        sheet.insert_chart(end + 1, 0, chart, {"object_position": 3, "description": "Matriz de prioridades"})
    set_up_print(sheet, "Prioridades", is_one_page=True)


def add_calls(workbook: Any, formats: Formats, calls: Sequence[Row], high: int, most: int) -> None:
    """Whom to call first; `calls` is one longer than `most` where there are more."""
    sheet = workbook.add_worksheet("Urgentes")
    notes = [
        f"{spanish.count(high, 'comentario', 'comentarios')} de urgencia alta en todo el período. Primero, los que "
        "conviene atender antes: urgentes o con riesgo de baja, y recientes.",
    ]
    if len(calls) > most:
        notes.append(f"Se muestran los primeros {spanish.number(most)}; el resto está en las exportaciones.")
    if not calls:
        notes.append("No hay comentarios urgentes ni con riesgo de baja.")
    row = write_title(sheet, formats, "Urgentes", notes)
    columns = [
        Column("Cliente", itemgetter("customer_id"), width=18),
        Column("Fecha", itemgetter("commented_at"), "datetime", 17),
        Column("Comentario", itemgetter("text"), "wrapped", 64),
        Column("Por qué llamar", lambda line: ", ".join(line["reasons"]), "wrapped", 34),
        Column("Urgencia", itemgetter("urgency"), width=11),
        Column("NPS", itemgetter("nps"), "integer", 8),
        Column("Sentimiento", itemgetter("sentiment"), width=14),
        Column("Temas", itemgetter("themes"), "wrapped", 30),
        Column("Archivo", lambda line: line["source_file"] or line["batch"], width=26),
        Column("Hoja", itemgetter("sheet"), width=12),
        Column("Fila", itemgetter("row_number"), "integer", 9),
    ]
    end = write_table(sheet, formats, row, columns, calls[:most])
    rule = {"type": "cell", "criteria": "==", "value": f'"{labels.URGENCIES["high"]}"', "format": formats.bad}
    sheet.conditional_format(row + 1, 4, max(end - 1, row + 1), 4, rule)
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


def add_provenance(workbook: Any, formats: Formats, batches: Sequence[Row], engines: Sequence[Row]) -> None:
    """The files everything rests on, and who made the annotations."""
    sheet = workbook.add_worksheet("Procedencia")
    row = write_title(
        sheet, formats, "Procedencia", ["Los archivos analizados y los motores que hicieron cada análisis."]
    )
    if engines:
        columns = [
            Column("Paso", itemgetter("step")),
            Column("Comentarios", itemgetter("comments"), "integer"),
            Column("Como reemplazo", itemgetter("fallbacks"), "integer"),
            Column("Motor", itemgetter("engine")),
            Column("Modelo o versión", itemgetter("model")),
        ]
        row = write_table(sheet, formats, row, columns, engines, is_main=False) + 1
    columns = [
        Column("Lote", itemgetter("batch"), width=44),
        Column("Filas", itemgetter("rows"), "integer", 13),
        Column("Sin duplicados", itemgetter("counted"), "integer", 14),
        Column("Con contenido", itemgetter("informative"), "integer", 20),
        Column("Primer comentario", lambda batch: spanish.local(batch["first_comment"]), "date", 20),
        Column("Último comentario", lambda batch: spanish.local(batch["last_comment"]), "date", 16),
        Column("Leído el", lambda batch: spanish.local(batch["ingested_at"]), "datetime", 17),
    ]
    write_table(sheet, formats, row, columns, batches)
    set_up_print(sheet, "Procedencia")
