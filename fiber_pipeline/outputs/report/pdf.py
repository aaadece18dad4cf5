"""The report as a PDF: tagged, with alternative texts (PDF/UA-1), fonts inside, made by Typst without a network.

What comes from comments reaches the template as data, where a string is text and cannot be markup.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

from fiber_pipeline import __version__
from fiber_pipeline.outputs import charts
from fiber_pipeline.outputs.guide import BASICS_TITLE, FIGURE_HEADERS, FIGURES_TITLE, TRAIL_TITLE, Guide
from fiber_pipeline.outputs.palette import LIGHT
from fiber_pipeline.outputs.rendering import chart_svg
from fiber_pipeline.outputs.report.drawings import Drawing, Header
from fiber_pipeline.outputs.report.page import inert

Part = dict[str, Any]

# Typst brings it along, so that the document is the same on any machine.
_FONT = "Libertinus Serif"
# What the document's own font can show; a PDF/UA must not hold a letter that its fonts lack.
_UNKNOWN = re.compile(
    "[^\\n\u0020-\u007e\u00a0-\u00ac\u00ae-\u024f\u0300-\u036f\u0370-\u0373\u1e00-\u1eff\u2010-\u2027\u2030-\u2040"
    "\u2070-\u2071\u2074-\u208e\u20a0-\u20bf\u2200-\u22ff]+"
)
_EMOJI = re.compile("[\u2190-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")


def render_pdf(model: Mapping[str, Any], moment: datetime) -> bytes:
    """The report as a PDF, the same for the same model and moment.

    It holds what the page holds but for the list of comments, of which each theme keeps its best examples. A sign that
    the document's font lacks, such as an emoji, is written as `[emoji]` or `[?]`.
    """
    import typst

    document: bytes = typst.compile(
        (files(__package__) / "templates" / "report.typ").read_bytes(),
        sys_inputs={"data": json.dumps(_data(model), ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=int(moment.timestamp()),
    )
    return document


def shown(text: object) -> str:
    """The text in letters that the document's font has."""
    return _UNKNOWN.sub(lambda found: "[emoji]" if _EMOJI.search(found.group()) else "[?]", inert(text))


def _data(model: Mapping[str, Any]) -> dict[str, Any]:
    """What the template lays out."""
    return {
        "title": model["title"],
        "heading": model["heading"],
        "scope": shown(model["scope"]),
        "font": _FONT,
        "footer": f"Preparado el {model['written_at']} (hora de Asunción) con fiber_pipeline {__version__}",
        "colors": {"ink": LIGHT.ink, "faint": LIGHT.faint, "accent": LIGHT.accent, "grid": LIGHT.grid},
        "parts": [
            {"title": title, "content": content, "on_new_page": title == model["guide"].title}
            for title, content in (
                ("Resumen ejecutivo", _summary(model)),
                ("Recomendaciones", _recommendations(model)),
                ("Evolución", [_drawing(it) for it in model["trends"]]),
                ("Temas y prioridades", _themes(model)),
                ("Preguntas", _questions(model)),
                ("Comentarios urgentes", _urgent(model)),
                ("Pronósticos", _forecasts(model)),
                ("Temas emergentes", _emergent(model)),
                ("Cómo es la muestra", [_drawing(it) for it in model["makeup"]]),
                ("Procedencia", _provenance(model)),
                (model["guide"].title, _guide(model["guide"])),
            )
            if content
        ],
    }


def _summary(model: Mapping[str, Any]) -> list[Part]:
    if not model["comments"]:
        return [_text(f"Todavía no hay datos: no se analizó ningún comentario{model['empty_scope']}.")]
    if not model["cards"]:
        return [_text("Las cifras de estos comentarios todavía no están calculadas.")]
    columns = [
        Header("Indicador", number=False),
        Header("Valor"),
        Header("Intervalo 95 %"),
        Header("Muestra"),
        Header("Todo el período"),
        Header("Cambio", number=False),
    ]
    figures = [
        (
            card["label"],
            card["value"],
            card["interval"],
            f"{card['sample']}{' (muestra pequeña)' if card['is_small'] and card['sample'] else ''}",
            card["overall"],
            card["change"],
        )
        for card in model["cards"]
    ]
    return [
        _list(sentence["text"] for sentence in model["sentences"]),
        *([_note(model["sentences_note"])] if model["sentences_note"] else []),
        _table(f"Cifras clave: {model['period']}", columns, figures, (3, 1.3, 2, 2.2, 1.4, 3.6)),
        *([_note(model["period_note"])] if model["period_note"] else []),
        _note(f"Qué significa cada cifra y cómo cuestionarla: «{model['guide'].title}», al final."),
    ]


def _recommendations(model: Mapping[str, Any]) -> list[Part]:
    parts: list[Part] = [
        {
            "kind": "advice",
            "title": shown(f"{place}. {advice['title']}"),
            "why": shown(advice["why"]),
            "about": shown(advice["about"]),
        }
        for place, advice in enumerate(model["recommendations"], start=1)
    ]
    return [*parts, _note(model["recommendations_note"])] if parts else []


def _themes(model: Mapping[str, Any]) -> list[Part]:
    if not model["themes"]:
        return []
    columns = [
        Header("N.º"),
        Header("Tema", number=False),
        Header("Menciones"),
        Header("% de comentarios"),
        Header("% negativas"),
        Header("NPS (respuestas)"),
        Header("Impacto en el NPS"),
        Header("Prioridad"),
        Header("Tendencia", number=False),
    ]
    lines = [
        (
            str(theme["rank"]),
            " · ".join([theme["label"], *theme["marks"]]),
            *(theme[name] for name in ("mentions", "share", "negative_share", "nps", "impact", "priority", "trend")),
        )
        for theme in model["themes"]
    ]
    charts_of_themes = [model[name] for name in ("priority_chart", "theme_chart") if model[name] is not None]
    quotes = [
        {"kind": "quotes", "label": shown(label), "texts": [shown(text) for text in texts]}
        for label, texts in model["quotes"]
    ]
    return [
        *(_drawing(it) for it in charts_of_themes),
        _table("Temas por prioridad", columns, lines, (0.6, 2.3, 1.4, 1.5, 1.4, 1.7, 2.9, 1.4, 1.4)),
        *([{"kind": "heading", "text": "Lo que dicen de cada tema"}] if quotes else []),
        *quotes,
    ]


def _questions(model: Mapping[str, Any]) -> list[Part]:
    if not model["questions"]:
        return []
    widths = (4, 1.3, 1.3, 1.3, 1.3, 1.6)
    table = _table("Lo que se dijo a cada pregunta", model["question_columns"], model["questions"], widths)
    return [_text(model["questions_note"]), table]


def _urgent(model: Mapping[str, Any]) -> list[Part]:
    if not model["comments"]:
        return []
    if not model["urgent"]:
        return [_text("No hay comentarios urgentes ni con riesgo de baja.")]
    headers = ("Comentario", "Fecha", "Cliente", "Por qué", "Temas", "Origen")
    names = ("text", "date", "customer", "reasons", "themes", "origin")
    return [
        _text(model["urgent_note"]),
        _table(
            "A quién atender primero",
            [Header(header, number=False) for header in headers],
            [[call[name] for name in names] for call in model["urgent"]],
            (3.6, 1.4, 1.5, 2.4, 1.8, 2),
        ),
    ]


def _forecasts(model: Mapping[str, Any]) -> list[Part]:
    parts = [_text(model["forecast_note"])] if model["forecast_note"] else []
    if model["forecasts"]:
        title = "Valores esperados, con su intervalo del 80 %"
        widths = (2.8, 2, 1.2, 1.2, 1.2, 1.3, 2, 1.2)
        parts.append(_table(title, model["forecast_columns"], model["forecasts"], widths))
    return parts


def _emergent(model: Mapping[str, Any]) -> list[Part]:
    parts = [_text(model["emergent_note"])] if model["emergent_note"] else []
    if model["emergent"]:
        columns = [Header("Asunto", number=False), Header("Comentarios"), Header("Palabras clave", number=False)]
        columns.append(Header("Visto por primera vez", number=False))
        names = ("label", "mentions", "keywords", "first_seen")
        lines = [[theme[name] for name in names] for theme in model["emergent"]]
        parts.append(_text("Asuntos de los que hablan los clientes y que todavía no figuran en la lista de temas."))
        parts.append(_table("", columns, lines, (3, 1.3, 4, 2)))
    return parts


def _provenance(model: Mapping[str, Any]) -> list[Part]:
    parts = []
    if model["batches"]:
        counts = [1.4] * (len(model["batch_columns"]) - 5)
        files_widths = (3.4, 1, *counts, 1.5, 1.5, 1.9)
        parts.append(_table("Archivos analizados", model["batch_columns"], model["batches"], files_widths))
    if model["batch_note"]:
        parts.append(_note(model["batch_note"]))
    if model["engines"]:
        engines_widths = (1.4, 1.8, 4, 1.4, 1.6)
        parts.append(_table("Quién hizo cada análisis", model["engine_columns"], model["engines"], engines_widths))
    return parts


def _guide(guide: Guide) -> list[Part]:
    lines = [(it.name, it.says, it.does_not_say, it.question) for it in guide.figures]
    columns = [Header(header, number=False) for header in FIGURE_HEADERS]
    return [
        _text(guide.introduction),
        {"kind": "heading", "text": BASICS_TITLE},
        {"kind": "terms", "items": [(shown(basic.term), shown(basic.text)) for basic in guide.basics]},
        _table(FIGURES_TITLE, columns, lines, (1.5, 3, 3, 3)),
        {"kind": "heading", "text": TRAIL_TITLE},
        _list(line.replace("`", "") for line in guide.trail),
    ]


def _drawing(drawing: Drawing) -> Part:
    spec = drawing.draw(LIGHT, charts.WIDE)
    return {
        "kind": "drawing",
        "title": shown(drawing.title),
        "reading": shown(drawing.reading),
        "svg": chart_svg({**spec, "config": {**spec["config"], "font": _FONT}}),
        "width": 100 if drawing.is_panoramic else 86,
    }


def _text(text: str) -> Part:
    return {"kind": "text", "text": shown(text)}


def _note(text: str) -> Part:
    return {"kind": "note", "text": shown(text)}


def _list(lines: Iterable[str]) -> Part:
    return {"kind": "list", "items": [shown(line) for line in lines]}


def _table(title: str, columns: Sequence[Header], lines: Iterable[Sequence[str]], widths: Sequence[float]) -> Part:
    """A table; `widths` say how its columns share the page."""
    return {
        "kind": "table",
        "title": shown(title),
        "headers": [column.header for column in columns],
        "numbers": [place for place, column in enumerate(columns) if column.number],
        "rows": [[shown(cell) for cell in line] for line in lines],
        "widths": list(widths),
    }
