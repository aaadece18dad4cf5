"""The HTML report: one page that holds all it needs, reads without a network and runs nothing but its own script."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
from markupsafe import Markup

from fiber_pipeline import __version__
from fiber_pipeline.insight import Statement, summarise
from fiber_pipeline.outputs import labels, report_charts, report_text, spanish
from fiber_pipeline.outputs.calls import read_calls
from fiber_pipeline.outputs.figures import Figures, read_figures
from fiber_pipeline.outputs.files import whole_file
from fiber_pipeline.outputs.palette import DARK, LIGHT, Palette
from fiber_pipeline.outputs.reading import Row, rows
from fiber_pipeline.outputs.report_charts import Header
from fiber_pipeline.outputs.themes import ThemeFigures, read_themes
from fiber_pipeline.tables.vocabulary import LANGUAGES, NPS_GROUPS, SENTIMENTS

MOST_EXAMPLES = 1_200
_EXAMPLES_OF_EACH = 8
_MOST_CALLS = 20
_MOST_BATCHES = 24
# Embedding, overriding and isolating direction marks: inside a comment they could turn the text around it.
_DIRECTION_MARKS = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_GROUNDS = {"light": "#f4f6f9", "dark": "#0e141b"}


@dataclass(frozen=True)
class ReportSummary:
    """What was written: the comments counted, how many of them the page lists, and its size in bytes."""

    path: Path
    comments: int
    examples: int
    size: int


def write_report(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    source: str | None = None,
    written_at: datetime | None = None,
) -> ReportSummary:
    """Write the report to `path`, whole or not at all.

    Texts are the redacted `comments.text`, escaped. A content security policy allows the page's own style and script
    by their hashes and nothing else, so it neither loads nor sends anything.

    source: limits everything to the batches under that folder; what is only known of the whole history is left out.
    written_at: the moment to state in the page; now by default.

    Raises OSError if the file cannot be written.
    """
    context = _context(connection, source, written_at or datetime.now(UTC))
    page = _render(context).encode("utf-8")
    with whole_file(path) as temporary:
        temporary.write_bytes(page)
    return ReportSummary(path, context["comments"], len(context["examples"]), len(page))


def _render(context: Mapping[str, Any]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("fiber_pipeline.outputs"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["inert"] = _inert
    style = _palettes() + _part("report.css")
    script = _part("report.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    # Both are files of this package, not data.
    own = {"style": Markup(style), "script": Markup(script)}
    return environment.get_template("report.html").render(**context, **own, policy=policy, version=__version__)


def _inert(text: object) -> str:
    return str(text).translate(_DIRECTION_MARKS)


def _part(name: str) -> str:
    return (files("fiber_pipeline.outputs") / "templates" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _palettes() -> str:
    """Both palettes as custom properties: by the system's preference, and by the page's own switch."""

    def properties(palette: Palette, mode: str) -> str:
        colors = {**asdict(palette), "ground": _GROUNDS[mode]}
        return "".join(f"--{name}:{color};" for name, color in colors.items()) + f"color-scheme:{mode};"

    light, dark = properties(LIGHT, "light"), properties(DARK, "dark")
    return (
        f":root{{{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-mode=light]){{{dark}}}}}"
        f"@media screen{{:root[data-mode=dark]{{{dark}}}}}"
    )


def _context(connection: duckdb.DuckDBPyConnection, source: str | None, moment: datetime) -> dict[str, Any]:
    figures = read_figures(connection, source)
    themes = read_themes(connection, source)
    batches = rows(connection, "batches", source=source)
    urgencies = rows(connection, "urgency_counts", source=source)[0]
    calls = read_calls(connection, _MOST_CALLS + 1, source)
    # What is only known of the whole history is left out of one source's report.
    is_whole = source is None
    recommendations = rows(connection, "recommendations") if is_whole else []
    emergent = rows(connection, "emergent_themes") if is_whole else []
    forecasts = rows(connection, "forecasts") if is_whole else []
    statements = _statements(connection, figures, themes, urgencies["high"], is_whole=is_whole)

    wanted = {comment_id for row in [*themes.rows, *emergent] for comment_id in row["examples"] or ()}
    wanted |= {comment_id for row in recommendations for comment_id in row["evidence"] or ()}
    wanted |= {comment_id for statement in statements for comment_id in statement.evidence}
    found = rows(
        connection, "examples", source=source, wanted=sorted(wanted), each=_EXAMPLES_OF_EACH, most=MOST_EXAMPLES
    )
    places = {row["comment_id"]: place for place, row in enumerate(found, start=1)}
    shown = Counter(theme for row in found for theme in row["themes"] or ())

    comments = sum(batch["counted"] for batch in batches)
    dates = [batch[name] for batch in batches for name in ("first_comment", "last_comment") if batch[name]]
    span = f", del {spanish.day(min(dates))} al {spanish.day(max(dates))}" if dates else ""
    scope = "todas las fuentes" if source is None else f"fuente «{source}»"
    return {
        "title": "Informe de comentarios de clientes",
        "heading": "Informe de comentarios de clientes",
        "scope": f"{spanish.count(comments, 'comentario', 'comentarios')}{span}; {scope}.",
        "empty_scope": "" if source is None else f" de la fuente «{source}»",
        "comments": comments,
        "period": spanish.month(figures.latest) if figures.latest else "todo el período",
        "period_note": report_text.partial_month(figures),
        "cards": [report_text.card(key, is_partial=figures.partial_day is not None) for key in figures.keys],
        "sentences": [
            {"text": spanish.with_month_names(statement.text), "only": _only(statement.evidence, places)}
            for statement in statements
        ],
        "recommendations": [
            {
                "title": row["title"],
                "why": spanish.with_month_names(row["why"]),
                "theme": themes.labels.get(row["theme"] or "", row["theme"]),
                "effort": labels.label(labels.EFFORTS, row["effort"]).lower(),
                "impact": "" if row["impact"] is None else f"{spanish.signed(row['impact'])} puntos de NPS",
                "only": _only(row["evidence"], places),
            }
            for row in recommendations
        ],
        "trends": report_charts.trend_charts(figures, forecasts),
        "themes": report_text.theme_rows(themes, shown),
        "theme_note": ""
        if is_whole
        else "El impacto, la prioridad y la tendencia se calculan con todas las fuentes: vea el informe general.",
        "is_whole": is_whole,
        "theme_chart": report_charts.theme_chart(themes),
        "priority_chart": report_charts.priority_chart(themes),
        "urgent": [_call(row, themes.labels) for row in calls[:_MOST_CALLS]],
        "urgent_note": _calls_note(urgencies["high"], is_cut=len(calls) > _MOST_CALLS),
        "forecasts": report_text.forecast_rows(forecasts, themes.labels),
        "forecast_note": report_text.forecast_note(forecasts),
        "forecast_columns": [
            Header("Indicador", number=False),
            Header("Mes", number=False),
            Header("Valor esperado"),
            Header("Desde"),
            Header("Hasta"),
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
        "emergent_note": "" if is_whole else "Se descubren con todas las fuentes a la vez: vea el informe general.",
        "makeup": report_charts.makeup_charts(
            rows(connection, "scores", source=source),
            rows(connection, "languages", source=source),
            rows(connection, "emotions", source=source),
        ),
        "examples": report_text.examples(found, themes),
        "sample_note": f"Esta página reúne {spanish.count(len(found), 'comentario', 'comentarios')} de "
        f"{spanish.number(comments)}: los que sostienen cada cifra y una muestra reciente de cada tema, sentimiento, "
        "idioma y puntaje. Todos están en el libro de Excel y en las exportaciones.",
        "filters": _filters([(f"t{row['rank']}", row["label"]) for row in themes.rows]),
        "sections": _sections(
            comments > 0,
            {
                "recomendaciones": bool(recommendations),
                "evolucion": len(figures.months) > 1,
                "temas": bool(themes.rows),
                "urgentes": True,
                "pronosticos": bool(forecasts),
                "emergentes": bool(emergent) or not is_whole,
                "comentarios": True,
            },
        ),
        "batches": [_batch(batch) for batch in batches[:_MOST_BATCHES]],
        "batch_note": f"Y {spanish.number(len(batches) - _MOST_BATCHES)} archivos anteriores."
        if len(batches) > _MOST_BATCHES
        else "",
        "batch_columns": [
            Header("Lote", number=False),
            Header("Filas"),
            Header("Sin duplicados"),
            Header("Con contenido"),
            Header("Primer comentario", number=False),
            Header("Último comentario", number=False),
            Header("Leído el", number=False),
        ],
        "engines": [_engine(row) for row in rows(connection, "engines", source=source)],
        "engine_columns": [
            Header("Paso", number=False),
            Header("Motor", number=False),
            Header("Modelo o versión", number=False),
            Header("Comentarios"),
            Header("Como reemplazo de otro motor"),
        ],
        "method": report_text.METHOD,
        "written_at": spanish.day_and_time(moment),
    }


def _only(comment_ids: Iterable[str] | None, places: Mapping[str, int]) -> str:
    return ",".join(str(places[comment_id]) for comment_id in comment_ids or () if comment_id in places)


def _statements(
    connection: duckdb.DuckDBPyConnection, figures: Figures, themes: ThemeFigures, urgent: int, *, is_whole: bool
) -> Sequence[Statement]:
    """The checked summary of the whole history; for one source, sentences made of its own figures."""
    if is_whole:
        return summarise(connection).statements
    return [Statement(sentence) for sentence in report_text.sentences(figures, themes, urgent)]


def _call(row: Row, names: Mapping[str, str]) -> dict[str, str]:
    return {
        "date": spanish.day_and_time(row["commented_at"]),
        "customer": row["customer_id"] or spanish.ABSENT,
        "text": report_text.shortened(row["text"]),
        "reasons": ", ".join(row["reasons"]),
        "themes": ", ".join(names.get(theme, theme) for theme in row["themes"] or ()) or spanish.ABSENT,
        "origin": report_text.origin(row),
    }


def _calls_note(high: int, *, is_cut: bool) -> str:
    total = f"{spanish.count(high, 'comentario', 'comentarios')} de urgencia alta en todo el período."
    rest = " La lista completa está en la hoja «Urgentes» del libro de Excel." if is_cut else ""
    return f"{total} Primero, los que conviene atender antes: urgentes o con riesgo de baja, y recientes.{rest}"


def _filters(themes: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    def named(name: str, label: str, codes: Sequence[str], names: Mapping[str, str]) -> dict[str, Any]:
        return {"name": name, "label": label, "options": [(code, names[code]) for code in codes]}

    return [
        {"name": "theme", "label": "Tema", "options": themes},
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
        "urgentes": "Urgentes",
        "pronosticos": "Pronósticos",
        "emergentes": "Emergentes",
        "comentarios": "Comentarios",
    }
    middle = [(anchor, name) for anchor, name in names.items() if has_comments and present[anchor]]
    return [("resumen", "Resumen"), *middle, ("metodo", "Método")]


def _batch(batch: Row) -> tuple[str, ...]:
    return (
        batch["batch"],
        *(spanish.number(batch[name]) for name in ("rows", "counted", "informative")),
        *(spanish.day(batch[name]) for name in ("first_comment", "last_comment")),
        spanish.day_and_time(batch["ingested_at"]),
    )


def _engine(row: Row) -> tuple[str, ...]:
    engine = "original, sin traducir" if row["engine"] == "none" else row["engine"]
    return (
        row["step"],
        engine,
        row["model"] or spanish.ABSENT,
        spanish.number(row["comments"]),
        spanish.number(row["fallbacks"]),
    )
