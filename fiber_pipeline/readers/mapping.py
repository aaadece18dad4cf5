"""What a person says about a file's columns, which overrides what is recognised.

The file is YAML: a list of rules, each for batches whose path fits a glob, or for a source (a first folder):

    rules:
      - source: norte
        date_order: month_first
      - batch: "norte/encuesta-*.xlsx"
        sheets: [Respuestas]
        header_row: 3
        columns: {comment: Observaciones del agente, nps: P1, customer: 4}
        questions: ["¿Qué mejorarías?"]
        rating_scale: 1-5

Rules that fit a batch are laid over one another in the order they stand, key by key. A column is named by its
header (case, accents and punctuation do not matter) or by its position, from 1; null says that no column plays the
role. `questions` are the columns of further open questions, besides the comment's; where `comment` is said and they
are not, there are none. `header_row` counts from 1 as `row_number` does; 0 says that there is no header.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NoReturn, cast

import yaml

from fiber_pipeline.problems import Problem
from fiber_pipeline.readers.columns import ROLES, Role
from fiber_pipeline.readers.values.dates import DateOrder
from fiber_pipeline.readers.values.scores import RatingScale
from fiber_pipeline.tables.vocabulary import RATING_SCALES


class MappingError(Problem, ValueError):
    """A mapping file that cannot be used; the message names file, line and reason."""


@dataclass(frozen=True)
class ColumnMapping:
    """What is said about one batch; None where nothing is.

    columns: by role, a header or a position from 1, or None where no column plays the role.
    questions: headers or positions of further open questions, None where they are to be recognised.
    header_row: the header's row number, 0 for no header.
    sheets: the only sheets to read.
    """

    columns: Mapping[Role, str | int | None] = field(default_factory=dict)
    questions: tuple[str | int, ...] | None = None
    header_row: int | None = None
    sheets: tuple[str, ...] | None = None
    date_order: DateOrder | None = None
    rating_scale: RatingScale | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True)
class Rule:
    """A mapping, and the batches it is for: those whose path fits the glob `batch`, or those of `source`."""

    mapping: ColumnMapping
    batch: str | None = None
    source: str | None = None

    def fits(self, batch: str) -> bool:
        """Whether the rule is for this batch."""
        if self.batch is not None and not fnmatchcase(batch, self.batch):
            return False
        return self.source is None or batch_source(batch) == self.source


@dataclass(frozen=True)
class Mappings:
    """The rules of a mapping file, in order."""

    rules: Sequence[Rule] = ()

    def for_batch(self, batch: str) -> ColumnMapping | None:
        """Everything the rules say about a batch, later rules over earlier ones; None if none is for it."""
        fitting = [rule.mapping for rule in self.rules if rule.fits(batch)]
        if not fitting:
            return None
        merged = ColumnMapping()
        for mapping in fitting:
            said = {
                item.name: getattr(mapping, item.name)
                for item in fields(mapping)
                if item.name != "columns" and getattr(mapping, item.name) is not None
            }
            merged = replace(merged, columns={**merged.columns, **mapping.columns}, **said)
        return merged


def batch_source(batch: str) -> str | None:
    """The first folder of a batch's path, None for a file at the top."""
    return batch.split("/", 1)[0] if "/" in batch else None


def load_mapping(path: Path) -> Mappings:
    """Load a mapping file. Raises MappingError naming file, line and reason."""
    try:
        document = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise MappingError(f"{path}: cannot be opened ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise MappingError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise MappingError(f"{path}{line}: is not YAML ({getattr(error, 'problem', None) or error})") from error
    if document is None:
        return Mappings()
    return _MappingFile(path).mappings(document)


class _MappingFile:
    """Walks the YAML nodes, which know the lines they stand on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def mappings(self, node: yaml.Node) -> Mappings:
        entries = self._entries(node, ("rules",))
        if "rules" not in entries:
            self._fail(node, "`rules` is missing")
        rules = entries["rules"]
        if not isinstance(rules, yaml.SequenceNode):
            self._fail(rules, "`rules` must be a list")
        return Mappings(tuple(self._rule(rule) for rule in rules.value))

    def _rule(self, node: yaml.Node) -> Rule:
        readers: dict[str, Callable[[yaml.Node], Any]] = {
            "columns": self._columns,
            "questions": self._questions,
            "header_row": lambda at: self._whole(at, "header_row", 0),
            "sheets": self._sheets,
            "date_order": lambda at: self._one_of(at, "date_order", ("day_first", "month_first")),
            "rating_scale": lambda at: self._one_of(at, "rating_scale", tuple(RATING_SCALES)),
            "encoding": self._encoding,
            "delimiter": self._delimiter,
        }
        entries = self._entries(node, ("batch", "source", *readers))
        batch = self._text(entries["batch"], "batch") if "batch" in entries else None
        source = self._text(entries["source"], "source") if "source" in entries else None
        if batch is None and source is None:
            self._fail(node, "a rule needs `batch` (a glob of the path in the inbox) or `source` (a first folder)")
        said = {name: read(entries[name]) for name, read in readers.items() if name in entries}
        return Rule(ColumnMapping(**said), batch, source)

    def _columns(self, node: yaml.Node) -> dict[Role, str | int | None]:
        columns: dict[Role, str | int | None] = {}
        for role, value in self._entries(node, ROLES).items():
            found = self._scalar(value, role)
            columns[cast(Role, role)] = None if found is None else self._column(value, role, ", or null")
        return columns

    def _questions(self, node: yaml.Node) -> tuple[str | int, ...]:
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(self._column(item, "questions") for item in items)

    def _column(self, node: yaml.Node, name: str, otherwise: str = "") -> str | int:
        found = self._scalar(node, name)
        if isinstance(found, bool) or not isinstance(found, str | int) or (isinstance(found, int) and found < 1):
            self._fail(node, f"`{name}` must be a header, a position from 1{otherwise}, not {found!r}")
        return found

    def _sheets(self, node: yaml.Node) -> tuple[str, ...]:
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(self._text(item, "sheets") for item in items)

    def _encoding(self, node: yaml.Node) -> str:
        name = self._text(node, "encoding")
        try:
            "".encode(name)
        except LookupError:
            self._fail(node, f"`encoding` {name!r} is unknown; for example utf-8, cp1252, utf-16")
        return name

    def _delimiter(self, node: yaml.Node) -> str:
        delimiter = self._text(node, "delimiter")
        if len(delimiter) != 1 or delimiter in '"\r\n':
            self._fail(node, f"`delimiter` must be one character, not {delimiter!r}")
        return delimiter

    def _entries(self, node: yaml.Node, allowed: Sequence[str]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._fail(node, f"expected keys ({', '.join(allowed)})")
        entries: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value not in allowed:
                self._fail(key, f"unknown key {key.value!r}; allowed are {', '.join(allowed)}")
            if key.value in entries:
                self._fail(key, f"key {key.value!r} is given twice")
            entries[key.value] = value
        return entries

    def _scalar(self, node: yaml.Node, name: str) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            self._fail(node, f"`{name}` must be a single value")
        return yaml.SafeLoader("").construct_object(node)

    def _text(self, node: yaml.Node, name: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            self._fail(node, f"`{name}` must be a text")
        return str(node.value)

    def _whole(self, node: yaml.Node, name: str, low: int) -> int:
        value = self._scalar(node, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            self._fail(node, f"`{name}` must be a whole number from {low}, not {value!r}")
        return value

    def _one_of(self, node: yaml.Node, name: str, allowed: Sequence[str]) -> str:
        value = self._text(node, name)
        if value not in allowed:
            self._fail(node, f"`{name}` must be {' or '.join(allowed)}, not {value!r}")
        return value

    def _fail(self, node: yaml.Node, reason: str) -> NoReturn:
        raise MappingError(f"{self._path}, line {node.start_mark.line + 1}: {reason}")
