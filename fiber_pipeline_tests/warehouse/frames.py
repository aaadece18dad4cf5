"""Small valid frames of every declared table, made from the declarations."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa

from fiber_pipeline.tables import Table

MOMENT = datetime(2026, 3, 5, 12, 30, 15, 123456, tzinfo=UTC)
_TEXT = "ñandé internet se corta; \"todo\" el día\n'así' 🙂"


def small_frame(table: Table, batch: str = "norte/marzo.csv", count: int = 3, **columns: object) -> pd.DataFrame:
    """A frame of `count` rows that fits the table, with a null in every nullable column's last row.

    Columns given by name stand in for the made-up ones: a list of values, or one value for all rows. Rows of tables
    with comments have the ids `comment_ids(batch, count)`.
    """
    made = {name: _column(table, name, batch, count) for name in table.columns}
    return table.frame({**made, **columns} if count else {name: [] for name in table.columns})


def comment_ids(batch: str, count: int) -> list[str]:
    return [f"{batch}#{place}" for place in range(count)]


def _column(table: Table, name: str, batch: str, count: int) -> list[object]:
    declared, arrow_type = table.columns[name], table.arrow_schema.field(name).type
    values: Sequence[object]
    if name == "batch":
        return [batch] * count
    if name == "comment_id":
        return list(comment_ids(batch, count))
    if name == "duplicate_of":
        return [None] * count
    if name == "file_sha256":
        return ["0123456789abcdef" * 4] * count
    if (name in table.key or name == "response_key") and pa.types.is_string(arrow_type):
        values = _members(table, name) or [f"{name} {place}" for place in range(count)]
    elif (declared.metadata or {}).get("sql_type") == "JSON":
        values = ['{"Región": "Itapúa", "n": 1, "vacío": null, "lista": [1, 2]}']
    elif pa.types.is_string(arrow_type):
        values = _members(table, name) or [_TEXT]
    elif pa.types.is_integer(arrow_type):
        values = range(1, count + 1)
    elif pa.types.is_floating(arrow_type):
        values = [0.25, 0.5]
    elif pa.types.is_boolean(arrow_type):
        values = [True, False]
    elif pa.types.is_timestamp(arrow_type):
        values = [MOMENT + timedelta(days=place) for place in range(count)]
    elif arrow_type == pa.list_(pa.string()):
        values = [["uno", "dos; 'tres'"], []]
    else:
        values = [[_struct(arrow_type.value_type)], []]
    column = [values[place % len(values)] for place in range(count)]
    if declared.nullable and count:
        column[-1] = None
    return column


def _members(table: Table, name: str) -> list[object]:
    for check in table.columns[name].checks:
        if "allowed_values" in check.statistics:
            return list(check.statistics["allowed_values"])
    return []


def _struct(struct: pa.StructType) -> dict[str, object]:
    examples = {pa.string(): "palabra", pa.int64(): 3, pa.float64(): 0.75, pa.list_(pa.string()): ["muy", "lento"]}
    return {item.name: examples[item.type] for item in struct}
