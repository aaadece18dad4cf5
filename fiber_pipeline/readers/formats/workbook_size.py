"""How much memory a workbook's sheets will take, told before they are loaded.

calamine holds a sheet as a full rectangle, so that two cells in opposite corners of a sheet of 1,048,576 rows and
16,384 columns take hundreds of gigabytes. What a sheet declares as its dimension is not trusted: the cells are.
"""

import re
import struct
import xml.parsers.expat
from dataclasses import dataclass, field
from typing import BinaryIO

import olefile

from fiber_pipeline.readers.files.containers import read_parts
from fiber_pipeline.readers.formats.workbook_mending import needs_mending
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.unreadable import UnreadableFile

_SHEET_PART = re.compile(r"^/?xl/worksheets/[^/]+\.xml$", re.I)
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\s(?:[^>]*?\s)?r=\"(\d+)\"")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_REFERENCE = re.compile(rb"\sr=\"([A-Z]{1,3})(\d+)\"")
_UNSTORED = re.compile(
    rb"<(?:\w+:)?c(?P<attributes>\s[^<>]*)>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?P<value><(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_LONGEST_CELL = 256 * 1024
_MAX_COLUMNS = 16_384

_BOF, _FILEPASS = 0x0809, 0x002F
_CELL_RECORDS = frozenset({0x0203, 0x00FD, 0x027E, 0x0204, 0x0006, 0x0205, 0x00D6, 0x0201})
_ROW_RECORDS = {0x00BD: "MULRK", 0x00BE: "MULBLANK"}


@dataclass
class XlsxFindings:
    """What the parts of an .xlsx tell besides its size.

    to_mend: parts that calamine refuses though they are sound.
    unstored: by part and row number, the cells whose formula has no stored value, such as "C2".
    """

    to_mend: set[str] = field(default_factory=set)
    unstored: dict[str, dict[int, list[str]]] = field(default_factory=dict)


def check_xlsx_size(handle: BinaryIO, where: str, limits: Limits) -> XlsxFindings:
    """Refuse a workbook whose parts or sheets are too large, or whose XML declares entities. Raises UnreadableFile."""
    findings = XlsxFindings()
    part = ""
    size = _XlsxSize()
    for name, block in read_parts(handle, where, limits):
        if name != part:
            size.finish(where, limits)
            part, size = name, _XlsxSize()
            is_sheet = _SHEET_PART.match(name.replace("\\", "/")) is not None
            if name.lower().endswith((".xml", ".rels")):
                if b"<!" in block[:1024] and re.search(rb"<!(DOCTYPE|ENTITY)", block[:1024]):
                    raise _entities(where)
                if needs_mending(block[:4096] if is_sheet else block[:2]):
                    findings.to_mend.add(name)
            if is_sheet:
                findings.unstored[name] = size.unstored
        if is_sheet:
            size.feed(block)
    size.finish(where, limits)
    return findings


class _XlsxSize:
    """The rectangle of the sheet being read, and its formulas without a stored value."""

    def __init__(self) -> None:
        self.unstored: dict[int, list[str]] = {}
        self._tail = b""
        self._rows = self._explicit_rows = self._cells = self._references = self._column = 0

    def feed(self, block: bytes) -> None:
        # What a block's end cuts is completed by the next block: the last cell is carried over, or the last tag.
        text = self._tail + block
        cut = max(text.rfind(b"<c "), text.rfind(b"<row"))
        if cut <= 0 or len(text) - cut > _LONGEST_CELL:
            cut = text.rfind(b"<")
        if cut <= 0 or len(text) - cut > _LONGEST_CELL:
            cut = len(text)
        self._count(text[:cut])
        self._tail = text[cut:]

    def finish(self, where: str, limits: Limits) -> None:
        self._count(self._tail)
        # Cells without a reference follow the one before; at worst they are all in one row.
        implicit = min(_MAX_COLUMNS, max(0, self._cells - self._references))
        _check_rectangle(max(self._rows, self._explicit_rows), max(self._column, implicit), where, limits)

    def _count(self, text: bytes) -> None:
        self._rows += len(_ROW.findall(text))
        self._cells += len(_CELL.findall(text))
        found = _REFERENCE.findall(text)
        self._references += len(found)
        self._column = max([self._column, *map(_column_number, {letters for letters, _ in found})])
        numbers = [int(number) for number in _ROW_NUMBER.findall(text)]
        self._explicit_rows = max([self._explicit_rows, *numbers, *(int(number) for _, number in found[-1:])])
        if b"<f" in text or b":f" in text:
            for cell in _UNSTORED.finditer(text):
                at = _REFERENCE.search(cell["attributes"])
                # A text that is empty is stored as an empty value.
                if at is not None and not (cell["value"] and b't="str"' in cell["attributes"]):
                    self.unstored.setdefault(int(at[2]), []).append((at[1] + at[2]).decode())


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def check_ods_size(handle: BinaryIO, where: str, limits: Limits) -> None:
    """The same for OpenDocument, where a repeated row or cell is written once. Raises UnreadableFile."""
    size = _OdsSize()
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = size.start
    parser.EndElementHandler = size.end
    parser.CharacterDataHandler = size.text

    def refuse(*_: object) -> None:
        raise _entities(where)

    parser.EntityDeclHandler = refuse
    try:
        for name, block in read_parts(handle, where, limits):
            if name == "content.xml":
                parser.Parse(block, False)
                _check_rectangle(size.rows, size.columns, where, limits)
    except xml.parsers.expat.ExpatError as error:
        raise UnreadableFile(
            "the spreadsheet's content is damaged", where, "Open it in LibreOffice and save it again"
        ) from error


class _OdsSize:
    """The rectangle of the sheet being parsed, up to its last cell that holds something."""

    def __init__(self) -> None:
        self.rows = self.columns = 0
        self._seen_rows = self._row_repeat = self._seen_cells = self._cell_repeat = 0
        self._is_full = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self.rows = self.columns = self._seen_rows = 0
        elif name == "table:table-row":
            self._row_repeat = _repeat(attributes, "table:number-rows-repeated")
            self._seen_cells = 0
            self._is_full = False
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell_repeat = _repeat(attributes, "table:number-columns-repeated")
            self._seen_cells += self._cell_repeat
            if "office:value-type" in attributes or "table:formula" in attributes:
                self._fill()

    def text(self, _: str) -> None:
        if self._seen_cells:
            self._fill()

    def end(self, name: str) -> None:
        if name == "table:table-row":
            self._seen_rows += self._row_repeat
            if self._is_full:
                self.rows = self._seen_rows
            self._seen_cells = 0

    def _fill(self) -> None:
        self._is_full = True
        self.columns = max(self.columns, self._seen_cells)


def _repeat(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name, "1")
    return int(value) if value.isdecimal() and len(value) < 10 else 1


def check_xls_size(handle: BinaryIO, where: str, limits: Limits) -> None:
    """The same for BIFF records, which also tell whether a workbook has a password. Raises UnreadableFile."""
    handle.seek(0)
    try:
        with olefile.OleFileIO(handle) as container:
            stream = container.openstream("Workbook" if container.exists("Workbook") else "Book").read()
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile("the workbook is truncated or damaged", where, "Export it again") from error
    finally:
        handle.seek(0)
    position = row = column = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        if kind == _FILEPASS:
            raise UnreadableFile("the workbook is protected by a password", where, "Remove it and save again")
        if kind == _BOF:
            row = column = 0
        elif kind in _CELL_RECORDS and position + 8 <= len(stream):
            at_row, at_column = struct.unpack_from("<HH", stream, position + 4)
            row, column = max(row, at_row), max(column, at_column)
            _check_rectangle(row + 1, column + 1, where, limits)
        elif kind in _ROW_RECORDS and position + 4 + length <= len(stream) and length >= 6:
            (at_row,) = struct.unpack_from("<H", stream, position + 4)
            (at_column,) = struct.unpack_from("<H", stream, position + 2 + length)
            row, column = max(row, at_row), max(column, at_column)
        position += 4 + length


def _check_rectangle(rows: int, columns: int, where: str, limits: Limits) -> None:
    if rows > limits.rows or columns > limits.columns or rows * columns > limits.cells:
        raise UnreadableFile(
            f"a sheet spans {rows:,} rows and {columns:,} columns; {limits.rows:,} rows, {limits.columns:,} columns "
            f"and {limits.cells:,} cells are allowed",
            where,
            "Delete stray cells far from the table, or split the workbook",
        )


def _entities(where: str) -> UnreadableFile:
    return UnreadableFile(
        "the workbook's XML declares entities, which no spreadsheet program writes", where, "Do not trust this file"
    )
