"""What report and workbook say in the same words: of changes, incomplete months, calls, authors, what is covered."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from fiber_pipeline.insight import IncompleteBatch
from fiber_pipeline.insight.recommendations import ENGINE as RULES
from fiber_pipeline.outputs import labels, spanish
from fiber_pipeline.outputs.figures import Figures, KeyFigure, Unit
from fiber_pipeline.outputs.reading import Row

VERDICTS = {
    "better": "mejora clara",
    "worse": "deterioro claro",
    "changed": "cambio claro",
    "unclear": "dentro del margen de error",
}
NO_PREVIOUS = "sin mes anterior con el que comparar"
NOT_COMPARED = "el mes está incompleto: no se compara"
_MOST_NAMED = 5
EMERGENT_OF_ALL = "Se descubren con todas las fuentes a la vez: vea {} general."


def change_reading(key: KeyFigure, figures: Figures) -> str:
    """How to read a key figure's change, in lower case; empty where there is nothing to say but the change itself."""
    if key.change is None:
        return NO_PREVIOUS
    if key.measure.unit is Unit.COMMENTS:
        return "" if figures.is_current_complete else NOT_COMPARED
    return VERDICTS[key.verdict]


def incomplete_months(figures: Figures) -> list[str]:
    """A sentence for each month at either end whose comments do not span it, and what follows for the key figures."""
    said = []
    for month, (first, last) in figures.incomplete.items():
        ends_early = month == figures.months[-1] and month != figures.months[0]
        name = spanish.month(month).capitalize()
        where = (
            f"llega hasta el día {last.day}" if ends_early else f"tiene comentarios del día {first.day} al {last.day}"
        )
        follows = (
            "el mes está incompleto y su volumen no se compara"
            if month == figures.current
            else "está incompleto y no entra en las comparaciones"
        )
        said.append(f"{name} {where}: {follows}.")
    return said


def coverage(batches: Sequence[Row], source: str | None, incomplete: Sequence[IncompleteBatch] = ()) -> str:
    """How many comments, of which days, from which source: `600 comentarios, del 01/11/2024 al 12/06/2026; …`.

    Where responses have several: `250 respuestas con 600 comentarios, …`. incomplete: the batches that are not whole,
    of any source; it is said whether they count.
    """
    comments, responses = (sum(int(batch[name]) for batch in batches) for name in ("counted", "responses"))
    dates: list[datetime] = [
        batch[name] for batch in batches for name in ("first_comment", "last_comment") if batch[name]
    ]
    span = f"del {spanish.day(min(dates))} al {spanish.day(max(dates))}" if dates else "sin fechas"
    scope = "todas las fuentes" if source is None else f"solo la fuente «{source}»"
    counted = {batch["batch"] for batch in batches}
    names = [item.batch for item in incomplete if source is None or item.batch.startswith(f"{source}/")]
    of_several = "" if comments == responses else f"{spanish.count(responses, 'respuesta', 'respuestas')} con "
    said = [f"{of_several}{spanish.count(comments, 'comentario', 'comentarios')}, {span}; {scope}."]
    for one, several, told in (
        ("No se cuenta", "No se cuentan", [name for name in names if name not in counted]),
        ("Se cuenta también", "Se cuentan también", [name for name in names if name in counted]),
    ):
        if told:
            begins = one if len(told) == 1 else several
            files = spanish.count(len(told), "archivo", "archivos")
            more = f" y {len(told) - _MOST_NAMED} más" if len(told) > _MOST_NAMED else ""
            said.append(f"{begins} {files} sin análisis completo: {', '.join(told[:_MOST_NAMED])}{more}.")
    return " ".join(said)


def calls_note(high: int) -> str:
    """How many comments are urgent, and in what order they are listed."""
    return (
        f"{spanish.count(high, 'comentario', 'comentarios')} de urgencia alta en todo el período. Primero, los que "
        "conviene atender antes: urgentes o con riesgo de baja, y recientes."
    )


def authors(written: Sequence[Row], source: str | None) -> str:
    """Who wrote some texts, and why it is not who should have; empty for none.

    written: `engine`, `model` and `fallback_reason` of each text. source: which source they are of, if of one alone.
    """
    counts = Counter(_writer(row["engine"], row["model"]) for row in written).most_common()
    if not counts:
        return ""
    (first, _), *others = counts
    besides = "".join(f" y, en {count} de {len(written)}, de {writer}" for writer, count in others)
    always = "" if source is None else ", como siempre que se trata de una sola fuente"
    told = [f"Textos de {first}{besides}{always}."]
    told += map(_why_the_rules, dict.fromkeys(row["fallback_reason"] for row in written if row["fallback_reason"]))
    if any(row["engine"] != RULES for row in written):
        told.append("Cada cifra se comprobó con las tablas; las palabras son del modelo.")
    return " ".join(told)


def _writer(engine: str, model: str | None) -> str:
    return f"{labels.WRITERS.get(engine, engine)}{f' ({model})' if model else ''}"


def _why_the_rules(reason: str) -> str:
    service, *parts = reason.split(": ")
    why = next((labels.FALLBACKS[part] for part in parts if part in labels.FALLBACKS), labels.NO_USE)
    return f"Las reglas reemplazan a {labels.WRITERS.get(service, service)} porque {why}."
