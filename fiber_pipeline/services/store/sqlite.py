"""The embedded store: one SQLite file, shared by all threads and processes of a machine.

The file is in WAL mode: readers never wait, writers queue for each other's milliseconds. Commits are handed to the
operating system but not forced to the disk (`synchronous=NORMAL`), so that a settled answer survives `kill -9` of
every process; a power cut can take the last commits and leaves the file whole. WAL needs memory shared between the
processes: on a network file system use Redis instead.

Deleted content is overwritten (`secure_delete`), and `forget` empties the log too.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import filelock

from fiber_pipeline.services.store.accounts import (
    EVERYTHING,
    charged,
    dollars,
    limits_of,
    month_of,
    month_scope,
    nanodollars,
    over_budget,
    run_scope,
    scopes_of,
)
from fiber_pipeline.services.store.ageing import PRUNED_AFTER, TOUCHED_AFTER_SECONDS, Ageing
from fiber_pipeline.services.store.answers import decode_answers, encode_answer
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.protocol import Budget, Intent, Kept, Settlement, Spend
from fiber_pipeline.services.store.sealing import Seal, matching_seal, new_seal
from fiber_pipeline.services.store.sqlite_schema import migrate, stored_version

_BUSY_SECONDS = 300.0
_CALLS_AT_ONCE = 5_000
_TOUCHED_AT_ONCE = 20_000
# Row, two index entries and the page space they leave free, beside the body; measured on 100,000 answers.
_ENTRY_BYTES = 140
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SqliteStore:
    """A `ResponseStore` in a file.

    One connection reads and one writes, each under a lock, whatever the number of threads; the object must not be
    carried over a fork. Any other process may have the file open too, through this class.
    """

    def __init__(
        self,
        path: Path,
        key: str | None = None,
        ageing: Ageing = Ageing(),  # noqa: B008 - immutable
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open the store, made or brought up to date if need be.

        key: seals the answers (see `sealing`).
        clock: seconds since 1970, by which answers age.
        Raises KeyMismatch if the key is not the store's, StoreError if the file cannot be used.
        """
        self._path = path
        self._ageing = ageing
        self._clock = clock
        self._kept_since_pruning = 0
        self._writing_lock, self._reading_lock = threading.Lock(), threading.Lock()
        with self._explaining():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._connect()
            try:
                self._seal = self._prepare(key)
                self._reader = self._connect()
            except BaseException:
                self._writer.close()
                raise
        self._reader.execute("PRAGMA temp_store = MEMORY")
        self._reader.execute("CREATE TEMP TABLE wanted (key BLOB PRIMARY KEY) WITHOUT ROWID")

    def __repr__(self) -> str:
        return f"SqliteStore({str(self._path)!r})"

    def find(self, keys: Sequence[str]) -> dict[str, Any]:
        """The answers there are, by key; expired ones are not there."""
        digests = {self._seal.digest(key): key for key in keys}
        now = int(self._clock())
        with self._explaining(), self._reading_lock:
            self._reader.execute("BEGIN")
            try:
                # In order, so that the index is walked and not jumped about in.
                self._reader.executemany("INSERT INTO wanted VALUES (?)", ((digest,) for digest in sorted(digests)))
                rows = self._reader.execute(
                    "SELECT a.key, a.answer, a.used_at, b.body FROM wanted w CROSS JOIN answers a ON a.key = w.key "
                    "CROSS JOIN bodies b ON b.answer = a.answer WHERE a.stored_at > ?",
                    (now - self._ageing.seconds,),
                ).fetchall()
            finally:
                # Nothing of it is to be kept: the list of what was wanted lives in the temporary database.
                self._reader.execute("ROLLBACK")
        answers = decode_answers([self._seal.open(body, digest) for digest, _, _, body in rows])
        unused = [number for _, number, used_at, _ in rows if used_at < now - TOUCHED_AFTER_SECONDS]
        for first in range(0, len(unused), _TOUCHED_AT_ONCE):
            with self._writing() as writer:
                writer.executemany(
                    "UPDATE answers SET used_at = ? WHERE answer = ?",
                    [(now, number) for number in unused[first : first + _TOUCHED_AT_ONCE]],
                )
        return {digests[row[0]]: answer for row, answer in zip(rows, answers, strict=True)}

    def intend(self, intent: Intent, budget: Budget) -> None:
        """Write down a request before it is sent, and reserve its cost; raises BudgetExceeded, having written nothing.

        A call in nobody's name (no run id) keeps the month's budget alone.
        """
        reserved = nanodollars(intent.reserved_usd)
        with self._writing() as writer:
            for scope, limit in limits_of(intent, budget).items():
                spent = sum(_spent(writer, scope))
                if spent + reserved > limit:
                    raise over_budget(scope, limit, spent, reserved)
            self._write_call(writer, intent, "open", reserved)
            for scope in scopes_of(intent.run_id, month_of(intent.called_at)):
                _book(writer, scope, settled=0, opened=reserved)

    def settle(self, call_id: str, settlement: Settlement, kept: Iterable[Kept] = ()) -> None:
        """Keep the answers of a request and write down what it cost, both or neither.

        A settlement as `unknown` costs what was reserved. Raises StoreError for a call that was not intended, or is
        settled already.
        """
        digests = [(self._seal.digest(item.key), self._seal.digest(item.text_hash), item.answer) for item in kept]
        bodies = [(key, text, self._seal.close(encode_answer(answer), key)) for key, text, answer in digests]
        now = int(self._clock())
        with self._writing() as writer:
            row = writer.execute(
                "SELECT label, run_id, called_at, reserved, status FROM calls WHERE call_id = ?", (call_id,)
            ).fetchone()
            if row is None or row[4] != "open":
                raise StoreError(f"call {call_id} {'was never intended' if row is None else 'is settled already'}")
            label, run_id, called_at, reserved, _ = row
            cost = charged(settlement, reserved)
            usage = settlement.usage
            writer.execute(
                "UPDATE calls SET status = ?, tokens_in = ?, tokens_out = ?, tokens_in_cached = ?, characters = ?, "
                "records = ?, cost = ?, latency_ms = ?, retries = ?, http_status = ?, request_id = ?, detail = ? "
                "WHERE call_id = ?",
                (
                    settlement.status,
                    usage.tokens_in,
                    usage.tokens_out,
                    usage.tokens_in_cached,
                    usage.characters,
                    usage.records,
                    cost,
                    settlement.latency_ms,
                    settlement.retries,
                    settlement.http_status,
                    settlement.request_id,
                    settlement.detail,
                    call_id,
                ),
            )
            for scope in scopes_of(run_id, month_of(_moment(called_at))):
                _book(writer, scope, settled=cost, opened=-reserved)
            for key, text, body in bodies:
                (number,) = writer.execute(
                    "INSERT INTO answers (key, text, label, size, stored_at, used_at) VALUES (?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (key) DO UPDATE SET text = excluded.text, label = excluded.label, "
                    "size = excluded.size, stored_at = excluded.stored_at, used_at = excluded.used_at RETURNING answer",
                    (key, text, label, len(body) + _ENTRY_BYTES, now, now),
                ).fetchone()
                writer.execute("INSERT OR REPLACE INTO bodies (answer, body) VALUES (?, ?)", (number, body))
            writer.execute("UPDATE labels SET misses = misses + ? WHERE label = ?", (len(bodies), label))
            self._kept_since_pruning += len(bodies)
        if self._kept_since_pruning >= PRUNED_AFTER:
            self.prune()

    def note_cached(self, intent: Intent) -> None:
        """Write down that answers were taken from the store (status `cached`, no cost)."""
        with self._writing() as writer:
            label = self._write_call(writer, intent, "cached", 0)
            writer.execute("UPDATE labels SET hits = hits + ? WHERE label = ?", (len(intent.keys), label))

    def spend(self, *, run_id: str | None = None, month: str | None = None) -> Spend:
        """What a run, or a month (`2026-11`), has spent; with neither, everything. Raises ValueError given both."""
        if run_id is not None and month is not None:
            raise ValueError("ask for a run or for a month")
        scope = run_scope(run_id) if run_id is not None else month_scope(month) if month is not None else EVERYTHING
        with self._explaining(), self._reading_lock:
            settled, opened = _spent(self._reader, scope)
        return Spend(dollars(settled), dollars(opened))

    def calls(self, since: datetime | None = None) -> Iterator[Mapping[str, Any]]:
        """The books, oldest first; a call's cost is null while it is open. Read some thousand at a time."""
        after = (_microseconds(since) if since is not None else -(2**62), -1)
        while True:
            with self._explaining(), self._reading_lock:
                rows = self._reader.execute(
                    "SELECT c.called_at, c.number, c.call_id, c.run_id, c.batch, l.provider, c.endpoint, l.operation, "
                    "l.model, l.prompt_version, c.items, c.reserved, c.status, c.tokens_in, c.tokens_out, "
                    "c.tokens_in_cached, c.characters, c.records, c.cost, c.latency_ms, c.retries, c.http_status, "
                    "c.request_id, c.detail FROM calls c JOIN labels l USING (label) "
                    "WHERE (c.called_at, c.number) > (?, ?) ORDER BY c.called_at, c.number LIMIT ?",
                    (*after, _CALLS_AT_ONCE),
                ).fetchall()
            for row in rows:
                yield _call(row)
            if len(rows) < _CALLS_AT_ONCE:
                return
            after = rows[-1][:2]

    def statistics(self) -> Sequence[Mapping[str, Any]]:
        """What is kept and how often it was of use, by provider, operation, model and prompt version."""
        with self._explaining(), self._reading_lock:
            rows = self._reader.execute(
                "SELECT provider, operation, model, prompt_version, count(answer), coalesce(sum(size), 0), "
                "min(stored_at), max(stored_at), hits, misses FROM labels LEFT JOIN answers USING (label) "
                "GROUP BY label ORDER BY provider, operation, model, prompt_version"
            ).fetchall()
        return [
            {
                "provider": provider,
                "operation": operation,
                "model": model,
                "prompt_version": prompt_version,
                "answers": answers,
                "bytes": size,
                "oldest": None if oldest is None else datetime.fromtimestamp(oldest, UTC),
                "newest": None if newest is None else datetime.fromtimestamp(newest, UTC),
                "hits": hits,
                "misses": misses,
            }
            for provider, operation, model, prompt_version, answers, size, oldest, newest, hits, misses in rows
        ]

    def prune(self) -> int:
        """Drop expired answers, then the least recently used until the size limit holds; return how many went."""
        expired = int(self._clock() - self._ageing.seconds)
        with self._writing() as writer:
            dropped = writer.execute("DELETE FROM answers WHERE stored_at <= ?", (expired,)).rowcount
            (total,) = writer.execute("SELECT coalesce(sum(size), 0) FROM answers").fetchone()
            if total > self._ageing.bytes:
                dropped += writer.execute(
                    "DELETE FROM answers WHERE answer IN (SELECT answer FROM (SELECT answer, sum(size) OVER "
                    "(ORDER BY used_at DESC, answer DESC) AS kept FROM answers) WHERE kept > ?)",
                    (self._ageing.bytes,),
                ).rowcount
            self._kept_since_pruning = 0
        self._shrink(dropped)
        return dropped

    def clear(self, *, provider: str | None = None, model: str | None = None, prompt_version: str | None = None) -> int:
        """Drop the answers that match all that is given; return how many went. The books stay."""
        with self._writing() as writer:
            dropped = writer.execute(
                "DELETE FROM answers WHERE label IN (SELECT label FROM labels WHERE provider = coalesce(?, provider) "
                "AND model = coalesce(?, model) AND (? IS NULL OR prompt_version = ?))",
                (provider, model, prompt_version, prompt_version),
            ).rowcount
        self._shrink(dropped)
        return dropped

    def forget(self, text_hashes: Collection[str]) -> int:
        """Drop every answer about these texts, from the log beside the file too; return how many went."""
        digests = [(self._seal.digest(text),) for text in text_hashes]
        with self._writing() as writer:
            dropped = writer.executemany("DELETE FROM answers WHERE text = ?", digests).rowcount if digests else 0
        self._shrink(dropped)
        if dropped:
            with self._explaining(), self._writing_lock:
                # Waits for readers; what they look at would else outlive the answer in the log.
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return dropped

    def close(self) -> None:
        """Close connections."""
        with self._writing_lock, self._reading_lock:
            self._reader.close()
            self._writer.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA cache_size = -16000")
        return connection

    def _prepare(self, key: str | None) -> Seal:
        """Make the file or bring it up to date, one process at a time, and find its seal."""
        with filelock.FileLock(f"{self._path}.lock", timeout=_BUSY_SECONDS):
            if stored_version(self._writer, str(self._path)) == 0:
                # Only an empty file takes it.
                self._writer.execute("PRAGMA auto_vacuum = INCREMENTAL")
            (mode,) = self._writer.execute("PRAGMA journal_mode = WAL").fetchone()
            if mode != "wal":
                raise StoreError(f"{self._path} is where SQLite cannot share a log between processes ({mode})")
            migrate(self._writer, str(self._path))
            if not self._writer.execute("SELECT count(*) FROM meta WHERE name = 'made'").fetchone()[0]:
                seal = new_seal(key)
                with self._writing() as writer:
                    writer.executemany("INSERT INTO meta VALUES (?, ?)", [*seal.mark.items(), ("made", b"1")])
                return seal
        mark = dict(self._writer.execute("SELECT name, value FROM meta WHERE name <> 'made'").fetchall())
        return matching_seal(key, mark, str(self._path))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that has the file to itself from the start, so that what it reads stays true."""
        with self._explaining(), self._writing_lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self._path}: {error}") from error

    def _write_call(self, writer: sqlite3.Connection, intent: Intent, status: str, reserved: int) -> int:
        label = self._label(writer, intent)
        settled = 0 if status == "cached" else None
        writer.execute(
            "INSERT INTO calls (call_id, called_at, run_id, batch, endpoint, label, items, reserved, status, "
            "tokens_in, tokens_out, tokens_in_cached, characters, records, cost, latency_ms, retries) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                intent.call_id,
                _microseconds(intent.called_at),
                intent.run_id,
                intent.batch,
                intent.endpoint,
                label,
                len(intent.keys),
                reserved,
                status,
                *[settled] * 8,
            ),
        )
        return label

    def _label(self, writer: sqlite3.Connection, intent: Intent) -> int:
        name = (intent.provider, intent.operation, intent.model, intent.prompt_version)
        found = writer.execute(
            "SELECT label FROM labels WHERE (provider, operation, model) = (?, ?, ?) AND prompt_version IS ?", name
        ).fetchone()
        if found is None:
            found = writer.execute(
                "INSERT INTO labels (provider, operation, model, prompt_version) VALUES (?, ?, ?, ?) RETURNING label",
                name,
            ).fetchone()
        return int(found[0])

    def _shrink(self, dropped: int) -> None:
        """Give the pages of dropped answers back to the file system."""
        if dropped:
            with self._explaining(), self._writing_lock:
                # As a script: it frees a page a step, and `execute` takes one step alone.
                self._writer.executescript("PRAGMA incremental_vacuum")


def _spent(connection: sqlite3.Connection, scope: str) -> tuple[int, int]:
    row = connection.execute("SELECT settled, open FROM spend WHERE scope = ?", (scope,)).fetchone()
    return row or (0, 0)


def _book(writer: sqlite3.Connection, scope: str, *, settled: int, opened: int) -> None:
    writer.execute(
        "INSERT INTO spend (scope, settled, open) VALUES (?, ?, ?) "
        "ON CONFLICT (scope) DO UPDATE SET settled = settled + excluded.settled, open = open + excluded.open",
        (scope, settled, opened),
    )


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


_CALL_FIELDS = (
    "call_id",
    "run_id",
    "batch",
    "provider",
    "endpoint",
    "operation",
    "model",
    "prompt_version",
    "items",
    "reserved_usd",
    "status",
    "tokens_in",
    "tokens_out",
    "tokens_in_cached",
    "characters",
    "records",
    "cost_usd",
    "latency_ms",
    "retries",
    "http_status",
    "request_id",
    "detail",
)


def _call(row: tuple[Any, ...]) -> Mapping[str, Any]:
    call: dict[str, Any] = {"called_at": _moment(row[0]), **dict(zip(_CALL_FIELDS, row[2:], strict=True))}
    call["reserved_usd"] = dollars(call["reserved_usd"])
    if call["cost_usd"] is not None:
        call["cost_usd"] = dollars(call["cost_usd"])
    return call
