"""What the report says, read from the warehouse and put in words: one model for the page and for the PDF."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from fiber_pipeline.insight import incomplete_batches
from fiber_pipeline.outputs import labels, spanish, wording
from fiber_pipeline.outputs.calls import read_calls
from fiber_pipeline.outputs.executive_summary import read_summary
from fiber_pipeline.outputs.figures import read_figures
from fiber_pipeline.outputs.forecasts import read_forecasts
from fiber_pipeline.outputs.guide import load_guide
from fiber_pipeline.outputs.questions import NOTE, QuestionFigures, read_questions
from fiber_pipeline.outputs.reading import Row, rows
from fiber_pipeline.outputs.report import drawings, text
from fiber_pipeline.outputs.report.drawings import Header
from fiber_pipeline.outputs.themes import read_themes
from fiber_pipeline.tables.vocabulary import LANGUAGES, NPS_GROUPS, SENTIMENTS

Model = dict[str, Any]

MOST_EXAMPLES = 1_200
_EXAMPLES_OF_EACH = 8
_MOST_CALLS = 20
_MOST_BATCHES = 24
_QUOTES = 2


def read_model(connection: duckdb.DuckDBPyConnection, source: str | None, moment: datetime) -> Model:
    """Everything that the templates lay out: texts in Spanish, charts as `Drawing`; nothing is escaped yet.

    connection: narrowed to `source` already (`insight.one_source`). moment: when the report is prepared.
    """
    figures, themes, batches = read_figures(connection), read_themes(connection), rows(connection, "batches")
    forecasts = read_forecasts(connection, themes.labels)
    high = rows(connection, "urgency_counts")[0]["high"]
    calls = read_calls(connection, _MOST_CALLS + 1)
    recommendations = rows(connection, "recommendations")
    # Found in everything at once, so that they are no single source's.
    emergent = rows(connection, "emergent_themes") if source is None else []
    summary, questions = read_summary(connection, source), read_questions(connection)
    has_several = any(batch["counted"] != batch["responses"] for batch in batches)

    wanted = {comment_id for row in [*themes.rows, *emergent] for comment_id in row["examples"] or ()}
    wanted |= {comment_id for row in recommendations for comment_id in row["evidence"] or ()}
    wanted |= {comment_id for sentence in summary.sentences for comment_id in sentence.evidence}
    found = rows(connection, "examples", wanted=sorted(wanted), each=_EXAMPLES_OF_EACH, most=MOST_EXAMPLES)
    places = {row["comment_id"]: place for place, row in enumerate(found, start=1)}
    shown = Counter(theme for row in found for theme in row["themes"] or ())

    comments = sum(batch["counted"] for batch in batches)
    return {
        "title": "Informe de comentarios de clientes",
        "heading": "Informe de comentarios de clientes",
        "scope": wording.coverage(batches, source, incomplete_batches(connection)),
        "empty_scope": "" if source is None else f" de la fuente «{source}»",
        "comments": comments,
        "period": spanish.month(figures.current) if figures.current else "todo el período",
        "period_note": " ".join(wording.incomplete_months(figures)),
        "cards": [text.card(key, figures) for key in figures.keys],
        "sentences": [
            {"text": sentence.text, "only": _only(sentence.evidence, places)} for sentence in summary.sentences
        ],
        "sentences_note": summary.note,
        "recommendations": [
            {
                "title": row["title"],
                "why": spanish.typeset(row["why"]),
                "about": text.about_advice(row, themes.labels),
                "only": _only(row["evidence"], places),
            }
            for row in recommendations
        ],
        "recommendations_note": wording.authors(recommendations, source),
        "trends": drawings.trend_charts(figures, forecasts),
        "themes": text.theme_rows(themes, shown),
        "theme_chart": drawings.theme_chart(themes),
        "priority_chart": drawings.priority_chart(themes),
        "questions": text.question_rows(questions),
        "questions_note": NOTE if questions.rows else "",
        "question_columns": [
            Header("Pregunta", number=False),
            Header("Respuestas"),
            Header("% con contenido"),
            Header("% positivas"),
            Header("% negativas"),
            Header("NPS (respuestas)"),
        ],
        "urgent": [_call(row, themes.labels, questions) for row in calls[:_MOST_CALLS]],
        "urgent_note": _calls_note(high, is_cut=len(calls) > _MOST_CALLS),
        "forecasts": text.forecast_rows(forecasts.rows),
        "forecast_note": forecasts.note,
        "forecast_columns": [
            Header("Indicador", number=False),
            Header("Mes", number=False),
            Header("Valor esperado"),
            Header("Desde"),
            Header("Hasta"),
            Header("Acierto en pruebas"),
            Header("Error en pruebas (de repetir el último mes)"),
            Header("Meses de historia"),
        ],
        "emergent": [
            {
                "label": row["label"],
                "mentions": spanish.number(row["mentions"]),
                "keywords": ", ".join(row["keywords"] or ()),
                "first_seen": spanish.day(row["first_seen"]),
                "only": _only(row["examples"], places),
            }
            for row in emergent
        ],
        "emergent_note": "" if source is None else wording.EMERGENT_OF_ALL.format("el informe"),
        "makeup": drawings.makeup_charts(
            rows(connection, "scores"),
            rows(connection, "languages"),
            rows(connection, "emotions"),
        ),
        "quotes": _quotes(themes.rows, {row["comment_id"]: row["text"] for row in found}),
        "examples": text.examples(found, themes, questions),
        "sample_note": f"Esta página reúne {spanish.count(len(found), 'comentario', 'comentarios')} de "
        f"{spanish.number(comments)}: los que sostienen cada cifra y una muestra reciente de cada tema, sentimiento, "
        "idioma y puntaje. Todos están en el libro de Excel y en las exportaciones.",
        "filters": _filters([(f"t{row['rank']}", row["label"]) for row in themes.rows], questions),
        "sections": _sections(
            comments > 0,
            {
                "recomendaciones": bool(recommendations),
                "evolucion": len(figures.months) > 1,
                "temas": bool(themes.rows),
                "preguntas": bool(questions.rows),
                "urgentes": True,
                "pronosticos": bool(forecasts.rows or forecasts.note),
                "emergentes": bool(emergent) or source is not None,
                "comentarios": True,
            },
        ),
        "batches": [_batch(batch, has_several=has_several) for batch in batches[:_MOST_BATCHES]],
        "batch_note": f"Y {spanish.number(len(batches) - _MOST_BATCHES)} archivos anteriores."
        if len(batches) > _MOST_BATCHES
        else "",
        "batch_columns": [
            Header("Lote", number=False),
            Header("Filas"),
            Header("Sin duplicados"),
            *([Header("Comentarios")] if has_several else []),
            Header("Con contenido"),
            Header("Primer comentario", number=False),
            Header("Último comentario", number=False),
            Header("Leído el", number=False),
        ],
        "engines": [_engine(row) for row in rows(connection, "engines")],
        "engine_columns": [
            Header("Paso", number=False),
            Header("Motor", number=False),
            Header("Modelo o versión", number=False),
            Header("Comentarios"),
            Header("Como reemplazo de otro motor"),
        ],
        "guide": load_guide(),
        "written_at": spanish.day_and_time(moment),
    }


def _only(comment_ids: Iterable[str] | None, places: Mapping[str, int]) -> str:
    return ",".join(str(places[comment_id]) for comment_id in comment_ids or () if comment_id in places)


def _quotes(themes: Sequence[Row], texts: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """For each theme its name and its best examples."""
    told = [
        (row["label"], [text.shortened(texts[name]) for name in row["examples"] or () if name in texts][:_QUOTES])
        for row in themes
    ]
    return [(label, quoted) for label, quoted in told if quoted]


def _call(row: Row, names: Mapping[str, str], questions: QuestionFigures) -> dict[str, str]:
    return {
        "date": spanish.day_and_time(row["commented_at"]),
        "customer": row["customer_id"] or spanish.ABSENT,
        "text": text.shortened(row["text"]),
        "reasons": ", ".join(row["reasons"]),
        "themes": ", ".join(names.get(theme, theme) for theme in row["themes"] or ()) or spanish.ABSENT,
        "origin": text.origin(row, questions),
    }


def _calls_note(high: int, *, is_cut: bool) -> str:
    rest = " La lista completa está en la hoja «Urgentes» del libro de Excel." if is_cut else ""
    return f"{wording.calls_note(high)}{rest}"


def _filters(themes: Sequence[tuple[str, str]], questions: QuestionFigures) -> list[dict[str, Any]]:
    def named(name: str, label: str, codes: Sequence[str], names: Mapping[str, str]) -> dict[str, Any]:
        return {"name": name, "label": label, "options": [(code, names[code]) for code in codes]}

    asked = [(key, row["question"]) for key, row in zip(questions.keys.values(), questions.rows, strict=True)]
    return [
        {"name": "theme", "label": "Tema", "options": themes},
        *([{"name": "question", "label": "Pregunta", "options": asked}] if asked else []),
        named("sentiment", "Sentimiento", SENTIMENTS, labels.SENTIMENTS),
        named("group", "Grupo NPS", NPS_GROUPS, labels.NPS_GROUPS),
        named("language", "Idioma", LANGUAGES, labels.LANGUAGES),
        named("urgency", "Urgencia", list(labels.URGENCIES), labels.URGENCIES),
    ]


def _sections(has_comments: bool, present: Mapping[str, bool]) -> list[tuple[str, str]]:
    names = {
        "recomendaciones": "Recomendaciones",
        "evolucion": "Evolución",
        "temas": "Temas",
        "preguntas": "Preguntas",
        "urgentes": "Urgentes",
        "pronosticos": "Pronósticos",
        "emergentes": "Emergentes",
        "comentarios": "Comentarios",
    }
    middle = [(anchor, name) for anchor, name in names.items() if has_comments and present[anchor]]
    return [("resumen", "Resumen"), *middle, ("procedencia", "Procedencia"), ("guia", "Guía")]


def _batch(batch: Row, *, has_several: bool) -> tuple[str, ...]:
    counts = ("rows", "responses", *(("counted",) if has_several else ()), "informative")
    return (
        batch["batch"],
        *(spanish.number(batch[name]) for name in counts),
        *(spanish.day(batch[name]) for name in ("first_comment", "last_comment")),
        spanish.day_and_time(batch["ingested_at"]),
    )


def _engine(row: Row) -> tuple[str, ...]:
    return (
        row["step"],
        labels.ENGINES.get(row["engine"]) or row["engine"],
        row["model"] or spanish.ABSENT,
        spanish.number(row["comments"]),
        spanish.number(row["fallbacks"]),
    )
