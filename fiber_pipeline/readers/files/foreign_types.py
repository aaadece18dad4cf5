"""Forms that hold no table of answers, told by their marks: what such a file is, and what to export instead."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fiber_pipeline.readers.unreadable import ForeignFile
from fiber_pipeline.readers.word_file import read_words

EXPORT_INSTEAD = "Export the comments as .xlsx, .xls, .ods, .csv, .json, .jsonl, .txt or .parquet"

_LINE_CHARACTERS = 400
_LINES = 1_000


def _marks() -> Mapping[str, Any]:
    return read_words(__package__, "foreign_types.yaml")


def _refuse(mark: Mapping[str, Any], where: str) -> ForeignFile:
    return ForeignFile(f"the file is {mark['is']}", where, mark.get("mend", EXPORT_INSTEAD))


def refuse_foreign_bytes(head: bytes, where: str) -> None:
    """Raise ForeignFile if a file's first bytes are those of another form."""
    for mark in _marks()["bytes"]:
        at = mark.get("at", 0)
        starts = mark["starts"].encode("latin-1")
        if head[at : at + len(starts)] == starts and (not mark.get("binary") or b"\0" in head):
            raise _refuse(mark, where)


def refuse_foreign_zip(names: Iterable[str], where: str) -> None:
    """Raise ForeignFile if the members of a zip archive make it a document of another form."""
    folded = [name.lower() for name in names]
    for mark in _marks()["zip"]:
        if any(re.search(mark["holds"], name) for name in folded):
            raise _refuse(mark, where)


def refuse_foreign_ole(exists: Callable[[str], bool], where: str) -> None:
    """Raise ForeignFile for an old-style Office file that is no workbook; `exists` tells whether a stream is there."""
    for mark in _marks()["ole"]:
        if exists(mark["holds"]):
            raise _refuse(mark, where)
    raise ForeignFile("the file is an old-style Office file but not a workbook", where, EXPORT_INSTEAD)


@dataclass(frozen=True)
class _TextForm:
    """A form of text. `starts`, `telling` and `plain` are alternatives in one expression, None if there are none."""

    mark: Mapping[str, Any]
    starts: re.Pattern[str] | None
    telling: tuple[re.Pattern[str], ...]
    plain: re.Pattern[str] | None

    def fits(self, text: str, lines: Collection[str]) -> bool:
        if self.starts is not None and self.starts.match(text) is not None:
            return True
        if not self.telling or not lines:
            return False
        kinds: set[int] = set()
        told = 0
        members = 0
        for number, line in enumerate(lines):
            kind = next((index for index, pattern in enumerate(self.telling) if pattern.match(line)), None)
            is_member = kind is not None or bool(self.plain and self.plain.match(line))
            if number == 0 and not is_member:
                return False
            if kind is not None:
                kinds.add(kind)
                told += 1
            members += is_member
        return bool(
            told >= self.mark.get("lines", 1)
            and len(kinds) >= self.mark.get("kinds", 1)
            and members >= self.mark.get("share", 0.5) * len(lines)
        )


@cache
def _text_forms() -> tuple[_TextForm, ...]:
    def one_of(patterns: list[str] | None) -> re.Pattern[str] | None:
        return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I) if patterns else None

    return tuple(
        _TextForm(
            mark,
            one_of(mark.get("starts")),
            tuple(re.compile(pattern, re.I) for pattern in mark.get("telling", ())),
            one_of(mark.get("plain")),
        )
        for mark in _marks()["text"]
    )


def refuse_foreign_text(head: str, where: str) -> None:
    """Raise ForeignFile if a text, of which `head` are the first characters, is of another form.

    A text that starts as only that form does is it; else most of its lines have to be so, since comments may quote
    anything.
    """
    head = head.lstrip("\ufeff \t\r\n")
    lines = [line[:_LINE_CHARACTERS] for line in head.splitlines()[:_LINES] if line.strip()]
    for form in _text_forms():
        if form.fits(head, lines):
            raise _refuse(form.mark, where)


def promised_form(suffix: str) -> str | None:
    """What a name of this suffix promises, if that is no text."""
    promise: str | None = _marks()["promises"].get(suffix)
    return promise


def refuse_foreign_json(document: Any, where: str) -> None:
    """Raise ForeignFile if a whole JSON document is a chat, a service's error or a program's file."""
    if not isinstance(document, dict):
        entries = document if isinstance(document, list) else []
        if entries and len(entries) <= 3 and all(_is_error(entry, told=True) for entry in entries):
            raise _error_answer(where)
        return
    for mark in _marks()["json"]:
        if (
            all(key in document for key in mark["keys"])
            and all(
                re.fullmatch(pattern, str(document.get(key))[:2_000], re.S)
                for key, pattern in mark.get("values", {}).items()
            )
            and all(_entries_have(document.get(key), names) for key, names in mark.get("items", {}).items())
        ):
            raise _refuse(mark, where)
    if _is_error(document):
        raise _error_answer(where)


def _entries_have(entries: Any, names: Collection[str]) -> bool:
    return isinstance(entries, list) and any(
        isinstance(entry, dict) and all(name in entry for name in names) for entry in entries[:20]
    )


def _is_error(document: Any, *, told: bool = False) -> bool:
    """Whether an object is a service's error: it says so (`told`: it must), or is a message and a bad status alone."""
    if not isinstance(document, dict) or not document or len(document) > 20:
        return False
    known = _marks()["errors"]
    held = {key.replace("_", "").lower(): value for key, value in document.items() if value not in (None, [], {}, "")}
    if any(key in known["telling"] and value is not False for key, value in held.items()):
        return all(key in (*known["telling"], *known["message"], *known["status"], *known["technical"]) for key in held)
    if told or not any(key in known["message"] and isinstance(value, str) for key, value in held.items()):
        return False
    statuses = [str(value) for key, value in held.items() if key in known["status"]]
    return all(key in (*known["message"], *known["status"], *known["technical"]) for key in held) and (
        any(re.fullmatch(known["bad"], status, re.I) for status in statuses) or not statuses
    )


def _error_answer(where: str) -> ForeignFile:
    mend = _marks()["errors"]["mend"]
    return ForeignFile("the file is the error a service answered with, saved as JSON, not an export", where, mend)


@cache
def _litter() -> re.Pattern[str]:
    return re.compile("|".join(_marks()["litter"]), re.I)


def is_litter(name: str) -> bool:
    """Whether a member of an archive is something that programs leave or add and nobody means to be read."""
    parts = name.split("/")
    return "__MACOSX" in parts or _litter().fullmatch(parts[-1]) is not None
