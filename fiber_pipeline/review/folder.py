"""The folder in which reviewed workbooks come back: which are there, which are new, and how one is put there."""

import hashlib
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from fiber_pipeline.inbox import Arrival, Inbox, Seen, find_arrivals
from fiber_pipeline.outputs.files import whole_file
from fiber_pipeline.review.reviewed_workbook import quoted_texts

_SUFFIXES = (".xlsx", ".xls", ".ods")
# What Excel and LibreOffice leave beside a workbook for as long as they have it open.
_LOCKS = ("~${}", ".~lock.{}#")


def review_files(folder: Path) -> list[Path]:
    """The workbooks in the folder that no program has open, by name."""
    return [path for path in _workbooks(folder) if not _is_open(path)]


def open_files(folder: Path) -> list[Path]:
    """The workbooks in the folder that somebody is still at work on, by name."""
    return [path for path in _workbooks(folder) if _is_open(path)]


def find_returned(
    folder: Path, seen: Mapping[str, Seen], *, now: float, settle_seconds: float
) -> tuple[list[Arrival], dict[str, Seen]]:
    """Return the workbooks that are new or have other content than before, and what has been seen now.

    One that a program has open is left for a later look, as is one that may still be being written; see
    `inbox.find_arrivals`. Makes the folder if it is not there, so that people find where to drop their workbooks.
    """
    box = Inbox(str(folder))
    closed = {path.name for path in review_files(folder)}
    files = [file for file in box.files() if file.batch in closed]
    arrivals, state = find_arrivals(
        files, seen, now=now, settle_seconds=settle_seconds, limit=len(files), sha256=box.sha256
    )
    at_work = {path.name: seen[path.name] for path in open_files(folder) if path.name in seen}
    return arrivals, {**at_work, **state}


def keep(file: Path, folder: Path) -> Path:
    """Copy a reviewed workbook into the folder, under a name that its content decides; return the copy's path.

    Two people who were given one workbook give back two of the same name; the same one given twice is kept once.
    """
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()[:8]
    stem = file.stem.removesuffix(f"-{digest}")
    place = folder / f"{stem}-{digest}{file.suffix.lower()}"
    if not place.exists():
        with whole_file(place) as temporary:
            # With its time: it counts as when it was reviewed if the workbook does not say.
            shutil.copy2(file, temporary)
    return place


def workbooks_quoting(folder: Path, text_keys: Collection[str]) -> list[Path]:
    """The workbooks in the folder that hold one of these texts; those that cannot be read are not among them."""
    return [path for path in _workbooks(folder) if not quoted_texts(path).isdisjoint(text_keys)] if text_keys else []


def _workbooks(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and path.suffix.lower() in _SUFFIXES and not path.name.startswith((".", "~$"))
    )


def _is_open(path: Path) -> bool:
    return any(path.with_name(lock.format(path.name)).exists() for lock in _LOCKS)
