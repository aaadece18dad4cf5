"""`read_answers`: every open question of a row, and the answer that stands for it."""

from collections.abc import Sequence

import pyarrow as pa
import pytest

from fiber_pipeline.readers.sheet import Cell
from fiber_pipeline.readers.tables.answers import read_answers
from fiber_pipeline.tables import RAW_COMMENTS

LIKED, BETTER = "¿Qué te gustó?", "¿Qué mejorarías?"


def told(question: str | None, text: str) -> dict[str, str | None]:
    return {"question": question, "text": text}


def test_answers_stand_in_the_order_of_columns_and_the_main_one_stands_for_the_row() -> None:
    liked: Sequence[Cell] = ["la velocidad", " ", "todo", None]
    better: Sequence[Cell] = ["el precio", 300, None, ""]
    read = read_answers([(LIKED, liked), (BETTER, better)], main=1, count=4)
    assert read.comments == ["el precio", "300", "todo", None]
    assert read.questions.to_pylist() == [BETTER, BETTER, LIKED, None]
    assert read.answers.to_pylist() == [
        [told(LIKED, "la velocidad"), told(BETTER, "el precio")],
        [told(BETTER, "300")],
        [told(LIKED, "todo")],
        [],
    ]
    assert read.answers.type == RAW_COMMENTS.arrow_schema.field("answers").type


def test_a_table_without_header_has_one_question_without_a_name() -> None:
    read = read_answers([(None, ["muy lento", None])], main=0, count=2)
    assert (read.comments, read.questions.to_pylist()) == (["muy lento", None], [None, None])
    assert read.answers.to_pylist() == [[told(None, "muy lento")], []]
    with pytest.raises(ValueError, match="headers that differ"):
        read_answers([(None, ["a"]), (None, ["b"])], main=0, count=1)


@pytest.mark.parametrize("count", [0, 3])
def test_a_table_of_scores_has_no_answers(count: int) -> None:
    read = read_answers([], main=0, count=count)
    assert (read.comments, read.answers.to_pylist()) == ([None] * count, [[]] * count)
    assert read.questions == pa.nulls(count, pa.string())


def test_no_rows() -> None:
    assert len(read_answers([(LIKED, []), (BETTER, [])], main=0, count=0).answers) == 0
