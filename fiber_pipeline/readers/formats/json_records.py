"""JSON documents and JSON lines: parsed, and their records or rows handed on in chunks."""

import io
import itertools
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import ijson

from fiber_pipeline.readers.files.foreign_types import refuse_foreign_json
from fiber_pipeline.readers.formats.delimited import read_lines
from fiber_pipeline.readers.formats.json_answers import Titles, collect_titles
from fiber_pipeline.readers.formats.json_shapes import Found, find_tables, inner_records
from fiber_pipeline.readers.formats.json_values import flatten, plain_cell
from fiber_pipeline.readers.limits import MIB, Limits
from fiber_pipeline.readers.sheet import CHUNK_ROWS, Cell, Chunk, Malformed, Sheet, is_blank
from fiber_pipeline.readers.unreadable import UnreadableFile

WHOLE_CHARACTERS = 64 * MIB
"""Documents up to this size are parsed whole; larger ones as a stream, record by record."""

TEXT_COLUMN = "comment"
_BETWEEN = re.compile(r"[\s,\x1e\0]*")


def read_json_document(handle: io.TextIOWrapper, sheet: Sheet, limits: Limits) -> Iterator[Sheet]:
    """Yield the sheet with its records, in whatever shape the document has them; several for several grids.

    Documents that follow one another in a file are one list. Raises UnreadableFile.
    """
    text = handle.read(WHOLE_CHARACTERS + 1)
    if len(text) > WHOLE_CHARACTERS:
        yield _stream(handle, sheet, limits)
        return
    duplicates: set[str] = set()
    document = _parse(text.strip("\ufeff \t\r\n\0\x1e"), duplicates, sheet.where)
    _note_duplicates(sheet, duplicates)
    refuse_foreign_json(document, sheet.where)
    tables, others = find_tables(document)
    if others:
        told = ", ".join(f"{table.path} ({len(table.records)})" for table in others[:10])
        sheet.notes.append(f"other lists in the document are not comments and were not read: {told}")
    for table in tables:
        part = sheet if len(tables) == 1 else replace(sheet, name=table.path, notes=list(sheet.notes))
        if table.path:
            part.notes.append(f"the records are those under {table.path!r}")
        if table.is_grid:
            part.chunks = _grid_chunks(enumerate(table.records, start=1), part, limits)
        else:
            part.header = []
            titles = collect_titles(document, table.records) if isinstance(document, dict) else {}
            part.chunks = _chunks(enumerate(_records(table, part), start=1), part, limits, titles)
        yield part


def _records(table: Found, sheet: Sheet) -> Sequence[Any]:
    inner = inner_records(table.records)
    if inner is None:
        return table.records
    key, records = inner
    sheet.notes.append(f"each record holds a list under {key!r}; its entries are the records")
    return records


def _parse(text: str, duplicates: set[str], where: str) -> Any:
    """The document, or the list of documents, that a text is. Keys given twice are added to `duplicates`."""
    decoder = json.JSONDecoder(object_pairs_hook=lambda pairs: _object(pairs, duplicates))
    found: list[Any] = []
    at = 0
    try:
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            found.append(value)
            at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
        if not found:
            raise UnreadableFile("the file holds nothing but white space", where, "Export it again")
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            f"the JSON is broken at line {error.lineno}, column {error.colno} ({error.msg})",
            where,
            "Export it again; a file cut short ends like this",
        ) from error
    except (RecursionError, ValueError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(
            "the JSON is nested too deeply or holds a number too long", where, "Export a flat list of records"
        ) from error
    if len(found) == 1:
        return found[0]
    if all(isinstance(value, list) and all(isinstance(item, dict) for item in value) for value in found):
        return [item for value in found for item in value]
    return found


def _note_duplicates(sheet: Sheet, duplicates: Collection[str]) -> None:
    if duplicates:
        told = ", ".join(sorted(duplicates)[:5])
        sheet.notes.append(f"keys given twice in one object, kept as 'name (2)': {told}")


def read_json_lines(handle: io.TextIOWrapper, sheet: Sheet, limits: Limits) -> Sheet:
    """Return the sheet with one record a line, or one row of cells; a line that is not JSON is a malformed row."""
    duplicates: set[str] = set()

    def records() -> Iterator[tuple[int, Any]]:
        for number, line in enumerate(read_lines(handle, limits, sheet.where), start=1):
            if is_blank(line):
                continue
            try:
                yield (
                    number,
                    json.loads(line.lstrip("\ufeff\x1e"), object_pairs_hook=lambda pairs: _object(pairs, duplicates)),
                )
            except (ValueError, RecursionError):
                yield number, Malformed(number, [line.rstrip("\r\n")], "the line is not valid JSON")
        _note_duplicates(sheet, duplicates)

    lines = records()
    first = next(lines, None)
    lines = itertools.chain([] if first is None else [first], lines)
    if first is not None and isinstance(first[1], list):
        sheet.chunks = _grid_chunks(lines, sheet, limits)
    else:
        sheet.header = []
        sheet.chunks = _chunks(lines, sheet, limits)
    return sheet


def looks_like_lines(head: str) -> bool:
    """Whether a text that starts as JSON holds one object, or row of cells, a line rather than one document."""
    lines = [line for line in head.splitlines()[:-1] or [head] if line.strip()]
    if len(lines) < 2:
        return False
    try:
        first = json.loads(lines[0])
        return (isinstance(first, dict) and lines[1].lstrip().startswith("{")) or (
            isinstance(first, list) and isinstance(json.loads(lines[1]), list)
        )
    except (ValueError, RecursionError):
        return False


def _object(pairs: list[tuple[str, Any]], duplicates: set[str]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    found = {}
    for key, value in pairs:
        name, count = key, 2
        while name in found:
            duplicates.add(key)
            name, count = f"{key} ({count})", count + 1
        found[name] = value
    return found


def _stream(handle: io.TextIOWrapper, sheet: Sheet, limits: Limits) -> Sheet:
    """The records of a document too large to hold: those of its outermost list, or of the first list it holds."""

    def restart() -> Any:
        handle.seek(0)
        return _Utf8(handle)

    def records() -> Iterator[tuple[int, Any]]:
        try:
            prefix = next((prefix for prefix, event, _ in ijson.parse(restart()) if event == "start_array"), None)
            if prefix is None:
                raise UnreadableFile("the JSON holds no list of records", sheet.where, "Export a list of records")
            if prefix:
                sheet.notes.append(f"the records are those under {prefix!r}")
            item = f"{prefix}.item" if prefix else "item"
            yield from enumerate(ijson.items(restart(), item, use_float=True), start=1)
        except ijson.JSONError as error:
            raise UnreadableFile(
                f"the JSON is broken ({str(error).splitlines()[0][:120]})", sheet.where, "Export it again"
            ) from error

    sheet.header = []
    sheet.chunks = _chunks(records(), sheet, limits)
    return sheet


class _Utf8:
    """A text file as the bytes ijson reads, whatever its own encoding."""

    def __init__(self, handle: io.TextIOWrapper) -> None:
        self._handle = handle

    def read(self, size: int = -1) -> bytes:
        return self._handle.read(size).encode("utf-8", "replace")


def _chunks(
    records: Iterable[tuple[int, Any]], sheet: Sheet, limits: Limits, titles: Titles | None = None
) -> Iterator[Chunk]:
    header = sheet.header if sheet.header is not None else []
    place = {name: index for index, name in enumerate(header)}
    chunk = Chunk()
    for number, record in records:
        if isinstance(record, Malformed):
            chunk.malformed.append(record)
            continue
        if not isinstance(record, dict):
            record = {TEXT_COLUMN: record}
        if len(record) > limits.columns:
            raise _too_wide(sheet, limits)
        row: list[Cell] = [None] * len(header)
        for name, value in flatten(record, titles).items():
            index = place.get(name)
            if index is None:
                place[name] = len(header)
                header.append(name)
                row.append(value)
            else:
                row[index] = value
        if len(header) > limits.columns:
            raise _too_wide(sheet, limits)
        _add(chunk, number, row, sheet, limits)
        if len(chunk.rows) >= CHUNK_ROWS:
            yield chunk
            chunk = Chunk()
    yield chunk


def _grid_chunks(rows: Iterable[tuple[int, Any]], sheet: Sheet, limits: Limits) -> Iterator[Chunk]:
    """Rows of cells, of which the first names the columns or does not, as in any sheet."""
    chunk = Chunk()
    for number, row in rows:
        if isinstance(row, Malformed):
            chunk.malformed.append(row)
            continue
        cells = row if isinstance(row, list) else [row]
        if len(cells) > limits.columns:
            raise _too_wide(sheet, limits)
        _add(chunk, number, [plain_cell(cell) for cell in cells], sheet, limits)
        if len(chunk.rows) >= CHUNK_ROWS:
            yield chunk
            chunk = Chunk()
    yield chunk


def _add(chunk: Chunk, number: int, row: list[Cell], sheet: Sheet, limits: Limits) -> None:
    if number > limits.rows:
        raise UnreadableFile(
            f"the file has more than the {limits.rows:,} rows allowed", sheet.where, "Split it into several files"
        )
    chunk.numbers.append(number)
    chunk.rows.append(row)


def _too_wide(sheet: Sheet, limits: Limits) -> UnreadableFile:
    return UnreadableFile(
        f"the records have more than {limits.columns:,} different names",
        sheet.where,
        "Export fewer columns, or a list of records",
    )
