"""The store in Redis (7 or newer, one server or a replicated one, no cluster), shared by workers on many machines.

What must be one step is a script (`redis_scripts`). How durable a settled answer is, is Redis' own setting: with
`appendonly yes` it survives Redis being killed, and a power cut takes a second at most; without, everything since the
last snapshot is lost, books and budgets included. It must not evict (`maxmemory-policy noeviction`, the default): the
store keeps to its size limit itself. What `forget` drops stays in Redis' append-only file and snapshots until it
rewrites them (`BGREWRITEAOF`, `BGSAVE`).
"""

import json
import struct
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import redis

from fiber_pipeline.services.failures import BudgetExceeded
from fiber_pipeline.services.store import redis_books as books
from fiber_pipeline.services.store import redis_scripts as scripts
from fiber_pipeline.services.store.accounts import (
    EVERYTHING,
    dollars,
    month_scope,
    nanodollars,
    over_budget,
    run_scope,
)
from fiber_pipeline.services.store.ageing import PRUNED_AFTER, TOUCHED_AFTER_SECONDS, Ageing
from fiber_pipeline.services.store.answers import pack_answer, unpack_answers
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.protocol import Budget, Intent, Kept, Settled, Settlement, Spend, raise_first
from fiber_pipeline.services.store.redis_connection import RedisConnection
from fiber_pipeline.services.store.sealing import matching_seal, new_seal

_VERSION = 1
_AT_ONCE = 1_000
_STORED = struct.Struct(">I")


class RedisStore:
    """A `ResponseStore` in Redis. Threads share its pool of connections."""

    def __init__(
        self,
        url: str,
        key: str | None = None,
        ageing: Ageing = Ageing(),  # noqa: B008 - immutable
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Connect, and make the store if there is none.

        url: `redis://…`, `rediss://…` or `unix://…`, with user, password and database if need be.
        key: seals the answers (see `sealing`).
        clock: seconds since 1970, by which answers age.
        Raises KeyMismatch if the key is not the store's, StoreError if the server cannot be reached or used.
        """
        connection = RedisConnection(url)
        # Scripts do nothing the second time, so any command may be sent again.
        self._client, self._place, self._explaining = connection.client, connection.place, connection.explaining
        self._ageing = ageing
        self._clock = clock
        self._kept_since_pruning = 0
        seal = new_seal(key)
        with self._explaining():
            self._intend = self._client.register_script(scripts.INTEND)
            self._note = self._client.register_script(scripts.NOTE)
            self._settle = self._client.register_script(scripts.SETTLE)
            self._drop = self._client.register_script(scripts.DROP)
            made = [item for name, value in seal.mark.items() for item in (name, value)]
            found: list[bytes] = self._client.register_script(scripts.OPEN)(
                args=[books.PREFIX, "version", _VERSION, *made]
            )
        meta = {name.decode(): value for name, value in zip(found[::2], found[1::2], strict=True)}
        version = int(meta.pop("version"))
        if version > _VERSION:
            raise StoreError(
                f"{self._place} holds a store of version {version}, and this program knows {_VERSION}; update it"
            )
        self._seal = seal if meta == seal.mark else matching_seal(key, meta, self._place)

    def __repr__(self) -> str:
        return f"RedisStore({self._place!r})"

    def find(self, keys: Sequence[str]) -> dict[str, Any]:
        """The answers there are, by key; expired ones are not there."""
        now = int(self._clock())
        digests = [self._seal.digest(key) for key in keys]
        with self._explaining():
            pipeline = self._client.pipeline(transaction=False)
            for part in _parts(digests):
                pipeline.mget([_name("answer:", digest) for digest in part])
                pipeline.zmscore(_name("used"), part)
            parts = pipeline.execute()
        values = [value for part in parts[::2] for value in part]
        uses = [use for part in parts[1::2] for use in part]
        found: list[str] = []
        bodies: list[bytes] = []
        unused: list[bytes] = []
        for key, digest, value, used_at in zip(keys, digests, values, uses, strict=True):
            if value is None or _stored_at(value) <= now - self._ageing.seconds:
                continue
            found.append(key)
            bodies.append(self._seal.open(value[scripts.HEADER_BYTES :], digest))
            if used_at is not None and used_at < now - TOUCHED_AFTER_SECONDS:
                unused.append(digest)
        with self._explaining():
            pipeline = self._client.pipeline(transaction=False)
            for part in _parts(unused):
                # Only those that are still there: another process may have dropped one meanwhile.
                pipeline.zadd(_name("used"), dict.fromkeys(part, now), xx=True)
            pipeline.execute()
        return dict(zip(found, unpack_answers(bodies), strict=True))

    def known(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that `find` has an answer for."""
        now = int(self._clock())
        with self._explaining():
            pipeline = self._client.pipeline(transaction=False)
            for key in keys:
                pipeline.getrange(_name("answer:", self._seal.digest(key)), 0, scripts.HEADER_BYTES - 1)
            headers = pipeline.execute()
        return {
            key
            for key, header in zip(keys, headers, strict=True)
            if header and _stored_at(header) > now - self._ageing.seconds
        }

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
        """Do what `intend` and `settle` do for several, in their order: each in one step, all in one message.

        Returns what was wrong with each; such an entry wrote nothing, and the others stand.
        """
        reserved = self._reserved([entry.call_id for entry in entries if isinstance(entry, Settled)])
        told = self._in_one_message(
            [
                (self._settle, self._settling(entry, reserved[entry.call_id]))
                if isinstance(entry, Settled)
                else (self._intend, books.intending(entry, budget))
                for entry in entries
            ]
        )
        problems = [self._problem(entry, answer) for entry, answer in zip(entries, told, strict=True)]
        self._kept_since_pruning += sum(len(entry.kept) for entry in entries if isinstance(entry, Settled))
        if self._kept_since_pruning >= PRUNED_AFTER:
            self.prune()
        return problems

    def try_record(self, entries: Sequence[Intent | Settled], budget: Budget) -> None:
        """See `ResponseStore.try_record`; a server always has to be waited for."""

    def note_cached(self, intent: Intent) -> None:
        """Write down that answers were taken from the store (status `cached`, no cost)."""
        with self._explaining():
            self._note(args=books.noting(intent))

    def spend(self, *, run_id: str | None = None, month: str | None = None) -> Spend:
        """What a run, or a month (`2026-11`), has spent; with neither, everything. Raises ValueError given both."""
        if run_id is not None and month is not None:
            raise ValueError("ask for a run or for a month")
        scope = run_scope(run_id) if run_id is not None else month_scope(month) if month is not None else EVERYTHING
        with self._explaining():
            settled, opened = self._client.hmget(_name("spend"), [f"{scope}:settled", f"{scope}:open"])
        return Spend(dollars(int(settled or 0)), dollars(int(opened or 0)))

    def calls(self, since: datetime | None = None) -> Iterator[Mapping[str, Any]]:
        """The books, oldest first; a call's cost is null while it is open. Read a thousand at a time."""
        with self._explaining():
            first = self._client.zcount(_name("calls_by_time"), "-inf", f"({books.microseconds(since)}") if since else 0
            names = {label: json.loads(text) for label, text in self._client.hgetall(_name("labels")).items()}
        while True:
            with self._explaining():
                call_ids = self._client.zrange(_name("calls_by_time"), first, first + _AT_ONCE - 1)
                if not call_ids:
                    return
                intents = self._client.hmget(_name("calls"), call_ids)
                settlements = self._client.hmget(_name("settled"), call_ids)
            for intent, settlement in zip(intents, settlements, strict=True):
                yield books.call_of(json.loads(intent), json.loads(settlement) if settlement else None, names)
            first += len(call_ids)

    def statistics(self) -> Sequence[Mapping[str, Any]]:
        """What is kept and how often it was of use, by provider, operation, model and prompt version."""
        rows = []
        with self._explaining():
            for label, text in self._client.hgetall(_name("labels")).items():
                stored = _name("stored:", label)
                pipeline = self._client.pipeline()
                pipeline.zcard(stored)
                pipeline.zrange(stored, 0, 0, withscores=True)
                pipeline.zrange(stored, -1, -1, withscores=True)
                for counter in ("bytes", "hits", "misses"):
                    pipeline.hget(_name(counter), label)
                answers, oldest, newest, size, hits, misses = pipeline.execute()
                rows.append(
                    {
                        **json.loads(text),
                        "answers": answers,
                        "bytes": int(size or 0),
                        "oldest": datetime.fromtimestamp(oldest[0][1], UTC) if oldest else None,
                        "newest": datetime.fromtimestamp(newest[0][1], UTC) if newest else None,
                        "hits": int(hits or 0),
                        "misses": int(misses or 0),
                    }
                )
        return sorted(
            rows, key=lambda row: [row[name] or "" for name in ("provider", "operation", "model", "prompt_version")]
        )

    def prune(self) -> int:
        """Drop expired answers, then the least recently used until the size limit holds; return how many went."""
        expired = self._clock() - self._ageing.seconds
        self._kept_since_pruning = 0
        dropped = 0
        with self._explaining():
            for label in self._client.hkeys(_name("labels")):
                dropped += self._drop_all(self._client.zrange(_name("stored:", label), "-inf", expired, byscore=True))
            excess = sum(map(int, self._client.hvals(_name("bytes")))) - self._ageing.bytes
            while excess > 0:
                oldest = self._client.zrange(_name("used"), 0, _AT_ONCE - 1)
                if not oldest:
                    break
                pipeline = self._client.pipeline(transaction=False)
                for digest in oldest:
                    pipeline.strlen(_name("answer:", digest))
                going = []
                for digest, length in zip(oldest, pipeline.execute(), strict=True):
                    if excess <= 0:
                        break
                    excess -= length - scripts.HEADER_BYTES + scripts.ENTRY_BYTES
                    going.append(digest)
                dropped += self._drop_all(going)
        return dropped

    def clear(self, *, provider: str | None = None, model: str | None = None, prompt_version: str | None = None) -> int:
        """Drop the answers that match all that is given; return how many went. The books stay."""
        wanted = {"provider": provider, "model": model, "prompt_version": prompt_version}
        dropped = 0
        with self._explaining():
            for label, text in self._client.hgetall(_name("labels")).items():
                names = json.loads(text)
                if all(value is None or names[name] == value for name, value in wanted.items()):
                    dropped += self._drop_all(self._client.zrange(_name("stored:", label), 0, -1))
        return dropped

    def count_about(self, text_hashes: Collection[str]) -> int:
        """How many answers there are about these texts."""
        found = 0
        with self._explaining():
            for part in _parts([self._seal.digest(text) for text in text_hashes]):
                pipeline = self._client.pipeline(transaction=False)
                for digest in part:
                    pipeline.scard(_name("text:", digest))
                found += sum(pipeline.execute())
        return found

    def forget(self, text_hashes: Collection[str]) -> int:
        """Drop every answer about these texts; return how many went."""
        dropped = 0
        with self._explaining():
            for part in _parts([self._seal.digest(text) for text in text_hashes]):
                pipeline = self._client.pipeline(transaction=False)
                for digest in part:
                    pipeline.smembers(_name("text:", digest))
                dropped += self._drop_all([answer for answers in pipeline.execute() for answer in answers])
        return dropped

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    def _in_one_message(self, steps: Sequence[tuple[Any, list[Any]]]) -> list[Any]:
        """Run scripts with their arguments; return what each answers, errors too."""

        def run() -> list[Any]:
            pipeline = self._client.pipeline(transaction=False)
            for script, arguments in steps:
                pipeline.evalsha(script.sha, 0, *arguments)
            told: list[Any] = pipeline.execute(raise_on_error=False)
            return told

        with self._explaining():
            told = run()
            if any(isinstance(each, redis.exceptions.NoScriptError) for each in told):
                # A server that was started anew has forgotten them. Whatever did run does nothing the second time.
                for script in {script for script, _ in steps}:
                    self._client.script_load(script.script)
                told = run()
        return told

    def _reserved(self, call_ids: Sequence[str]) -> dict[str, int]:
        """What was reserved for calls; 0 for one that was not intended."""
        if not call_ids:
            return {}
        with self._explaining():
            intents = self._client.hmget(_name("calls"), call_ids)
        return {
            call_id: json.loads(intent)["reserved"] if intent else 0
            for call_id, intent in zip(call_ids, intents, strict=True)
        }

    def _settling(self, settled: Settled, reserved: int) -> list[Any]:
        """The arguments of SETTLE; answers are sealed."""
        now = int(self._clock())
        answers: list[bytes] = []
        for item in settled.kept:
            digest = self._seal.digest(item.key)
            body = self._seal.close(pack_answer(item.answer), digest)
            answers += [digest, self._seal.digest(item.text_hash), _STORED.pack(now), body]
        return books.settling(settled, reserved, now, answers)

    def _problem(self, entry: Intent | Settled, told: Any) -> BudgetExceeded | StoreError | None:
        """What the script told of an entry."""
        if isinstance(told, redis.RedisError):
            return StoreError(f"{self._place}: {told}")
        if isinstance(entry, Intent) and told:
            scope, limit, spent = (item.decode() for item in told)
            return over_budget(scope, int(limit), int(spent), nanodollars(entry.reserved_usd))
        return None

    def _drop_all(self, digests: Sequence[bytes]) -> int:
        return sum(self._drop(args=[books.PREFIX, *part]) for part in _parts(digests))


def _name(kind: str, suffix: bytes = b"") -> bytes:
    return (books.PREFIX + kind).encode("ascii") + suffix


def _parts(things: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for first in range(0, len(things), _AT_ONCE):
        yield things[first : first + _AT_ONCE]


def _stored_at(value: bytes) -> int:
    (moment,) = _STORED.unpack_from(value, scripts.LABEL_BYTES)
    return int(moment)
