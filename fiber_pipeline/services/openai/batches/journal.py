"""What has been submitted to the Batch API and not yet collected: a small SQLite file beside the response store.

A submission is written down before anything is sent and under an id of ours, which goes with it as metadata, so that
one whose answer never arrived can be found again. Texts are not kept: they are in the file that was uploaded. Of what
was asked only digests are, so that no text is submitted twice.
"""

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FILE_NAME = "openai_batches.sqlite"
State = Literal[
    "intended",  # written down; whether OpenAI has it is not known yet
    "submitted",  # OpenAI has it and works on it
    "ended",  # OpenAI is done with it, one way or another; what there is waits to be collected
    "collected",  # its answers are in the store, its cost in the books
    "lost",  # it never reached OpenAI
]
# The fingerprint of a question that nobody asks any more: its answers are not kept.
NOBODYS = ""
OPEN: tuple[State, ...] = ("intended", "submitted", "ended")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS submissions (
    id TEXT PRIMARY KEY, call_id TEXT NOT NULL, state TEXT NOT NULL, endpoint TEXT NOT NULL, operation TEXT NOT NULL,
    fingerprint TEXT NOT NULL, model TEXT NOT NULL, batch TEXT, created_at REAL NOT NULL, requests INTEGER NOT NULL,
    items INTEGER NOT NULL, reserved_usd REAL NOT NULL, remote_id TEXT, remote_status TEXT, input_file TEXT,
    answered INTEGER, detail TEXT
);
CREATE TABLE IF NOT EXISTS asked (key BLOB NOT NULL, submission TEXT NOT NULL, PRIMARY KEY (key, submission))
WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (batch TEXT PRIMARY KEY, token TEXT NOT NULL, submissions TEXT NOT NULL);
"""
_COLUMNS = (
    "id call_id state endpoint operation fingerprint model batch created_at requests items reserved_usd remote_id "
    "remote_status input_file answered detail"
)
_FIELDS = tuple(_COLUMNS.split())
_INSERT = f"INSERT INTO submissions VALUES ({', '.join('?' * len(_FIELDS))})"  # noqa: S608 - placeholders alone
_CHUNK = 500


@dataclass(frozen=True)
class Submission:
    """A batch at OpenAI (`remote_id`, once it is known) and what we know of it.

    id: ours. call_id: of its row in the books. endpoint: the endpoint's name. batch: of the feedback it is for.
    created_at: seconds since 1970. requests, items: how many were sent. answered: texts with an answer, once collected.
    """

    id: str
    call_id: str
    state: State
    endpoint: str
    operation: str
    fingerprint: str
    model: str
    batch: str | None
    created_at: float
    requests: int
    items: int
    reserved_usd: float
    remote_id: str | None = None
    remote_status: str | None = None
    input_file: str | None = None
    answered: int | None = None
    detail: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether answers may still come of it."""
        return self.state in OPEN


@dataclass(frozen=True)
class Waiting:
    """A batch of feedback whose analysis waits for submissions, its own and others' that ask for its texts.

    token: of this time that it waits; another after it was submitted anew.
    """

    batch: str
    token: str
    submissions: tuple[str, ...]


class BatchJournal:
    """Safe for several processes; every change is durable when its method returns."""

    def __init__(self, folder: Path, key: str | None = None) -> None:
        """folder: the cache folder. key: the warehouse's, if it has one; digests are then of no use without it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / FILE_NAME
        self._key = (key or "").encode()
        with self._open() as connection:
            connection.executescript(_SCHEMA)

    def begin(self, submission: Submission, keys: Iterable[str]) -> None:
        """Write down a submission that is about to be sent, and what it asks for."""
        values = [getattr(submission, name) for name in _FIELDS]
        with self._open() as connection:
            connection.execute(_INSERT, values)
            connection.executemany(
                "INSERT OR IGNORE INTO asked VALUES (?, ?)", ((self._digest(key), submission.id) for key in keys)
            )

    def change(self, id_: str, **values: Any) -> None:
        """Set fields of a submission. One that is no longer open asks for nothing any more."""
        unknown = values.keys() - set(_FIELDS)
        if unknown:
            raise ValueError(f"a submission has no {', '.join(sorted(unknown))}")
        with self._open() as connection:
            for name, value in values.items():
                connection.execute(f"UPDATE submissions SET {name} = ? WHERE id = ?", (value, id_))  # noqa: S608
            if values.get("state") in ("collected", "lost"):
                connection.execute("DELETE FROM asked WHERE submission = ?", (id_,))

    def submissions(self, *states: State) -> list[Submission]:
        """Those in these states, or all; oldest first."""
        with self._open() as connection:
            rows = connection.execute(f"SELECT {', '.join(_FIELDS)} FROM submissions ORDER BY created_at, id")  # noqa: S608
            found = [Submission(*row) for row in rows]
        return [each for each in found if not states or each.state in states]

    def outstanding(self, keys: Sequence[str]) -> dict[str, str]:
        """Which of these an open submission asks for already, with that submission's id."""
        digests: Mapping[bytes, str] = {self._digest(key): key for key in keys}
        waiting = list(digests)
        found: dict[str, str] = {}
        with self._open() as connection:
            for first in range(0, len(waiting), _CHUNK):
                part = waiting[first : first + _CHUNK]
                places = ", ".join("?" * len(part))
                rows = connection.execute(f"SELECT key, submission FROM asked WHERE key IN ({places})", part)  # noqa: S608
                found.update((digests[key], submission) for key, submission in rows)
        return found

    def wait(self, waiting: Waiting) -> None:
        """Write down what a batch waits for, in place of what it waited for before."""
        with self._open() as connection:
            row = (waiting.batch, waiting.token, json.dumps(waiting.submissions))
            connection.execute("INSERT OR REPLACE INTO waiting VALUES (?, ?, ?)", row)

    def waiting(self) -> list[Waiting]:
        """The batches that wait, by name."""
        with self._open() as connection:
            rows = connection.execute("SELECT batch, token, submissions FROM waiting ORDER BY batch").fetchall()
        return [Waiting(batch, token, tuple(json.loads(submissions))) for batch, token, submissions in rows]

    def forget_waiting(self, tokens: Iterable[str]) -> None:
        """These no longer wait."""
        with self._open() as connection:
            connection.executemany("DELETE FROM waiting WHERE token = ?", [(token,) for token in tokens])

    def _digest(self, key: str) -> bytes:
        return hmac.digest(self._key, key.encode(), hashlib.sha256)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=30)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            with connection:
                yield connection
        finally:
            connection.close()
