"""Columns of a table brought to the form `raw_comments` has them in, some thousand rows at a time."""

import datetime as dt
import json
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from fiber_pipeline.readers.sheet import Cell, is_blank
from fiber_pipeline.readers.values.customer_ids import is_damaged, plain_id
from fiber_pipeline.readers.values.dates import DateOrder, is_placeholder, read_date
from fiber_pipeline.readers.values.likert import likert_key
from fiber_pipeline.readers.values.mojibake import repair_mojibake
from fiber_pipeline.readers.values.null_marks import without_machine_marks, without_marks
from fiber_pipeline.readers.values.rating_scales import RatingForm
from fiber_pipeline.readers.values.scores import Rating, read_nps, read_rating
from fiber_pipeline.readers.values.zones import zone_of_header

_SHOWN = 80
_DISTINCT = 100_000
# `typed`, since True, 1 and 1.0 are equal and mean different things.
_read_nps = lru_cache(_DISTINCT, typed=True)(read_nps)
_read_rating = lru_cache(_DISTINCT, typed=True)(read_rating)
_read_date = lru_cache(_DISTINCT, typed=True)(read_date)


class Problems:
    """What could not be read, by position of the row. Most rows have none."""

    def __init__(self) -> None:
        self.by_row: dict[int, list[str]] = {}

    def add(self, row: int, header: str, cell: object, reason: str) -> None:
        """Note that a cell could not be read."""
        text = str(cell)
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        self.by_row.setdefault(row, []).append(f"{header}: {shown!r} {reason}")


def comment_column(cells: Sequence[Cell], is_machine_made: bool = False) -> list[str | None]:
    """Texts as they stand, null where blank or a program's mark of nothing; numbers and dates as written out."""
    said = without_machine_marks(cells, is_machine_made)
    return repair_mojibake([cell if isinstance(cell, str) and cell.strip() else plain_text(cell) for cell in said])


def plain_text(cell: Cell) -> str | None:
    """A cell as text: whole numbers without decimals, dates in ISO; None if blank."""
    if is_blank(cell):
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def nps_column(cells: Sequence[Cell], header: str, problems: Problems) -> tuple[list[int | None], list[str | None]]:
    """Scores and groups."""
    scores: list[int | None] = []
    groups: list[str | None] = []
    for row, cell in enumerate(without_marks(cells)):
        answer = _read_nps(cell)
        if answer is None and not is_blank(cell):
            problems.add(row, header, cell, "is not an NPS answer from 0 to 10")
        scores.append(answer.score if answer else None)
        groups.append(answer.group if answer else None)
    return scores, groups


def rating_column(
    cells: Sequence[Cell], header: str, form: RatingForm, problems: Problems
) -> tuple[list[float | None], list[str | None]]:
    """Ratings and the scale of each: its own where it states one, else the column's."""
    values: list[float | None] = []
    scales: list[str | None] = []
    for row, cell in enumerate(without_marks(cells)):
        step = form.steps.get(likert_key(cell)) if form.steps and isinstance(cell, str) else None
        rating = Rating(step, None) if step else _read_rating(cell, form.scale)
        if rating is None and not is_blank(cell):
            problems.add(row, header, cell, f"is not a rating on the scale {form.scale}")
        values.append(rating.value if rating else None)
        scales.append((rating.scale or form.scale) if rating else None)
    return values, scales


def date_column(
    cells: Sequence[Cell], header: str, order: DateOrder, problems: Problems
) -> tuple[list[dt.datetime | None], list[bool]]:
    """Moments in UTC and whether each has a time of day. The header may state the zone of times without one."""
    zone = zone_of_header(header)
    moments: list[dt.datetime | None] = []
    has_time: list[bool] = []
    for row, cell in enumerate(without_marks(cells)):
        moment = _read_date(cell, order, zone)
        if moment is None and not is_blank(cell):
            is_none = is_placeholder(cell)
            problems.add(row, header, cell, "stands for no date" if is_none else "is not a date that exists")
        moments.append(moment.at if moment else None)
        has_time.append(moment.has_time if moment else False)
    return moments, has_time


def customer_column(cells: Sequence[Cell], header: str, problems: Problems) -> list[str | None]:
    """Ids as they are known; one that a spreadsheet damaged is kept, with the problem noted."""
    customers = [plain_id(cell) for cell in without_marks(cells)]
    for row, customer in enumerate(customers):
        if customer and is_damaged(customer):
            problems.add(row, header, customer, "lost digits in a spreadsheet; export the id as text")
    return customers


def json_fragments(name: str, cells: Sequence[Cell]) -> list[str]:
    """`"name": value` for each cell, "" where it is blank."""
    label = json.dumps(name, ensure_ascii=False) + ": "
    texts = [cell if isinstance(cell, str) else None for cell in cells]
    repaired = repair_mojibake(texts)
    return [
        ("" if not text.strip() else label + _json_text(text))
        if text is not None
        else ("" if is_blank(cell) else label + json.dumps(json_value(cell), ensure_ascii=False))
        for cell, text in zip(cells, repaired, strict=True)
    ]


_json_text = json.JSONEncoder(ensure_ascii=False).encode


def json_value(cell: Cell) -> Any:
    """A cell as JSON has it: numbers as numbers (never NaN), dates in ISO."""
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return None
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    if cell is None or isinstance(cell, str | int | bool):
        return cell
    return plain_text(cell)


def json_rows(names: Sequence[str], columns: Sequence[Sequence[Cell]], count: int) -> list[str]:
    """One JSON object a row, of its cells that are not blank."""
    if not columns:
        return ["{}"] * count
    fragments = [json_fragments(name, column) for name, column in zip(names, columns, strict=True)]
    return [f"{{{', '.join(filter(None, parts))}}}" for parts in zip(*fragments, strict=True)]
