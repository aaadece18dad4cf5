"""What report and workbook say in the same words: of changes, incomplete months, calls, and what is covered."""

from collections.abc import Sequence
from datetime import datetime

from fiber_pipeline.outputs import spanish
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


def coverage(batches: Sequence[Row], source: str | None) -> str:
    """How many comments, of which days, from which source: `600 comentarios, del 01/11/2024 al 12/06/2026; …`."""
    comments = sum(int(batch["counted"]) for batch in batches)
    dates: list[datetime] = [
        batch[name] for batch in batches for name in ("first_comment", "last_comment") if batch[name]
    ]
    span = f"del {spanish.day(min(dates))} al {spanish.day(max(dates))}" if dates else "sin fechas"
    scope = "todas las fuentes" if source is None else f"solo la fuente «{source}»"
    return f"{spanish.count(comments, 'comentario', 'comentarios')}, {span}; {scope}."


def calls_note(high: int) -> str:
    """How many comments are urgent, and in what order they are listed."""
    return (
        f"{spanish.count(high, 'comentario', 'comentarios')} de urgencia alta en todo el período. Primero, los que "
        "conviene atender antes: urgentes o con riesgo de baja, y recientes."
    )
