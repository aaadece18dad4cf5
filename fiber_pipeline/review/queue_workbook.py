"""The workbook in which people review: a sheet of instructions, and a row for each text with lists to choose from.

Only what a person may change is unlocked. Texts are the redacted ones, and no cell can run as a formula.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fiber_pipeline.annotation.themes import Theme
from fiber_pipeline.outputs import labels, spanish
from fiber_pipeline.outputs.files import whole_file
from fiber_pipeline.outputs.palette import LIGHT
from fiber_pipeline.outputs.workbook.spreadsheet import (
    Formats,
    lines_of,
    new_workbook,
    set_up_print,
    write_text,
    write_title,
)
from fiber_pipeline.review import queue_layout as layout
from fiber_pipeline.review.queue import QueuedText

_LISTS = "Listas"
_TITLE = "Revisión de comentarios"
_HEADER_ROW = 5
_LEAST_THEMES = 4
_LINE_HEIGHT = 15.5
_MOST_LINES = 10
_TEXT_WIDTH = 58
_SPANISH_WIDTH = 34
_QUESTION_WIDTH = 26
_NUMBERS = ("Nº", "Veces", "NPS")
_INSTRUCTIONS = (
    ("Qué es esto", None),
    (
        None,
        "Son comentarios de clientes con las etiquetas que les puso el sistema. Su trabajo es decir cuáles están bien "
        "y corregir las que están mal. Lo que usted diga vale más que lo que diga el sistema.",
    ),
    ("Cómo se hace", None),
    (
        "1",
        f"En la hoja «{layout.SHEET}», escriba su nombre en la celda amarilla de arriba. Sin nombre no se puede leer.",
    ),
    ("2", "Lea el comentario. Sentimiento, urgencia, idioma y temas ya vienen puestos: cambie solo lo que está mal."),
    ("3", "Para cambiar algo, elija de la lista de la celda. Las celdas blancas con borde se pueden cambiar."),
    ("4", "Para quitar un tema, borre la celda. Para agregar uno, elija en una celda de tema vacía."),
    (
        "5",
        f"Si todo está bien, elija «{layout.YES}» en la columna «{layout.DONE}». Una fila sin cambios y sin "
        f"«{layout.YES}» queda como no revisada.",
    ),
    ("6", "Si cambia algo, toda la fila cuenta como revisada: mire también lo demás."),
    (
        "7",
        f"Si se arrepiente de una fila que ya entregó, elija «{layout.WITHDRAW}» en «{layout.DONE}» y entregue "
        "el archivo otra vez.",
    ),
    ("8", "Guarde el archivo y devuélvalo. No hace falta terminar todo: lo que falte queda para otra vez."),
    ("Qué significa cada cosa", None),
    ("Positivo", "El cliente está conforme o elogia."),
    ("Negativo", "El cliente se queja o está disconforme, aunque lo diga con amabilidad."),
    ("Mixto", "Dice algo bueno y algo malo, y ninguno de los dos es de paso."),
    ("Neutro", "No opina: pregunta, informa o le da lo mismo."),
    ("Urgencia alta", "Alguien tiene que llamar hoy: sin servicio, amenaza de baja o de reclamo, un peligro."),
    ("Urgencia media", "Espera una respuesta en estos días."),
    ("Urgencia baja", "No pide nada que apure."),
    ("Jopara", "Mezcla de guaraní y español en el mismo comentario."),
    ("Tema", "De qué habla el comentario, lo elogie o lo critique. Puede tener varios, o ninguno."),
    ("Por qué está cada comentario", None),
    (layout.REASONS["disputed"], "Dos motores pusieron etiquetas distintas. Se ve qué dice cada uno."),
    (layout.REASONS["contradicts_score"], "El texto dice lo contrario que la nota que puso el cliente."),
    (layout.REASONS["urgent"], "El sistema cree que es urgente."),
    (layout.REASONS["low_confidence"], "El sistema no está seguro."),
    (layout.REASONS["frequent"], "Muchos clientes escribieron lo mismo: una corrección vale para todos."),
    (layout.REASONS["emergent"], "Habla de algo que los temas actuales no cubren."),
    (layout.REASONS["random"], "Sacado por sorteo, para saber cómo están los demás. Revíselo como cualquier otro."),
)


@dataclass(frozen=True)
class QueueSummary:
    """What was written: rows, the comments that have these texts, and how many rows each reason speaks for."""

    path: Path
    rows: int
    comments: int
    reasons: Mapping[str, int]


@dataclass(frozen=True)
class _Column:
    header: str
    width: int
    is_open: bool = False
    is_hidden: bool = False


def write_queue(
    queue: Sequence[QueuedText], themes: Mapping[str, Theme], path: Path, *, written_at: datetime | None = None
) -> QueueSummary:
    """Write the review workbook to `path`, whole or not at all.

    themes: the taxonomy's, by slug. written_at: the moment to state; now by default. Raises OSError if the file
    cannot be written.
    """
    moment = written_at or datetime.now(UTC)
    with whole_file(path) as temporary, new_workbook(temporary) as workbook:
        workbook.set_properties(
            {
                "title": _TITLE,
                "category": "Experiencia del cliente",
                "created": moment.replace(tzinfo=None),
                "comments": "Textos con los datos personales reemplazados.",
            }
        )
        formats = Formats(workbook)
        _write_instructions(workbook, formats)
        sheet = workbook.add_worksheet(layout.SHEET)
        lists = _write_lists(workbook, themes)
        _write_rows(workbook, sheet, formats, queue, themes, lists, moment)
        sheet.activate()
    reasons = {reason: sum(reason in _reasons(item) for item in queue) for reason in layout.REASONS}
    return QueueSummary(path, len(queue), sum(item.comments for item in queue), reasons)


def _write_instructions(workbook: Any, formats: Formats) -> None:
    sheet = workbook.add_worksheet("Instrucciones")
    sheet.set_column(0, 0, 31)
    sheet.set_column(1, 1, 96)
    at = write_title(sheet, formats, _TITLE, [])
    for name, text in _INSTRUCTIONS:
        if text is None:
            at += 1
            sheet.write_string(at, 0, name, formats.section)
        else:
            if name is not None:
                sheet.write_string(at, 0, name, formats.strong)
            sheet.set_row(at, _LINE_HEIGHT * -(-len(text) // 92))
            sheet.write_string(at, 1, text, formats.wrapped)
        at += 1
    sheet.protect()
    set_up_print(sheet, _TITLE)


def _write_lists(workbook: Any, themes: Mapping[str, Theme]) -> dict[str, str]:
    """Put what the drop-down lists offer on a hidden sheet; return the range of each. Excel caps lists in a cell."""
    sheet = workbook.add_worksheet(_LISTS)
    offered: dict[str, Sequence[str]] = {name: list(codes.values()) for name, codes in layout.CHOICES.items()}
    offered[layout.THEME] = sorted(layout.theme_names(themes).values())
    offered[layout.DONE] = [layout.YES, layout.WITHDRAW]
    ranges = {}
    for place, (name, values) in enumerate(offered.items()):
        letter = chr(ord("A") + place)
        for row, value in enumerate(values):
            sheet.write_string(row, place, value)
        ranges[name] = f"={_LISTS}!${letter}$1:${letter}${max(len(values), 1)}"
    sheet.protect()
    sheet.hide()
    return ranges


def _columns(theme_places: int, *, has_questions: bool) -> list[_Column]:
    return [
        _Column("Nº", 6),
        _Column("Motivo", 27),
        _Column(layout.TEXT, _TEXT_WIDTH),
        *([_Column("Pregunta", _QUESTION_WIDTH)] if has_questions else []),
        _Column("En español", _SPANISH_WIDTH),
        _Column("Veces", 8),
        _Column("NPS", 7),
        _Column("Dicen los motores", 28),
        _Column(layout.SENTIMENT, 15, is_open=True),
        _Column(layout.URGENCY, 13, is_open=True),
        _Column(layout.LANGUAGE, 17, is_open=True),
        *(_Column(layout.theme_column(number + 1), 25, is_open=True) for number in range(theme_places)),
        _Column(layout.DONE, 13, is_open=True),
        _Column(layout.KEY, 18, is_hidden=True),
        _Column(layout.REASON, 18, is_hidden=True),
        _Column(layout.BEFORE, 18, is_hidden=True),
    ]


def _write_rows(
    workbook: Any,
    sheet: Any,
    formats: Formats,
    queue: Sequence[QueuedText],
    themes: Mapping[str, Theme],
    lists: Mapping[str, str],
    moment: datetime,
) -> None:
    places = max(_LEAST_THEMES, *(len(item.themes) + 1 for item in queue)) if queue else _LEAST_THEMES
    has_questions = len({item.question for item in queue if item.question}) > 1
    columns = _columns(places, has_questions=has_questions)
    base = {"font_name": "Calibri", "font_size": 11, "valign": "top", "locked": False, "border": 1}
    open_cell = workbook.add_format({**base, "border_color": LIGHT.neutral, "align": "left", "indent": 1})
    name_cell = workbook.add_format({**base, "border_color": LIGHT.mixed, "bg_color": "#fdf0d5", "bold": True})
    write_title(
        sheet,
        formats,
        _TITLE,
        [
            f"{spanish.count(len(queue), 'texto', 'textos')}. Preparado el {spanish.day_and_time(moment)} "
            "(hora de Asunción). Cómo se hace: hoja «Instrucciones»."
        ],
    )
    sheet.write_string(3, 1, layout.REVIEWER, formats.strong)
    sheet.write_blank(3, 2, None, name_cell)
    sheet.set_row(_HEADER_ROW, 32)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, None, {"hidden": column.is_hidden})
        is_number = column.header in _NUMBERS
        sheet.write_string(_HEADER_ROW, place, column.header, formats.number_header if is_number else formats.header)
    names = layout.theme_names(themes)
    for number, item in enumerate(queue, start=1):
        at = _HEADER_ROW + number
        lines = max(
            lines_of(item.text, _TEXT_WIDTH - 4),
            lines_of(item.text_es, _SPANISH_WIDTH - 4) if item.text_es != item.text else 1,
            lines_of(item.question or "", _QUESTION_WIDTH - 4) if has_questions else 1,
            len(_said(item, names)),
            len(_reasons(item)),
        )
        sheet.set_row(at, _LINE_HEIGHT * min(lines, _MOST_LINES))
        for place, (column, value) in enumerate(
            zip(columns, _cells(number, item, names, places, has_questions=has_questions), strict=True)
        ):
            if column.is_open:
                sheet.write_string(at, place, value, open_cell) if value else sheet.write_blank(
                    at, place, None, open_cell
                )
            elif isinstance(value, int):
                sheet.write_number(at, place, value, formats.numbers["integer"])
            elif value:
                write_text(sheet, at, place, value, formats, wrapped=not column.is_hidden)
    last = _HEADER_ROW + max(len(queue), 1)
    for place, column in enumerate(columns):
        if column.is_open:
            kind = layout.THEME if column.header.startswith(layout.THEME) else column.header
            sheet.data_validation(_HEADER_ROW + 1, place, last, place, _validation(lists[kind], column.header))
    sheet.autofilter(_HEADER_ROW, 0, last, len(columns) - 1)
    sheet.freeze_panes(_HEADER_ROW + 1, 3)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
    set_up_print(sheet, _TITLE)


def _validation(source: str, header: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_title": header,
        "error_message": "Elija un valor de la lista.",
    }


def _cells(
    number: int, item: QueuedText, names: Mapping[str, str], places: int, *, has_questions: bool
) -> list[str | int | None]:
    """The values of a row, in the order of `_columns`."""
    before = {
        "sentiment": item.sentiment,
        "urgency": item.urgency,
        "language": item.language,
        "themes": list(item.themes),
    }
    themes = [names.get(theme, theme) for theme in item.themes]
    return [
        number,
        "\n".join(layout.REASONS[reason] for reason in _reasons(item)),
        item.text,
        *([item.question] if has_questions else []),
        item.text_es if item.text_es != item.text else None,
        item.comments,
        item.nps,
        "\n".join(_said(item, names)),
        labels.SENTIMENTS[item.sentiment],
        labels.URGENCIES[item.urgency],
        labels.LANGUAGES[item.language],
        *themes,
        *[None] * (places - len(themes)),
        None,
        item.text_key,
        item.reason,
        json.dumps(before, ensure_ascii=False),
    ]


def _reasons(item: QueuedText) -> list[str]:
    """All that speaks for a text, in the usual order, and whether it was drawn."""
    return [reason for reason in layout.REASONS if reason in (*item.reasons, item.reason)]


def _said(item: QueuedText, names: Mapping[str, str]) -> list[str]:
    """What each engine says where they differ, a line each."""
    known = {**labels.SENTIMENTS, **names}
    return [
        f"{engine}: {', '.join(known.get(label, label) for label in said) or 'ninguno'}"
        for opinions in item.opinions.values()
        for engine, said in opinions.items()
    ]
