"""Parquet files: named, typed columns."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fiber_pipeline.readers.files.containers import Document
from fiber_pipeline.readers.formats.json_values import flatten
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.sheet import CHUNK_ROWS, Chunk, Sheet
from fiber_pipeline.readers.unreadable import UnreadableFile


def read_parquet(document: Document, limits: Limits) -> Sheet:
    """Return the file's one table; rows are numbered from 1, structs flattened. Raises UnreadableFile."""
    try:
        parquet = pq.ParquetFile(document.handle)
        metadata = parquet.metadata
        size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(document.file) from error
    if metadata.num_rows > limits.rows or metadata.num_columns > limits.columns or size > limits.unpacked_bytes:
        raise UnreadableFile(
            f"the table has {metadata.num_rows:,} rows, {metadata.num_columns:,} columns and {size:,} bytes; "
            f"{limits.rows:,}, {limits.columns:,} and {limits.unpacked_bytes:,} are allowed",
            document.file,
            "Split it into several files, or raise the limit",
        )
    sheet = Sheet(document.file, document.member, None, iter(()), header=[])
    sheet.chunks = _chunks(parquet, sheet)
    return sheet


def _chunks(parquet: pq.ParquetFile, sheet: Sheet) -> Iterator[Chunk]:
    header = sheet.header if sheet.header is not None else []
    first = 1
    batches = parquet.iter_batches(batch_size=CHUNK_ROWS)
    while True:
        try:
            batch = next(batches, None)
            columns: dict[str, list[Any]] = {}
            if batch is not None:
                for name, column in zip(batch.schema.names, batch.columns, strict=True):
                    columns[name if name not in columns else f"{name} ({len(columns) + 1})"] = _values(column)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(sheet.file) from error
        if batch is None:
            return
        if any(pa.types.is_nested(kind) for kind in batch.schema.types) or any(map(_may_hold_json, columns.values())):
            records = [flatten(dict(zip(columns, cells, strict=True))) for cells in zip(*columns.values(), strict=True)]
            for record in records:
                header.extend(name for name in record if name not in header)
            rows = [[record.get(name) for name in header] for record in records]
        else:
            header[:] = list(columns)
            rows = [list(cells) for cells in zip(*columns.values(), strict=True)]
        yield Chunk(list(range(first, first + len(rows))), rows)
        first += len(rows)


def _may_hold_json(cells: list[Any]) -> bool:
    return any(isinstance(cell, str) and cell[:1] in ("{", "[") for cell in cells[:20])


def _values(column: pa.Array) -> list[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    elif pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
    if pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    values: list[Any] = column.to_pylist()
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        values = [None if value is None else value.decode("utf-8", "replace") for value in values]
    return values


def _damaged(where: str) -> UnreadableFile:
    return UnreadableFile("the Parquet file is truncated or damaged", where, "Write it again")
