"""Delimited text: its lines within the limits, and chunks of rows cut from them."""

import io
import itertools
from collections.abc import Iterable, Iterator

from fiber_pipeline.readers.formats.records import Dialect, cut
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.sheet import CHUNK_ROWS, Cell, Chunk, Malformed
from fiber_pipeline.readers.unreadable import UnreadableFile

_LINE_CHARACTERS = 8 * 1024 * 1024
# Byte order marks of files joined together, NUL, and the end-of-file mark of DOS.
_NOTHING = str.maketrans("", "", "\0\x1a")


def read_lines(handle: io.TextIOBase, limits: Limits, where: str) -> Iterator[str]:
    """Lines of an open text, without characters that say nothing and within the limits. Raises UnreadableFile."""
    for number in itertools.count(1):
        line = handle.readline(_LINE_CHARACTERS)
        if not line:
            return
        if len(line) == _LINE_CHARACTERS:
            raise UnreadableFile(
                f"line {number:,} is longer than {_LINE_CHARACTERS:,} characters",
                where,
                "Check that the export writes one row a line",
            )
        if number > limits.rows:
            raise UnreadableFile(
                f"the file has more than the {limits.rows:,} rows allowed",
                where,
                "Split it into several files, or raise the limit",
            )
        if line[0] == "\ufeff":
            line = line.lstrip("\ufeff")
        yield line.translate(_NOTHING) if "\0" in line or "\x1a" in line else line


def read_delimited(lines: Iterable[str], dialect: Dialect, limits: Limits) -> Iterator[Chunk]:
    """Cut lines into chunks of rows; `row_number` is the line a row starts on."""
    chunk = Chunk()
    for record in cut(lines, dialect):
        if len(record.cells) > limits.columns:
            text = (dialect.delimiter or "").join(record.cells)
            reason = f"the row has {len(record.cells):,} cells, and {limits.columns:,} are allowed"
            chunk.malformed.append(Malformed(record.line, [text], reason))
            continue
        cells: list[Cell] = list(record.cells)
        if record.fault:
            chunk.malformed.append(Malformed(record.line, cells, record.fault))
            continue
        if record.trouble:
            chunk.troubles[len(chunk.rows)] = [record.trouble]
        chunk.numbers.append(record.line)
        chunk.rows.append(cells)
        if len(chunk.rows) >= CHUNK_ROWS:
            yield chunk
            chunk = Chunk()
    yield chunk
