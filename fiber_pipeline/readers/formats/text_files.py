"""Text files: which form of text a file is, and its rows."""

import itertools
from collections.abc import Iterator
from pathlib import PurePosixPath

from fiber_pipeline.readers.columns.names import is_known_name
from fiber_pipeline.readers.files.containers import Document
from fiber_pipeline.readers.files.encoding import Encoding, detect_encoding, open_text
from fiber_pipeline.readers.files.foreign_types import EXPORT_INSTEAD, promised_form, refuse_foreign_text
from fiber_pipeline.readers.formats.delimited import read_delimited, read_lines
from fiber_pipeline.readers.formats.dialect import DELIMITERS, detect_dialect
from fiber_pipeline.readers.formats.json_records import looks_like_lines, read_json_document, read_json_lines
from fiber_pipeline.readers.formats.prose import header_width, is_prose
from fiber_pipeline.readers.formats.records import Dialect
from fiber_pipeline.readers.formats.text_lines import CELL_END, find_line_form, without_end_marks
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.mapping import ColumnMapping
from fiber_pipeline.readers.sheet import Sheet
from fiber_pipeline.readers.unreadable import ForeignFile, UnreadableFile

_HEAD_CHARACTERS = 64 * 1024
_SAMPLE_LINES = 1_000
_SAMPLE_CHARACTERS = 8 * 1024 * 1024
_JSON_STARTS = ("{", "[")
_JSON_LIST_STARTS = '{["]-0123456789'
# Prose has commas too: outside .csv and .tsv files, columns must be regular.
_REGULAR = {".csv": 0.5, ".tsv": 0.5}
_REGULAR_ELSEWHERE = 0.85


def read_text(document: Document, limits: Limits, mapping: ColumnMapping) -> Iterator[Sheet]:
    """Yield the one table of a text file: JSON, JSON lines, delimited, or one comment a line.

    A plain text is one comment a line, whatever blank lines lie between. Raises UnreadableFile.
    """
    encoding = (
        Encoding(mapping.encoding, mapping.encoding, "replace")
        if mapping.encoding
        else detect_encoding(document.handle, document.file)
    )
    text = open_text(document.handle, encoding)
    head = text.read(_HEAD_CHARACTERS).lstrip("\ufeff \t\r\n")
    sheet = Sheet(document.file, document.member, None, iter(()), encoding=encoding.name)
    if encoding.note:
        sheet.notes.append(encoding.note)
    refuse_foreign_text(head, document.file)
    text.seek(0)
    suffix = _suffix(document.file)
    promise = promised_form(suffix)
    if promise:
        sheet.notes.append(f"the file is text, not {promise} as its name says; it was read as what it is")
    if _is_json(head, suffix):
        is_pretty = head.splitlines()[:1] in (["{"], ["["])
        if looks_like_lines(head) or (suffix in (".jsonl", ".ndjson") and not is_pretty):
            yield read_json_lines(text, sheet, limits)
        else:
            yield from read_json_document(text, sheet, limits)
    else:
        lines = without_end_marks(read_lines(text, limits, document.file))
        sample = _sample(lines)
        _refuse_too_wide(sample, limits, document.file)
        form = None if mapping.delimiter else find_line_form(sample)
        if form:
            sheet.notes.append(f"the text is {form.note}")
            sample, lines = list(map(form.plain, sample)), map(form.plain, lines)
        dialect = _dialect(sample, suffix, mapping.delimiter or (form.delimiter if form else None), form is not None)
        if promise and not _is_table(dialect, sample):
            raise ForeignFile(f"the file is plain text, not {promise} as its name says", document.file, EXPORT_INSTEAD)
        sheet.delimiter = None if dialect.delimiter == CELL_END else dialect.delimiter
        sheet.is_delimited = dialect.delimiter is not None
        sheet.chunks = read_delimited(itertools.chain(sample, lines), dialect, limits)
        yield sheet
    text.detach()


def _sample(lines: Iterator[str]) -> list[str]:
    """The first lines, of which what kind of table they are is told; few if they are very long."""
    sample: list[str] = []
    characters = 0
    for line in itertools.islice(lines, _SAMPLE_LINES):
        sample.append(line)
        characters += len(line)
        if characters > _SAMPLE_CHARACTERS:
            break
    return sample


def _refuse_too_wide(sample: list[str], limits: Limits, where: str) -> None:
    """Refuse a table whose first row has too many columns before anything is counted or recognised in it."""
    first = next((line for line in sample if line.strip()), "")
    columns = 1 + max(map(first.count, DELIMITERS)) if len(first) > limits.columns else 1
    if columns > limits.columns:
        raise UnreadableFile(
            f"the first row has {columns:,} columns, and {limits.columns:,} are allowed",
            where,
            "Export only the columns of the answers; if rows and columns are swapped, swap them back",
        )


def _suffix(file: str) -> str:
    suffixes = [suffix.lower() for suffix in PurePosixPath(file.rsplit("!", 1)[-1]).suffixes]
    while suffixes and suffixes[-1] in (".gz", ".zip"):
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _is_json(head: str, suffix: str) -> bool:
    if suffix in (".json", ".jsonl", ".ndjson"):
        return True
    if not head.startswith(_JSON_STARTS):
        return False
    inner = head[1:].lstrip()[:1]
    return inner in ('"', "}") if head[0] == "{" else inner in _JSON_LIST_STARTS


def _dialect(sample: list[str], suffix: str, delimiter: str | None, is_formed: bool) -> Dialect:
    """How the lines are cut; into one cell each where that is a list of comments."""
    if delimiter:
        return detect_dialect([f"sep={delimiter}\n", *sample])
    is_table = suffix in _REGULAR
    plain = Dialect(None, '"' if is_table else None, 1, 1.0)
    if is_formed:
        return plain
    dialect = detect_dialect(sample)
    if dialect.delimiter is None:
        return dialect if is_table else plain
    width = header_width(sample, dialect)
    if width:
        return dialect._replace(width=width)
    if dialect.regularity < _REGULAR.get(suffix, _REGULAR_ELSEWHERE) or is_prose(sample, dialect, is_table):
        return plain
    return dialect


def _is_table(dialect: Dialect, sample: list[str]) -> bool:
    """Whether lines are a table: of several columns, or of one under a known name."""
    first = next((line for line in sample if line.strip()), "")
    return dialect.delimiter is not None or is_known_name(first.strip().strip('"\ufeff'))
