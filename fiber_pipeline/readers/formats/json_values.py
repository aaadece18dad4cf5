"""A JSON record as named cells: nested names joined by dots, stores' type marks taken off, answers named as asked.

The whole path is the cell's name (`review.text`, `reply.text`), since it tells whose words they are.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fiber_pipeline.readers.formats.json_answers import ANSWER_KEYS, Titles, find_answers
from fiber_pipeline.readers.sheet import Cell

_DEPTH = 8
_KEEP = object()
_PLAIN_KEYS = ("label", "labels", "value", "values", "answer", "answers", "text", "plain_text", "simple_text", "name")


def flatten(record: Mapping[str, Any], titles: Titles | None = None) -> dict[str, Cell]:
    """Flatten a record. Objects become dotted names, lists of plain values one text, what is deeper JSON text."""
    flat: dict[str, Cell] = {}
    for key, value in record.items():
        _put(flat, key, key, value, titles or {}, 0)
    return flat


def _put(flat: dict[str, Cell], name: str, key: str, value: Any, titles: Titles, depth: int) -> None:
    """Put a value under its name; `key` is the last part of the name as the document has it."""
    if isinstance(value, str):
        inner = written_json(value) if value[:1] in ("{", "[") else None
        if inner is not None:
            _put(flat, name, key, inner, titles, depth)
            return
        if not value.isascii():
            value = _whole_characters(value)
    elif isinstance(value, dict):
        inner = _unmarked(value)
        if inner is not value:
            _put(flat, name, key, inner, titles, depth)
            return
        if _put_answers(flat, name, key, value, titles):
            return
        text = _rich_text(value)
        if text is not None:
            value = text
        elif value and depth < _DEPTH:
            for part, item in value.items():
                title = titles.get(part.removesuffix("_TEXT")) if titles else None
                _put(flat, title or f"{name}.{part}", part, item, titles, depth + 1)
            return
        else:
            value = _json_text(value)
    elif isinstance(value, list):
        if _put_answers(flat, name, key, value, titles):
            return
        items = [_unmarked(item) if isinstance(item, dict) else item for item in value]
        if is_split_object(items):
            _put(flat, name, key, {part: item for entry in items for part, item in entry.items()}, titles, depth)
            return
        value = _list_text(items)
    elif isinstance(value, float) and not math.isfinite(value):
        value = None
    if name in flat:
        name = next(spare for count in range(2, len(flat) + 3) if (spare := f"{name} ({count})") not in flat)
    flat[name] = value


def is_split_object(items: list[Any]) -> bool:
    """Whether a list is an object in parts: objects of one key each, no two alike ("userComment", then its reply)."""
    keys = [next(iter(item)) for item in items if isinstance(item, dict) and len(item) == 1]
    return len(items) > 1 and len(keys) == len(items) == len(set(keys))


def _number(text: Any) -> Any:
    if not isinstance(text, str):
        return text if isinstance(text, int | float) else _KEEP
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def _of(*types: type) -> Callable[[Any], Any]:
    return lambda value: value if isinstance(value, types) else _KEEP


def _part(key: str, default: Any) -> Callable[[Any], Any]:
    return lambda value: value.get(key, default) if isinstance(value, dict) else _KEEP


_MARKS: Mapping[str, Callable[[Any], Any]] = {
    # MongoDB's extended JSON.
    "$oid": _of(str), "$uuid": _of(str), "$symbol": _of(str),
    "$date": _of(str, int, dict), "$numberInt": _number, "$numberLong": _number, "$numberDouble": _number,
    "$numberDecimal": _number, "$timestamp": _part("t", None),
    # DynamoDB.
    "S": _of(str), "N": _number, "BOOL": _of(bool), "NULL": lambda value: None, "M": _of(dict), "L": _of(list),
    "SS": _of(list), "NS": _of(list),
    # Firestore.
    "stringValue": _of(str), "integerValue": _number, "doubleValue": _number, "booleanValue": _of(bool),
    "timestampValue": _of(str), "nullValue": lambda value: None, "mapValue": _part("fields", {}),
    "arrayValue": _part("values", []),
    # Avro's unions, Athena's cells, cells of Google's charts.
    "string": _of(str), "int": _of(int), "long": _of(int), "double": _of(int, float), "boolean": _of(bool),
    "VarCharValue": _of(str), "v": _of(str, int, float, type(None)),
}  # fmt: skip
_MOMENTS = frozenset({"seconds", "nanos", "nanoseconds", "_seconds", "_nanoseconds"})


def _unmarked(value: dict[str, Any]) -> Any:
    """The value that a store wraps in an object to say its type; the object itself if it is none of those."""
    if len(value) == 1:
        ((key, inner),) = value.items()
        mark = _MARKS.get(key)
        found = mark(inner) if mark is not None else _KEEP
        if found is not _KEEP:
            return _unmarked(found) if isinstance(found, dict) else found
    kind = value.get("type")
    if isinstance(kind, str) and kind in value and kind != "type" and len(value) <= 3:
        return value[kind]  # Notion's properties, Typeform's answers
    if value and len(value) <= 2 and value.keys() <= _MOMENTS:
        seconds = value.get("seconds", value.get("_seconds"))
        return _number(seconds) if isinstance(seconds, str | int) else value
    return value


def _put_answers(flat: dict[str, Cell], name: str, key: str, value: Any, titles: Titles) -> bool:
    """Put answers that stand beside (the ids of) their questions under the questions; False if they are none."""
    answers = find_answers(key, value, titles) if key.lower() in ANSWER_KEYS else None
    if answers is None:
        return False
    for is_title, question, answer in answers:
        _put(flat, question if is_title else f"{name}.{question}", "", _plain(answer), {}, _DEPTH)
    return True


def plain_cell(value: Any) -> Cell:
    """A value that has no name of its own as one cell."""
    if isinstance(value, str):
        return _whole_characters(value)
    return _list_text(value) if isinstance(value, list) else _plain(value)


def _plain(value: Any) -> Cell:
    """An answer as one cell."""
    if isinstance(value, dict):
        value = _unmarked(value)
    if isinstance(value, dict):
        key = next((key for key in _PLAIN_KEYS if key in value), None)
        return _plain(value[key]) if key is not None else _json_text(value)
    if isinstance(value, list):
        return _joined(_plain(item) for item in value)
    return value  # type: ignore[no-any-return]


def _list_text(items: list[Any]) -> Cell:
    """A list as one cell: its one value, its values in one text, or JSON text if it holds more than that."""
    if all(not isinstance(item, dict | list) for item in items):
        return _joined(items)
    if all(isinstance(item, dict) and len(item) == 1 and next(iter(item)) in _PLAIN_KEYS for item in items):
        return _joined(_plain(item) for item in items)
    text = _rich_text(items)
    return text if text is not None else _json_text(items)


def _joined(cells: Iterable[Cell]) -> Cell:
    held = [cell for cell in cells if cell is not None and cell != ""]
    if len(held) < 2:
        return _whole_characters(held[0]) if held and isinstance(held[0], str) else next(iter(held), None)
    return _whole_characters("; ".join(map(str, held)))


def _rich_text(value: Any) -> str | None:
    """The text of formatted text: runs with `text` or `plain_text`, alone or in paragraphs under `content`."""
    if isinstance(value, list):
        parts = [item if isinstance(item, str) else _run(item) for item in value]
        if not parts or not any(isinstance(item, dict) for item in value):
            return None
        return None if None in parts else "".join(part for part in parts if part is not None)
    if not isinstance(value, dict) or value.get("type") not in ("doc", "paragraph", "rich_text"):
        return None
    inner = value.get("content", value.get("rich_text"))
    if not isinstance(inner, list):
        return None
    texts = [_rich_text(item) or _run(item) or "" for item in inner]
    return ("\n" if value["type"] == "doc" else "").join(texts)


def _run(item: Any) -> str | None:
    if not isinstance(item, dict) or "type" not in item:
        return None
    text = item.get("plain_text", item.get("text"))
    return text if isinstance(text, str) else None


def written_json(text: str) -> Any:
    """The object, or list of objects, that a text is the JSON of; None if it is a text."""
    if text[-1] not in ("}", "]") or (text[0] == "[" and not text[1:].lstrip().startswith("{")):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found or None


def _json_text(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False, default=str) if value else None


def _whole_characters(text: str) -> str:
    """Half a surrogate pair, which JSON can spell and UTF-8 cannot, becomes U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
