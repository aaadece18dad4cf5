"""Reads a review workbook back. A row that holds what it may not is refused with sheet, row and reason; others stand.

Reasons name the column and what it may hold, never what it holds: anything may have been typed there.
"""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fiber_pipeline.annotation.themes import Theme
from fiber_pipeline.cleaning.identity import text_key
from fiber_pipeline.readers.files.containers import Document, open_regular
from fiber_pipeline.readers.files.file_type import detect_file_type
from fiber_pipeline.readers.formats.spreadsheets import read_workbook
from fiber_pipeline.readers.limits import MIB, Limits
from fiber_pipeline.readers.sheet import Cell, is_blank
from fiber_pipeline.readers.unreadable import UnreadableFile
from fiber_pipeline.review import queue_layout as layout
from fiber_pipeline.tables.vocabulary import REVIEW_REASONS
from fiber_pipeline.text.folding import fold

_LIMITS = Limits(file_bytes=64 * MIB, unpacked_bytes=256 * MIB, rows=50_000, columns=200, cells=2_000_000)
_FILE_TYPES = ("xlsx", "xls", "ods")
# Where Excel and LibreOffice note when a workbook was last saved.
_SAVED = {"docProps/core.xml": rb"<dcterms:modified[^>]*>([^<]+)<", "meta.xml": rb"<dc:date>([^<]+)<"}
_NEEDED = (layout.TEXT, layout.SENTIMENT, layout.URGENCY, layout.LANGUAGE, layout.DONE, layout.KEY, layout.BEFORE)
_FIELDS = {"sentiment": layout.SENTIMENT, "urgency": layout.URGENCY, "language": layout.LANGUAGE}


@dataclass(frozen=True)
class Correction:
    """What a row says. Labels are None and themes empty if it withdraws what its reviewer said before."""

    text_key: str
    reviewer: str
    reviewed_at: datetime
    verdict: str
    sentiment: str | None
    urgency: str | None
    language: str | None
    themes: tuple[str, ...]
    changed: tuple[str, ...]
    themes_added: tuple[str, ...]
    themes_removed: tuple[str, ...]
    reason: str
    file: str
    sheet: str
    row_number: int


@dataclass(frozen=True)
class Refusal:
    """A row, or a whole file (`row_number` None), that was not taken in, and why."""

    file: str
    sheet: str | None
    row_number: int | None
    reason: str

    def __str__(self) -> str:
        """Where and why, in a line."""
        where = self.file if self.row_number is None else f"{self.file}, sheet {self.sheet}, row {self.row_number}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True)
class ReviewedWorkbook:
    """What a workbook says. rows: texts in it; those neither corrected nor refused are not reviewed yet."""

    file: str
    rows: int
    corrections: Sequence[Correction]
    refusals: Sequence[Refusal]


class _WrongValueError(ValueError):
    """A cell that holds what it may not."""


def read_reviewed_workbook(path: Path, themes: Mapping[str, Theme]) -> ReviewedWorkbook:
    """Read a review workbook (.xlsx, .xls or .ods). themes: the taxonomy's, by slug.

    A file that is no review workbook, or that nobody put a name in, is refused as a whole, not raised.
    """
    file = path.name
    try:
        number_and_rows = list(_rows(path))
        header_at, places = _header(number_and_rows)
        reviewer = _reviewer(number_and_rows[:header_at])
    except UnreadableFile as problem:
        return ReviewedWorkbook(file, 0, (), (Refusal(file, None, None, f"{problem.what}. {problem.mend}"),))
    except _WrongValueError as problem:
        return ReviewedWorkbook(file, 0, (), (Refusal(file, None, None, str(problem)),))
    reviewed_at = _saved_at(path)
    reader = _RowReader(places, layout.by_name(layout.theme_names(themes)))
    corrections: list[Correction] = []
    refusals: list[Refusal] = []
    first_of: dict[str, int] = {}
    rows = 0
    for number, cells in number_and_rows[header_at + 1 :]:
        if all(map(is_blank, cells)):
            continue
        rows += 1
        try:
            key = reader.key(cells)
            if key in first_of:
                raise _WrongValueError(f"the text stands in row {first_of[key]} already; keep one of the two")
            first_of[key] = number
            said = reader.read(cells)
        except _WrongValueError as problem:
            refusals.append(Refusal(file, layout.SHEET, number, str(problem)))
            continue
        if said is not None:
            corrections.append(
                Correction(
                    text_key=key,
                    reviewer=reviewer,
                    reviewed_at=reviewed_at,
                    **said,  # type: ignore[arg-type]
                    file=file,
                    sheet=layout.SHEET,
                    row_number=number,
                )
            )
    return ReviewedWorkbook(file, rows, corrections, refusals)


def quoted_texts(path: Path) -> frozenset[str]:
    """The keys of the texts in a review workbook; none if it is no such workbook."""
    try:
        rows = list(_rows(path))
        header_at, places = _header(rows)
    except (UnreadableFile, _WrongValueError):
        return frozenset()
    place = places[layout.KEY]
    return frozenset(str(cells[place]) for _, cells in rows[header_at + 1 :] if place < len(cells))


def _rows(path: Path) -> Iterator[tuple[int, list[Cell]]]:
    """The numbered rows of the sheet to review."""
    with open_regular(path, path.name, _LIMITS) as handle:
        file_type = detect_file_type(handle, path.name)
        if file_type not in _FILE_TYPES:
            raise UnreadableFile("this is no Excel workbook", path.name, "Save the review as .xlsx")
        found = False
        for sheet in read_workbook(Document(path.name, None, file_type, handle), _LIMITS, []):
            if sheet.name == layout.SHEET:
                found = True
                for chunk in sheet.chunks:
                    yield from zip(chunk.numbers, chunk.rows, strict=True)
        if not found:
            raise _WrongValueError(f"this is no review workbook: it has no sheet {layout.SHEET!r}")


def _header(rows: Sequence[tuple[int, list[Cell]]]) -> tuple[int, dict[str, int]]:
    """Where the header is among `rows`, and the column of each of its names."""
    for at, (_, cells) in enumerate(rows):
        places = {str(cell): place for place, cell in enumerate(cells) if not is_blank(cell)}
        if layout.KEY in places and layout.BEFORE in places:
            missing = [name for name in _NEEDED if name not in places]
            if missing:
                raise _WrongValueError(
                    f"columns are missing: {', '.join(missing)}; take the workbook as it was exported"
                )
            return at, places
    raise _WrongValueError("this is no review workbook: its header was not found; take the workbook as it was exported")


def _reviewer(rows: Sequence[tuple[int, list[Cell]]]) -> str:
    for _, cells in rows:
        for place, cell in enumerate(cells):
            if isinstance(cell, str) and fold(cell).strip() == fold(layout.REVIEWER):
                given = " ".join(str(cells[place + 1]).split()) if len(cells) > place + 1 else ""
                if given:
                    return given
    raise _WrongValueError(f"nobody put a name beside {layout.REVIEWER!r}, so nothing of it was taken in")


def _saved_at(path: Path) -> datetime:
    """When the workbook was last saved, by its own word, else by the file's."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member, pattern in _SAVED.items():
                if member in archive.namelist():
                    with archive.open(member) as stream:
                        found = re.search(pattern, stream.read(MIB))
                    moment = _moment(found.group(1).decode("ascii", "replace")) if found else None
                    if moment is not None:
                        return moment
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class _RowReader:
    """Turns the cells of a row into codes."""

    def __init__(self, places: Mapping[str, int], themes: Mapping[str, str]) -> None:
        self._places = places
        self._themes = themes
        self._theme_columns = [name for name in places if name.startswith(f"{layout.THEME} ")]
        self._codes = {name: layout.by_name(names) for name, names in layout.CHOICES.items()}

    def key(self, cells: Sequence[Cell]) -> str:
        """The row's text, checked: a row whose text was changed or moved is about nothing that is known."""
        key = self._text(cells, layout.KEY)
        if not key or text_key(self._text(cells, layout.TEXT)) != key:
            raise _WrongValueError(f"columns {layout.TEXT!r} and {layout.KEY!r} no longer belong together")
        return key

    def read(self, cells: Sequence[Cell]) -> dict[str, object] | None:
        """What the row says; None if it was not reviewed."""
        before = self._before(cells)
        done = fold(self._text(cells, layout.DONE))
        reason = self._text(cells, layout.REASON) if layout.REASON in self._places else ""
        if reason not in REVIEW_REASONS:
            raise _WrongValueError(f"column {layout.REASON!r} is not as it was exported")
        if done == fold(layout.WITHDRAW):
            unsaid: dict[str, object] = dict.fromkeys(_FIELDS)
            empty = dict.fromkeys(("themes", "changed", "themes_added", "themes_removed"), ())
            return {**unsaid, **empty, "verdict": "withdrawn", "reason": reason}
        if done not in ("", fold(layout.YES)):
            raise _WrongValueError(f"column {layout.DONE!r} may hold {layout.YES}, {layout.WITHDRAW} or nothing")
        now = {field: self._code(cells, header) for field, header in _FIELDS.items()}
        themes = self._themes_of(cells)
        was = tuple(str(theme) for theme in before["themes"])  # type: ignore[attr-defined]
        changed = [field for field in _FIELDS if now[field] != before[field]]
        if set(themes) != set(was):
            changed.append("themes")
        if not changed and not done:
            return None
        return {
            **now,
            "verdict": "corrected" if changed else "confirmed",
            "themes": themes,
            "changed": tuple(changed),
            "themes_added": tuple(theme for theme in themes if theme not in was),
            "themes_removed": tuple(theme for theme in was if theme not in themes),
            "reason": reason,
        }

    def _before(self, cells: Sequence[Cell]) -> dict[str, object]:
        try:
            before = json.loads(self._text(cells, layout.BEFORE))
        except json.JSONDecodeError:
            before = None
        if (
            not isinstance(before, dict)
            or set(before) != {*_FIELDS, "themes"}
            or not isinstance(before["themes"], list)
        ):
            raise _WrongValueError(f"column {layout.BEFORE!r} is not as it was exported")
        return before

    def _code(self, cells: Sequence[Cell], header: str) -> str:
        code = self._codes[header].get(fold(self._text(cells, header)))
        if code is None:
            raise _WrongValueError(f"column {header!r} may hold {', '.join(layout.CHOICES[header].values())}")
        return code

    def _themes_of(self, cells: Sequence[Cell]) -> tuple[str, ...]:
        themes = []
        for header in self._theme_columns:
            written = self._text(cells, header)
            if written:
                if fold(written) not in self._themes:
                    raise _WrongValueError(f"column {header!r} holds no theme of the taxonomy; choose one of the list")
                themes.append(self._themes[fold(written)])
        return tuple(dict.fromkeys(themes))

    def _text(self, cells: Sequence[Cell], header: str) -> str:
        place = self._places[header]
        return str(cells[place]).strip() if place < len(cells) and not is_blank(cells[place]) else ""
