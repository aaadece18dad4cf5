"""The sheet of open questions, where a survey asks several."""

from operator import itemgetter
from typing import Any

from fiber_pipeline.outputs.questions import NOTE, QuestionFigures
from fiber_pipeline.outputs.workbook.spreadsheet import Column, Formats, set_up_print, write_table, write_title


def add_questions(workbook: Any, formats: Formats, questions: QuestionFigures) -> None:
    """Each question with what was said to it; no sheet where all comments answer the same."""
    if not questions.rows:
        return
    sheet = workbook.add_worksheet("Preguntas")
    row = write_title(sheet, formats, "Preguntas", [NOTE])
    columns = [
        Column("Pregunta", itemgetter("question"), "wrapped", 60),
        Column("Respuestas", itemgetter("responses"), "integer", 12),
        Column("% con contenido", itemgetter("informative_share"), "percent", 13),
        Column("% positivas", itemgetter("positive_share"), "percent", 12),
        Column("% negativas", itemgetter("negative_share"), "percent", 12),
        Column("NPS de quienes respondieron", itemgetter("nps"), "decimal", 16),
        Column("Respuestas NPS", itemgetter("nps_sample"), "integer", 12),
    ]
    write_table(sheet, formats, row, columns, questions.rows)
    set_up_print(sheet, "Preguntas")
