"""Which files of the inbox are new or changed, and complete.

A pure function over a listing and what earlier looks saw, so that a sensor can keep the latter as its cursor.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from fiber_pipeline.inbox.folder import InboxFile


@dataclass(frozen=True)
class Seen:
    """What a file was when last looked at, and the SHA-256 it was last read with.

    `is_pending` says that its content has not been read since: it was too new, its batch was at work, or there were too
    many.
    """

    size: int
    modified: float
    sha256: str | None = None
    is_pending: bool = False


@dataclass(frozen=True)
class Arrival:
    """A file to be read: new, or with other content than before."""

    batch: str
    sha256: str
    modified: float


def find_arrivals(
    files: Iterable[InboxFile],
    seen: Mapping[str, Seen],
    *,
    now: float,
    settle_seconds: float,
    limit: int,
    sha256: Callable[[str], str],
    busy: Collection[str] = (),
) -> tuple[list[Arrival], dict[str, Seen]]:
    """Return the arrivals, at most `limit` of them, and what has been seen now.

    A file that changed since the last look, or was written to less than `settle_seconds` before `now`, is left for
    a later look: it may still be being written. So is one whose batch is `busy`. One whose bytes are as before (only
    touched) is not an arrival. A file that disappears while looked at is left out. Only files that might be arrivals
    are read, so a look costs little however many files lie there.
    """
    arrivals: list[Arrival] = []
    state: dict[str, Seen] = {}
    for file in files:
        before = seen.get(file.batch)
        same = before is not None and (before.size, before.modified) == (file.size, file.modified)
        if before is not None and same and not before.is_pending:
            state[file.batch] = before
            continue
        known = before.sha256 if before is not None else None
        settled = same or now - file.modified >= settle_seconds
        if not settled or file.batch in busy or len(arrivals) >= limit:
            state[file.batch] = Seen(file.size, file.modified, known, is_pending=True)
            continue
        try:
            digest = sha256(file.batch)
        except FileNotFoundError:
            continue
        state[file.batch] = Seen(file.size, file.modified, digest)
        if digest != known:
            arrivals.append(Arrival(file.batch, digest, file.modified))
    return arrivals, state


def dump_seen(seen: Mapping[str, Seen]) -> str:
    """The state as text."""
    return json.dumps({batch: asdict(item) for batch, item in seen.items()}, sort_keys=True)


def load_seen(text: str | None) -> dict[str, Seen]:
    """The state from text; nothing seen yet if there is none."""
    return {batch: Seen(**item) for batch, item in json.loads(text).items()} if text else {}
