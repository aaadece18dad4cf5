"""JSON documents and JSON lines: where the records are, flattened to named cells."""

import io
import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

import ijson

from fiber_pipeline.readers.delimited import read_lines
from fiber_pipeline.readers.foreign_types import refuse_foreign_json
from fiber_pipeline.readers.limits import MIB, Limits
from fiber_pipeline.readers.sheet import CHUNK_ROWS, Cell, Chunk, Malformed, Sheet, is_blank
from fiber_pipeline.readers.unreadable import UnreadableFile

RECORD_KEYS = (
    "comments", "comentarios", "records", "registros", "items", "results", "resultados", "data", "datos", "responses",
    "respuestas", "reviews", "feedback", "encuestas", "rows", "filas",
)  # fmt: skip
"""Keys under which an object holds its records, the most telling first."""

WHOLE_CHARACTERS = 64 * MIB
"""Documents up to this size are parsed whole; larger ones as a stream, record by record."""

_DEPTH = 6
TEXT_COLUMN = "comment"


def flatten(record: dict[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """Flatten nested objects to dotted names; lists of plain values and deeper nests become JSON text."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < _DEPTH:
            flat.update(flatten(value, f"{name}.", depth + 1))
        elif isinstance(value, dict | list):
            flat[name] = json.dumps(value, ensure_ascii=False, default=str) if value else None
        elif isinstance(value, float) and not math.isfinite(value):
            flat[name] = None
        elif isinstance(value, str) and not value.isascii():
            flat[name] = _whole_characters(value)
        else:
            flat[name] = value
    return flat


def read_json_document(handle: io.TextIOWrapper, sheet: Sheet, limits: Limits) -> Iterator[Sheet]:
    """Yield the sheet with its records: a list, or the list an object holds. Raises UnreadableFile."""
    text = handle.read(WHOLE_CHARACTERS + 1)
    if len(text) > WHOLE_CHARACTERS:
        yield _stream(handle, sheet, limits)
        return
    duplicates: set[str] = set()
    try:
        document = json.loads(text.lstrip("\ufeff"), object_pairs_hook=lambda pairs: _object(pairs, duplicates))
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            f"the JSON is broken at line {error.lineno}, column {error.colno} ({error.msg})",
            sheet.where,
            "Export it again; a file cut short ends like this",
        ) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableFile(
            "the JSON is nested too deeply or holds a number too long", sheet.where, "Export a flat list of records"
        ) from error
    if duplicates:
        sheet.notes.append(f"keys given twice in one object, kept as 'name (2)': {', '.join(sorted(duplicates)[:5])}")
    refuse_foreign_json(document, sheet.where)
    path, records = _find_records(document)
    inner = _inner_records(records)
    if inner is not None:
        key, records = inner
        sheet.notes.append(f"each record holds a list under {key!r}; its entries are the records")
    if path:
        sheet.notes.append(f"the records are those under {path!r}")
        others = [other for other, _ in _record_lists(document) if other != path]
        if others:
            sheet.notes.append(f"other lists in the document are not comments and were not read: {', '.join(others)}")
    sheet.header = []
    sheet.chunks = _chunks(enumerate(records, start=1), sheet, limits)
    yield sheet


def read_json_lines(handle: io.TextIOWrapper, sheet: Sheet, limits: Limits) -> Sheet:
    """Return the sheet with one record a line; a line that is not JSON is a malformed row."""
    sheet.header = []
    duplicates: set[str] = set()

    def records() -> Iterator[tuple[int, Any]]:
        for number, line in enumerate(read_lines(handle, limits, sheet.where), start=1):
            if is_blank(line):
                continue
            try:
                yield number, json.loads(line, object_pairs_hook=lambda pairs: _object(pairs, duplicates))
            except (ValueError, RecursionError):
                yield number, Malformed(number, [line.rstrip("\r\n")], "the line is not valid JSON")

    sheet.chunks = _chunks(records(), sheet, limits)
    return sheet


def looks_like_lines(head: str) -> bool:
    """Whether a text that starts with an object holds one object a line rather than one document."""
    lines = [line for line in head.splitlines()[:-1] or [head] if line.strip()]
    if len(lines) < 2:
        return False
    try:
        return isinstance(json.loads(lines[0]), dict) and lines[1].lstrip().startswith("{")
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


def _find_records(document: Any) -> tuple[str, list[Any]]:
    if isinstance(document, list):
        return "", document
    if not isinstance(document, dict):
        return "", [document]
    lists = _record_lists(document)
    if lists:
        return max(lists, key=lambda found: (_rank(found[0]), len(found[1])))
    if len(document) > 1 and all(isinstance(value, dict) and value for value in document.values()):
        return "", [{"key": key, **value} for key, value in document.items()]
    return "", [document]


def _inner_records(records: list[Any]) -> tuple[str, list[Any]] | None:
    """The entries of pages or groups ("reviews" of each store), each with what its page says beside them."""
    pages = [record for record in records if isinstance(record, dict)]
    if not pages or len(pages) < len(records):
        return None
    for key in RECORD_KEYS:
        if all(_holds_objects(page.get(key)) for page in pages) and any(page[key] for page in pages):
            return key, [
                {**{name: value for name, value in page.items() if name != key}, **entry}
                for page in pages
                for entry in page[key]
            ]
    return None


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _rank(path: str) -> int:
    name = path.rsplit(".", 1)[-1].lower()
    return len(RECORD_KEYS) - RECORD_KEYS.index(name) if name in RECORD_KEYS else 0


def _record_lists(node: Any, path: str = "", depth: int = 0) -> list[tuple[str, list[Any]]]:
    """Lists of objects (or, under a telling key, of texts), outermost only."""
    found: list[tuple[str, list[Any]]] = []
    if isinstance(node, dict) and depth < _DEPTH:
        for key, value in node.items():
            inner = f"{path}.{key}" if path else key
            if (
                isinstance(value, list)
                and value
                and (any(isinstance(item, dict) for item in value) or (_rank(inner) and isinstance(value[0], str)))
            ):
                found.append((inner, value))
            elif isinstance(value, dict):
                found.extend(_record_lists(value, inner, depth + 1))
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


def _chunks(records: Iterable[tuple[int, Any]], sheet: Sheet, limits: Limits) -> Iterator[Chunk]:
    header = sheet.header if sheet.header is not None else []
    place = {name: index for index, name in enumerate(header)}
    chunk = Chunk()
    for number, record in records:
        if isinstance(record, Malformed):
            chunk.malformed.append(record)
            continue
        if not isinstance(record, dict):
            record = {TEXT_COLUMN: record}
        flat = flatten(record)
        row: list[Cell] = [None] * len(header)
        for name, value in flat.items():
            index = place.get(name)
            if index is None:
                place[name] = len(header)
                header.append(name)
                row.append(value)
            else:
                row[index] = value
        if len(header) > limits.columns:
            raise UnreadableFile(
                f"the records have more than {limits.columns:,} different names", sheet.where, "Export fewer columns"
            )
        if number > limits.rows:
            raise UnreadableFile(
                f"the file has more than the {limits.rows:,} rows allowed", sheet.where, "Split it into several files"
            )
        chunk.numbers.append(number)
        chunk.rows.append(row)
        if len(chunk.rows) >= CHUNK_ROWS:
            yield chunk
            chunk = Chunk()
    yield chunk


def _whole_characters(text: str) -> str:
    """Half a surrogate pair, which JSON can spell and UTF-8 cannot, becomes U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
