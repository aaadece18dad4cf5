"""The open questions of a table: what each row answers, and which answer stands for the row."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from fiber_pipeline.readers.sheet import Cell
from fiber_pipeline.readers.tables.table_columns import comment_column
from fiber_pipeline.tables import RAW_COMMENTS

_ANSWERS = RAW_COMMENTS.arrow_schema.field("answers").type


class OpenAnswers(NamedTuple):
    """Columns of `raw_comments`, a value a row: `comment`, `question` and `answers`."""

    comments: list[str | None]
    questions: pa.Array
    answers: pa.ListArray


def read_answers(
    questions: Sequence[tuple[str | None, Sequence[Cell]]], main: int, count: int, is_machine_made: bool = False
) -> OpenAnswers:
    """Read the columns of open questions, some thousand rows at a time.

    questions: header and cells of each, in the order of columns. Headers differ; None where the format names none,
        which leaves room for one question alone.
    main: the place of the main one among them. count: how many rows there are, for tables without any.
    is_machine_made: whether marks such as "None" stand for nothing; see `null_marks`.
    """
    if len({header for header, _ in questions}) < len(questions):
        raise ValueError(f"questions need headers that differ, not {[header for header, _ in questions]}")
    if not questions:
        nothing = pa.nulls(count, pa.string())
        return OpenAnswers([None] * count, nothing, pa.array([[]] * count, _ANSWERS))
    texts = [comment_column(cells, is_machine_made) for _, cells in questions]
    headers = pa.array([header for header, _ in questions], pa.string())
    told = [pa.array(column, pa.string()) for column in texts]
    # Row by row and, within a row, column by column.
    order = np.arange(len(told) * count).reshape(len(told), count).T.ravel()
    by_row = pa.concat_arrays(told).take(pa.array(order))
    is_given = np.array(by_row.is_valid())
    answers = pa.StructArray.from_arrays(
        [headers.take(pa.array(np.flatnonzero(is_given) % len(told))), by_row.drop_null()],
        fields=list(_ANSWERS.value_type),
    )
    given = is_given.reshape(count, len(told))
    offsets = np.concatenate([[0], np.cumsum(given.sum(axis=1))])
    # The main answer stands for the row; where there is none, the first other one does.
    chosen = np.where(given[:, main], main, given.argmax(axis=1))
    comments = texts[main]
    if len(texts) > 1:
        comments = [texts[place][row] for row, place in enumerate(chosen.tolist())]
    return OpenAnswers(
        comments,
        headers.take(pa.array(chosen, mask=~given.any(axis=1))),
        pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), answers, type=_ANSWERS),
    )
