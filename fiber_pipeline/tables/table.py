"""What a table of the warehouse promises, in one object."""

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
import pandera.pandas as pr
import pyarrow as pa

PARTITION_COLUMN = "batch"
# pandera's checks whose failure cases are names of columns, not values.
_ABOUT_NAMES = ("column_in_dataframe", "column_in_schema")


class SchemaViolation(ValueError):  # noqa: N818 - named after what happened, as users read it in the UI
    """A frame does not fit its table; the message lists column, rule, an example and how many rows fail."""


@dataclass(frozen=True)
class Table:
    """A declared table.

    name: its public name, the same for the asset and in DuckDB.
    row: what one row is, in one line.
    columns: pandera columns by name, in the order users see them.
    key: columns whose values are unique together; empty if rows have no identity.
    partitioned: whether each batch owns its rows (`batch` is then a column), or each write replaces the whole.
    reconcile: SQL run inside the write's transaction, after the rows are in, for facts that span batches. It may
        read `incoming_rows` and `replaced_rows`: what the write brought and what stood in its place before.
    about_batch, about_customer: the SQL condition under which a row of an unpartitioned table is about the batch or
        the customer `$name`, and goes when they are erased; None if no row is. Names alone do not tell: a reviewer
        may be called like a customer.
    """

    name: str
    row: str
    columns: Mapping[str, pr.Column]
    key: Sequence[str] = ()
    partitioned: bool = True
    reconcile: Sequence[str] = field(default=())
    about_batch: str | None = None
    about_customer: str | None = None

    @cached_property
    def schema(self) -> pr.DataFrameSchema:
        """The pandera schema: exactly these columns, in any order, with their checks and the unique key."""
        return pr.DataFrameSchema(dict(self.columns), strict=True, unique=list(self.key) or None, name=self.name)

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        """The same columns as an Arrow schema, in declared order."""
        return pa.schema(
            [
                pa.field(name, column.dtype.type.pyarrow_dtype, nullable=bool(column.nullable))
                for name, column in self.columns.items()
            ]
        )

    def empty(self) -> pd.DataFrame:
        """A frame with every column, typed, and no rows."""
        return _typed(self.arrow_schema.empty_table())

    def frame(self, columns: Mapping[str, object]) -> pd.DataFrame:
        """A typed frame of this table from a column of values per name, in declared order.

        Values may be lists, numpy or Arrow arrays, or pandas series; a scalar (or None) is repeated. Raises
        SchemaViolation when a column is missing, unknown, of another length, or not of its declared type.
        """
        unknown = [name for name in columns if name not in self.columns]
        missing = [name for name in self.columns if name not in columns]
        if unknown or missing:
            raise SchemaViolation(f"{self.name}: missing columns {missing}, unknown columns {unknown}")
        lengths = {len(value) for value in columns.values() if isinstance(value, Sized) and _is_column(value)}
        if len(lengths) > 1:
            raise SchemaViolation(f"{self.name}: columns of different lengths {sorted(lengths)}")
        count = lengths.pop() if lengths else 0
        arrays = [_array(self.name, item, columns[item.name], count) for item in self.arrow_schema]
        return _typed(pa.Table.from_arrays(arrays, schema=self.arrow_schema))

    def validate(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return `frame` if it fits, with every failing rule in one SchemaViolation if it does not."""
        try:
            return self.schema.validate(frame, lazy=True)
        except pr.errors.SchemaErrors as errors:
            raise SchemaViolation(f"{self.name}: {_explain(errors.failure_cases)}") from None


def _typed(rows: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = rows.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _is_column(value: object) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, str | bytes | dict)


def _array(table: str, item: pa.Field, value: object, count: int) -> pa.Array:
    try:
        if not _is_column(value):
            return (
                pa.array([value] * count, item.type) if value is None else pa.repeat(pa.scalar(value, item.type), count)
            )
        if isinstance(value, pd.Series):
            value = value.array
        converted = pa.array(value, from_pandas=True) if hasattr(value, "__arrow_array__") else value
        if isinstance(converted, pa.ChunkedArray):
            converted = converted.combine_chunks()
        if isinstance(converted, pa.Array):
            return converted if converted.type == item.type else converted.cast(item.type)
        if pa.types.is_integer(item.type):
            # Given the type, Arrow would cut 1.5 to 1; a cast refuses to.
            return pa.array(converted, from_pandas=True).cast(item.type)
        return pa.array(converted, item.type, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        # Arrow's own message quotes the value, which may be somebody's unredacted words.
        raise SchemaViolation(f"{table}.{item.name}: not every value is of its type, {item.type}") from None


def _explain(cases: pd.DataFrame) -> str:
    """Say which rule fails where, without quoting values: messages reach logs and events, and text may be private."""
    parts = []
    for (column, check), group in cases.groupby(["column", "check"], dropna=False, sort=False):
        if check in _ABOUT_NAMES:
            parts.append(f"{check} fails for {', '.join(map(str, group['failure_case']))}")
            continue
        rows = [int(row) for row in group["index"].dropna().head(3)]
        where = f" in {len(group)} rows (first at {', '.join(map(str, rows))})" if rows else ""
        parts.append(f"{column} fails {check}{where}")
    return "; ".join(parts)
