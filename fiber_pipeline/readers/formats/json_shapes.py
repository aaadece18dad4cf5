"""Where the records of a JSON document are, whatever shape the table has in it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from fiber_pipeline.readers.columns.names import is_known_name
from fiber_pipeline.readers.formats.json_answers import ANSWER_KEYS
from fiber_pipeline.readers.formats.json_values import flatten, is_split_object

RECORD_KEYS = (
    "comments", "comentarios", "records", "registros", "items", "results", "resultados", "data", "datos", "responses",
    "respuestas", "reviews", "feedback", "encuestas", "rows", "filas",
)  # fmt: skip
"""Keys under which an object holds its records, the most telling first."""

_NAMES_KEYS = (
    "columns",
    "columnas",
    "header",
    "headers",
    "encabezados",
    "cols",
    "fields",
    "schema",
    "meta",
    "names",
    "rowType",
)
_ROWS_KEYS = ("data", "datos", "rows", "filas", "values", "valores", "records", "registros", "results", "result")
_NAME_KEYS = ("label", "display_name", "title", "name", "id")
_DEPTH = 6
_SAMPLE = 100
_ALIKE, _ALIKE_UNDER_IDS = 0.8, 0.3


class Found(NamedTuple):
    """A table in a document: the path to it, and its records; where `is_grid`, rows of cells that name nothing."""

    path: str
    records: Sequence[Any]
    is_grid: bool = False


def find_tables(document: Any) -> tuple[list[Found], list[Found]]:
    """Return the tables to read and the other lists of the document.

    The first is the most telling: of records with known names, under a telling key, the longest. Lists of the same
    names (one a month) are one table, each record with its list's path as `list`; grids stay apart.
    """
    found = list(_tables(_exported_tables(document), "", 0))
    if not found:
        return [Found("", [] if _holds_nothing(document) else [document])], []
    best = max(found, key=_weight)
    alike = [table for table in found if table is best or _is_like(table, best)]
    others = [table for table in found if table not in alike]
    if len(alike) == 1 or best.is_grid:
        return alike, others
    records = [
        _labelled("list", table.path, record) if isinstance(record, dict) else record
        for table in alike
        for record in table.records
    ]
    return [Found(", ".join(table.path for table in alike), records)], others


def _exported_tables(document: Any) -> Any:
    """The tables of a phpMyAdmin export by their names; any other document as it is."""
    if not isinstance(document, list) or not document or not all(isinstance(part, dict) for part in document):
        return document
    if document[0].get("type") != "header":
        return document
    return {str(part.get("name")): part.get("data") for part in document if part.get("type") == "table"}


def inner_records(records: Sequence[Any]) -> tuple[str, list[Any]] | None:
    """The entries of pages or groups ("reviews" of each store), each with what its page says beside them.

    What page and entry both name is kept as `page.name`.
    """
    pages = [record for record in records if isinstance(record, dict)]
    if not pages or len(pages) < len(records):
        return None
    for key in RECORD_KEYS:
        if all(_holds_objects(page.get(key)) for page in pages) and any(page[key] for page in pages):
            return key, [_with_page(page, key, entry) for page in pages for entry in page[key]]
    return None


def _with_page(page: Mapping[str, Any], key: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    said = {name if name not in entry else f"page.{name}": value for name, value in page.items() if name != key}
    return {**said, **entry}


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value) and not is_split_object(value)


def _holds_nothing(document: Any) -> bool:
    return isinstance(document, dict) and any(value == [] and _rank(key) for key, value in document.items())


def _rank(path: str) -> int:
    name = path.rsplit(".", 1)[-1].lower()
    return len(RECORD_KEYS) - RECORD_KEYS.index(name) if name in RECORD_KEYS else 0


def _weight(table: Found) -> tuple[bool, int, int, int]:
    known = _known(table)
    return known > 0 or _holds_answers(table), _rank(table.path), known, len(table.records)


def _holds_answers(table: Found) -> bool:
    """Whether records hold answers, rather than being the questions they answer."""
    return any(
        key.lower() in ANSWER_KEYS and not _is_plain(value)
        for record in table.records[:5]
        if isinstance(record, dict)
        for key, value in record.items()
    )


def _known(table: Found) -> int:
    if table.is_grid:
        return max((sum(is_known_name(str(cell)) for cell in row[:200]) for row in table.records[:10]), default=0)
    names = {name for record in table.records[:5] if isinstance(record, dict) for name in islice(flatten(record), 200)}
    return sum(map(is_known_name, names))


def _is_like(table: Found, best: Found) -> bool:
    """Whether a list holds records of the best one's names: the next month's, or another branch's."""
    if table.is_grid or best.is_grid:
        return table.is_grid and best.is_grid
    ours, theirs = _common_names(best.records), _common_names(table.records)
    return bool(ours) and len(ours & theirs) >= _ALIKE * len(ours | theirs)


def _common_names(records: Sequence[Any]) -> set[str]:
    sample = [record for record in records[:_SAMPLE] if isinstance(record, dict)]
    counts = Counter(name for record in sample for name in record)
    return {name for name, count in counts.items() if count > 0.5 * len(sample)}


def _tables(node: Any, path: str, depth: int) -> Iterator[Found]:
    """Every table, outermost only."""
    if isinstance(node, list):
        if node and all(isinstance(item, list) for item in node):
            yield Found(path, node, is_grid=True)
        elif any(isinstance(item, dict) for item in node) or not path or (_rank(path) and _is_text(node)):
            rows = _rows_of_cells(node)
            grids = [item for item in node if isinstance(item, dict) and _is_grid(item.get("values"))]
            if rows is not None:
                yield Found(path, rows, is_grid=True)
            elif grids and len(grids) == len(node):
                for number, item in enumerate(grids, start=1):
                    name = str(item.get("range") or f"{path}.{number}")
                    yield from (table._replace(path=name) for table in _tables(item, "", depth + 1))
            else:
                yield Found(path, node)
    elif isinstance(node, dict) and node and depth < _DEPTH:
        records = _split(node) or _columns(node) or _lists(node) or _map(node)
        if records is not None:
            yield Found(path, records)
        elif node.get("majorDimension") == "COLUMNS" and _is_grid(node.get("values")):
            height = max(map(len, node["values"]))
            cells = [[*column, *[None] * (height - len(column))] for column in node["values"]]
            yield Found(path, [list(row) for row in zip(*cells, strict=True)], is_grid=True)
        else:
            for key, value in node.items():
                yield from _tables_under(value, f"{path}.{key}" if path else key, depth)


def _tables_under(value: Any, path: str, depth: int) -> Iterator[Found]:
    if isinstance(value, dict) or (isinstance(value, list) and value):
        yield from _tables(value, path, depth + 1)


def _rows_of_cells(node: Sequence[Any]) -> list[list[Any]] | None:
    """Rows wrapped in objects of the one key `Data` or `cells`, as Athena answers; None for records."""
    key = next(iter(node[0]), "") if node and isinstance(node[0], dict) else ""
    if key.lower() not in ("data", "cells", "row", "columns"):
        return None
    if not all(isinstance(row, dict) and len(row) == 1 and isinstance(row.get(key), list) for row in node):
        return None
    rows = [row[key] for row in node]
    return None if any(isinstance(cell, dict) and len(cell) != 1 for row in rows for cell in row) else rows


def _is_text(node: list[Any]) -> bool:
    return bool(node) and isinstance(node[0], str)


def _is_grid(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, list) for row in value)


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _split(node: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Names in one list, rows of cells in another: pandas' `split`, and what query services answer."""
    rows = next((rows for key in _ROWS_KEYS if (rows := _rows(node.get(key)))), None)
    if rows is None:
        return None
    for source in (node, *(value for value in node.values() if isinstance(value, dict))):
        for key in _NAMES_KEYS:
            names = _column_names(source.get(key))
            if names and len(names) >= max(map(len, rows)):
                return [dict(zip(names, row, strict=False)) for row in rows]
    return None


def _rows(value: Any) -> list[list[Any]] | None:
    if not isinstance(value, list) or not value:
        return None
    if isinstance(value[0], dict):
        key = next((key for key in ("f", "c") if isinstance(value[0].get(key), list)), None)
        if key is None:
            return None
        cells = [row.get(key) if isinstance(row, dict) else None for row in value]
        value = [[cell.get("v") if isinstance(cell, dict) else cell for cell in row or []] for row in cells]
    return value if all(isinstance(row, list) for row in value) else None


def _column_names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return next((names for key in _NAMES_KEYS if (names := _column_names(value.get(key)))), [])
    if not isinstance(value, list):
        return []
    held = [item if isinstance(item, dict) else {"name": item} for item in value]
    found = [next((item[key] for key in _NAME_KEYS if item.get(key)), None) for item in held]
    return [str(name) for name in found] if found and all(isinstance(name, str | int) for name in found) else []


def _columns(node: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Pandas' `columns`: by name of column, its cells by row label."""
    if not all(isinstance(column, dict) and column for column in node.values()):
        return None
    labels = list(dict.fromkeys(label for column in node.values() for label in column))
    if not all(all(map(_is_plain, column.values())) for column in node.values()):
        return None
    if sum(map(len, node.values())) < _ALIKE * len(labels) * len(node):
        return None
    are_numbers = all(label.isdecimal() for label in labels)
    if are_numbers and all(name.isdecimal() for name in node):
        return None
    if not are_numbers and not (
        any(map(is_known_name, islice(node, _SAMPLE))) and not any(map(is_known_name, labels[:_SAMPLE]))
    ):
        return None
    return [
        {**({} if are_numbers else {"index": label}), **{name: column.get(label) for name, column in node.items()}}
        for label in labels
    ]


def _lists(node: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """By name of column, the list of its cells."""
    lists = {
        name: value for name, value in node.items() if isinstance(value, list) and value and all(map(_is_plain, value))
    }
    others = [name for name in node if name not in lists]
    if len(lists) < 2 or len(set(map(len, lists.values()))) > 1 or not any(map(is_known_name, lists)):
        return None
    if any(is_known_name(name) or not _is_plain(node[name]) for name in others):
        return None
    return [dict(zip(lists, cells, strict=True)) for cells in zip(*lists.values(), strict=True)]


def _map(node: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Records by their keys, as Firebase keeps them, also in groups; the key becomes the cell `key`."""
    if len(node) > 2 and all(isinstance(value, str) for value in node.values()) and _are_ids(node):
        return [{"key": key, "comment": value} for key, value in node.items()]
    if len(node) < 2 or not all(isinstance(value, dict) and value for value in node.values()):
        return None
    groups = [_map(value) for value in node.values()] if _are_groups(node) else []
    if groups and all(group is not None for group in groups):
        return [
            _labelled("group", name, record) for name, group in zip(node, groups, strict=True) for record in group or ()
        ]
    sample = list(islice(node.values(), _SAMPLE))
    common = _common_names(sample)
    alike = sum(len(common & value.keys()) / len(common | value.keys()) for value in sample) / len(sample)
    if not common or alike < (_ALIKE_UNDER_IDS if _are_ids(node) else _ALIKE):
        return None
    return [_labelled("key", key, value) for key, value in node.items()]


def _labelled(name: str, label: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with where it was found in a cell of its own, whatever cells it has."""
    return {name if name not in record else f"{name} (of the record)": label, **record}


def _are_groups(node: Mapping[str, Any]) -> bool:
    return all(all(isinstance(inner, dict) for inner in value.values()) for value in islice(node.values(), _SAMPLE))


def _are_ids(node: Mapping[str, Any]) -> bool:
    """Whether keys name records rather than fields: no letters alone, such as "-NxQ3" or "17"."""
    return all(any(not character.isalpha() and character != "_" for character in key) for key in islice(node, _SAMPLE))
