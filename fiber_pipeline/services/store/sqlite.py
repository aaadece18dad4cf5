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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import filelock

from fiber_pipeline.services.failures import BudgetExceeded
from fiber_pipeline.services.store import sqlite_books as books
from fiber_pipeline.services.store.accounts import (
    EVERYTHING,
    dollars,
    month_scope,
    run_scope,
)
from fiber_pipeline.services.store.ageing import PRUNED_AFTER, TOUCHED_AFTER_SECONDS, Ageing
from fiber_pipeline.services.store.answers import pack_answer, unpack_answers
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.protocol import Budget, Intent, Kept, Settled, Settlement, Spend, raise_first
from fiber_pipeline.services.store.sealing import Seal, matching_seal, new_seal
from fiber_pipeline.services.store.sqlite_schema import migrate, stored_version
from fiber_pipeline.services.store.sqlite_writer import Writer, connect

LOCK_SECONDS = 300.0
_CALLS_AT_ONCE = 5_000
_LOOKED_UP_AT_ONCE = 1_000
_TOUCHED_AT_ONCE = 20_000
# Row, index entry and the page space they leave free, beside the body; measured on 100,000 answers.
_ENTRY_BYTES = 105

# Digest of the key, digest of the text, body.
_SealedAnswer = tuple[bytes, bytes, bytes]


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
        self._reading_lock = threading.Lock()
        with self._explaining():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = Writer(str(path))
            try:
                self._seal = self._prepare(key)
                self._reader = connect(str(path))
            except BaseException:
                self._writer.close()
                raise

    def __repr__(self) -> str:
        return f"SqliteStore({str(self._path)!r})"

    def find(self, keys: Sequence[str]) -> dict[str, Any]:
        """The answers there are, by key; expired ones are not there."""
        digests = {self._seal.digest(key): key for key in keys}
        rows = list(
            self._look_up(
                "SELECT a.key, a.answer, a.used_at, b.body FROM answers a JOIN bodies b USING (answer) "
                "WHERE a.stored_at > ? AND a.key IN ({})",
                digests,
            )
        )
        now = int(self._clock())
        answers = unpack_answers(self._seal.open(body, digest) for digest, _, _, body in rows)
        unused = [number for _, number, used_at, _ in rows if used_at < now - TOUCHED_AFTER_SECONDS]
        for first in range(0, len(unused), _TOUCHED_AT_ONCE):
            with self._writing() as writer:
                writer.executemany(
                    "UPDATE answers SET used_at = ? WHERE answer = ?",
                    [(now, number) for number in unused[first : first + _TOUCHED_AT_ONCE]],
                )
        return {digests[row[0]]: answer for row, answer in zip(rows, answers, strict=True)}

    def known(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that `find` has an answer for."""
        digests = {self._seal.digest(key): key for key in keys}
        rows = self._look_up("SELECT key FROM answers WHERE stored_at > ? AND key IN ({})", digests)
        return {digests[digest] for (digest,) in rows}

    def intend(self, intent: Intent, budget: Budget) -> None:
        """Write down a request before it is sent, and reserve its cost; raises BudgetExceeded, having written nothing.

        A call in nobody's name (no run id) keeps the month's budget alone.
        """
        raise_first(self.record([intent], budget))

    def settle(self, call_id: str, settlement: Settlement, kept: Iterable[Kept] = ()) -> None:
        """Keep the answers of a request and write down what it cost, both or neither.

        A settlement as `unknown` costs what was reserved. Raises StoreError for a call that was not intended, or is
        settled already.
        """
        raise_first(self.record([Settled(call_id, settlement, tuple(kept))], Budget()))

    def record(self, entries: Sequence[Intent | Settled], budget: Budget) -> list[BudgetExceeded | StoreError | None]:
        """Do what `intend` and `settle` do for several, in their order, in one transaction.

        Returns what was wrong with each; such an entry wrote nothing, and the others stand.
        """
        # Outside the transaction, which others wait for.
        sealed = self._sealed(entries)
        with self._writing() as writer:
            problems = self._record(writer, entries, sealed, budget)
        if self._is_pruning_due():
            self.prune()
        return problems

    def try_record(
        self, entries: Sequence[Intent | Settled], budget: Budget
    ) -> list[BudgetExceeded | StoreError | None] | None:
        """Do what `record` does, if no other writer and no disk has to be waited for; else None, nothing written."""
        if self._is_pruning_due():
            return None
        sealed = self._sealed(entries)
        with self._explaining(), self._writer.transaction_at_once() as writer:
            return None if writer is None else self._record(writer, entries, sealed, budget)

    def note_cached(self, intent: Intent) -> None:
        """Write down that answers were taken from the store (status `cached`, no cost)."""
        with self._writing() as writer:
            label = books.write_call(writer, intent, "cached", 0)
            if label is None:
                raise StoreError(f"call {intent.call_id} was intended already")
            writer.execute("UPDATE labels SET hits = hits + ? WHERE label = ?", (len(intent.keys), label))

    def spend(self, *, run_id: str | None = None, month: str | None = None) -> Spend:
        """What a run, or a month (`2026-11`), has spent; with neither, everything. Raises ValueError given both."""
        if run_id is not None and month is not None:
            raise ValueError("ask for a run or for a month")
        scope = run_scope(run_id) if run_id is not None else month_scope(month) if month is not None else EVERYTHING
        with self._explaining(), self._reading_lock:
            settled, opened = books.spent(self._reader, scope)
        return Spend(dollars(settled), dollars(opened))

    def calls(self, since: datetime | None = None) -> Iterator[Mapping[str, Any]]:
        """The books, oldest first; a call's cost is null while it is open. Read some thousand at a time."""
        after = (books.microseconds(since) if since is not None else -(2**62), -1)
        while True:
            with self._explaining(), self._reading_lock:
                rows = self._reader.execute(
                    books.CALLS,
                    (*after, _CALLS_AT_ONCE),
                ).fetchall()
            for row in rows:
                yield books.call_of(row)
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

    def count_about(self, text_hashes: Collection[str]) -> int:
        """How many answers there are about these texts."""
        digests = {self._seal.digest(text): text for text in text_hashes}
        return sum(1 for _ in self._look_up("SELECT key FROM answers WHERE stored_at > ? AND text IN ({})", digests))

    def forget(self, text_hashes: Collection[str]) -> int:
        """Drop every answer about these texts, from the log beside the file too; return how many went."""
        if not text_hashes:
            return 0
        digests = [(self._seal.digest(text),) for text in text_hashes]
        with self._writing() as writer:
            writer.execute("CREATE TEMP TABLE forgotten (text BLOB PRIMARY KEY) WITHOUT ROWID")
            writer.executemany("INSERT OR IGNORE INTO forgotten VALUES (?)", digests)
            dropped = writer.execute("DELETE FROM answers WHERE text IN (SELECT text FROM forgotten)").rowcount
            writer.execute("DROP TABLE forgotten")
        self._shrink(dropped)
        if dropped:
            with self._explaining(), self._writer.waiting() as writer:
                # Waits for readers; what they look at would else outlive the answer in the log.
                writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return dropped

    def close(self) -> None:
        """Close connections."""
        with self._reading_lock:
            self._reader.close()
        self._writer.close()

    def _look_up(self, query: str, digests: Iterable[bytes]) -> Iterator[tuple[Any, ...]]:
        """The rows of a query for answers that are not too old, of these digests.

        query: with a place for how old, and `{}` for the digests' places.
        """
        oldest = int(self._clock()) - self._ageing.seconds
        # In order, so that the index is walked and not jumped about in.
        ordered = sorted(digests)
        for first in range(0, len(ordered), _LOOKED_UP_AT_ONCE):
            part = ordered[first : first + _LOOKED_UP_AT_ONCE]
            with self._explaining(), self._reading_lock:
                rows = self._reader.execute(query.format(", ".join("?" * len(part))), (oldest, *part)).fetchall()
            yield from rows

    def _prepare(self, key: str | None) -> Seal:
        """Make the file or bring it up to date, one process at a time, and find its seal."""
        with filelock.FileLock(f"{self._path}.lock", timeout=LOCK_SECONDS):
            with self._writer.waiting() as connection:
                if stored_version(connection, str(self._path)) == 0:
                    # Only an empty file takes it.
                    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
                if mode != "wal":
                    raise StoreError(f"{self._path} is where SQLite cannot share a log between processes ({mode})")
                migrate(connection, str(self._path))
                mark = dict(connection.execute("SELECT name, value FROM meta").fetchall())
            if mark.pop("made", None) is None:
                seal = new_seal(key)
                # All of it or nothing: half a mark would let nobody in any more.
                with self._writing() as writer:
                    writer.executemany("INSERT INTO meta VALUES (?, ?)", [*seal.mark.items(), ("made", b"1")])
                return seal
        return matching_seal(key, mark, str(self._path))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._explaining(), self._writer.transaction() as connection:
            yield connection

    def _is_pruning_due(self) -> bool:
        return self._kept_since_pruning >= PRUNED_AFTER

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self._path}: {error}") from error

    def _record(
        self,
        writer: sqlite3.Connection,
        entries: Sequence[Intent | Settled],
        sealed: Sequence[Sequence[_SealedAnswer]],
        budget: Budget,
    ) -> list[BudgetExceeded | StoreError | None]:
        self._kept_since_pruning += sum(map(len, sealed))
        return [
            self._settle(writer, entry, answers) if isinstance(entry, Settled) else books.intend(writer, entry, budget)
            for entry, answers in zip(entries, sealed, strict=True)
        ]

    def _settle(
        self, writer: sqlite3.Connection, settled: Settled, answers: Sequence[_SealedAnswer]
    ) -> StoreError | None:
        """Keep the answers of a call and write down what it cost."""
        label = books.settle(writer, settled)
        if isinstance(label, StoreError):
            return label
        now = int(self._clock())
        writer.executemany(
            "INSERT INTO answers (key, text, label, size, stored_at, used_at) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET text = excluded.text, label = excluded.label, "
            "size = excluded.size, stored_at = excluded.stored_at, used_at = excluded.used_at",
            [(key, text, label, len(body) + _ENTRY_BYTES, now, now) for key, text, body in answers],
        )
        writer.executemany(
            "INSERT OR REPLACE INTO bodies (answer, body) SELECT answer, ? FROM answers WHERE key = ?",
            [(body, key) for key, _, body in answers],
        )
        return None

    def _sealed(self, entries: Sequence[Intent | Settled]) -> list[list[_SealedAnswer]]:
        """What is written of the answers of each entry; none of an intent."""
        return [
            [self._sealed_answer(kept) for kept in entry.kept] if isinstance(entry, Settled) else []
            for entry in entries
        ]

    def _sealed_answer(self, kept: Kept) -> _SealedAnswer:
        key = self._seal.digest(kept.key)
        return key, self._seal.digest(kept.text_hash), self._seal.close(pack_answer(kept.answer), key)

    def _shrink(self, dropped: int) -> None:
        """Give the pages of dropped answers back to the file system."""
        if dropped:
            with self._explaining(), self._writer.waiting() as writer:
                # As a script: it frees a page a step, and `execute` takes one step alone.
                writer.executescript("PRAGMA incremental_vacuum")
