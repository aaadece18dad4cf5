"""Any pandas frame as the declared Arrow table: by name, and without losing anything on the way.

What converts: numbers to a wider kind, and whole floats to integers; categories and large texts to texts; moments of
any zone and unit to UTC microseconds, if they have no finer part; columns that are null throughout. What does not:
1.6 to an integer, text to a number or the other way round, a moment without a zone, a struct key that is not declared.
"""

from datetime import datetime

import pandas as pd
import pyarrow as pa

from fiber_pipeline.tables import SchemaViolation, Table


def to_arrow(table: Table, frame: pd.DataFrame) -> pa.Table:
    """`frame` as an Arrow table with the declared columns in declared order.

    Raises SchemaViolation naming every column that is missing, unknown, repeated or not convertible.
    """
    problems = []
    names = list(frame.columns)
    repeated = sorted({str(name) for name in names if names.count(name) > 1})
    missing = [name for name in table.columns if name not in names]
    unknown = [str(name) for name in names if name not in table.columns]
    for what, found in (("repeated", repeated), ("missing", missing), ("unknown", unknown)):
        if found:
            problems.append(f"{what} columns {found}")
    if problems:
        raise SchemaViolation(f"{table.name}: " + "; ".join(problems))
    arrays = []
    for item in table.arrow_schema:
        try:
            arrays.append(_column(frame[item.name], item.type))
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            problems.append(f"column {item.name!r} should be {item.type}: {error}")
    if problems:
        raise SchemaViolation(f"{table.name}: " + "; ".join(problems))
    # Nulls in columns declared not null are Table.validate's to report, with the rule and the rows.
    nullable = pa.schema([item.with_nullable(True) for item in table.arrow_schema])
    return pa.Table.from_arrays(arrays, schema=nullable)


def to_frame(table: Table, rows: pa.Table) -> pd.DataFrame:
    """Arrow rows of some of the table's columns as a typed frame.

    DuckDB names list items and UTC its own way; the declared types are put back here.
    """
    columns = [
        pa.chunked_array(
            [_convert(chunk, table.arrow_schema.field(name).type) for chunk in rows.column(name).chunks],
            table.arrow_schema.field(name).type,
        )
        for name in rows.column_names
    ]
    frame: pd.DataFrame = pa.table(columns, names=rows.column_names).to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _column(series: pd.Series, wanted: pa.DataType) -> pa.ChunkedArray:
    try:
        # From an object array, rather than a list, Arrow would take every moment for a naive one.
        values = series.tolist() if series.dtype == object else series.array
        converted = pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        # Arrow's message quotes the value, which may be a customer's words.
        kinds = sorted({type(value).__name__ for value in series.tolist()})
        raise TypeError(f"its values are of no one kind Arrow knows ({', '.join(kinds)})") from None
    if series.dtype == object and pa.types.is_timestamp(converted.type) and any(_is_naive(value) for value in values):
        raise TypeError("found moments without a zone")
    chunks = converted.chunks if isinstance(converted, pa.ChunkedArray) else [converted]
    return pa.chunked_array([_convert(chunk, wanted) for chunk in chunks], wanted)


def _is_naive(value: object) -> bool:
    return isinstance(value, datetime) and not pd.isna(value) and value.tzinfo is None


def _convert(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    found = array.type
    if found == wanted and not pa.types.is_nested(wanted):
        return array
    if array.null_count == len(array):
        # Whatever pandas made of a column without values, often float.
        return pa.nulls(len(array), wanted)
    if pa.types.is_dictionary(found):
        return _convert(array.dictionary_decode(), wanted)
    if pa.types.is_list(wanted) and (pa.types.is_list(found) or pa.types.is_large_list(found)):
        return _convert_list(array, wanted)
    if pa.types.is_struct(wanted) and pa.types.is_struct(found):
        return _convert_struct(array, wanted)
    if not _is_convertible(found, wanted):
        zone = " without a zone" if pa.types.is_timestamp(found) and pa.types.is_timestamp(wanted) else ""
        raise TypeError(f"found {found}{zone}")
    return array.cast(wanted, safe=True)


def _is_convertible(found: pa.DataType, wanted: pa.DataType) -> bool:
    if pa.types.is_string(wanted):
        return bool(pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_string_view(found))
    if pa.types.is_integer(wanted) or pa.types.is_floating(wanted):
        return bool(pa.types.is_integer(found) or pa.types.is_floating(found))
    if pa.types.is_timestamp(wanted):
        return pa.types.is_timestamp(found) and found.tz is not None
    return False


def _convert_list(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    if array.offset:
        array = pa.concat_arrays([array, array.slice(0, 0)])
    offsets = array.offsets.cast(pa.int32())
    return pa.ListArray.from_arrays(
        offsets, _convert(array.values, wanted.value_type), type=wanted, mask=array.is_null()
    )


def _convert_struct(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    found = array.type
    declared = [item.name for item in wanted]
    unknown = [item.name for item in found if item.name not in declared]
    if unknown:
        raise TypeError(f"struct keys {unknown} are not declared (declared are {declared})")
    children = [
        _convert(array.field(item.name), item.type)
        if found.get_field_index(item.name) >= 0
        else pa.nulls(len(array), item.type)
        for item in wanted
    ]
    return pa.StructArray.from_arrays(children, fields=list(wanted), mask=array.is_null())
