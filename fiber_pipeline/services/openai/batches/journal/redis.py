"""The journal in the Redis of the shared response store, for workers on many machines.

What must be one step is a script (`redis_scripts`). It is as durable as Redis is set to be: with `appendonly yes` it
survives Redis being killed, and a power cut takes a second at most, or nothing with `appendfsync always`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fiber_pipeline.services.openai.batches.journal import redis_scripts as scripts
from fiber_pipeline.services.openai.batches.journal.digests import digest_under
from fiber_pipeline.services.openai.batches.journal.protocol import (
    MAY_FOLLOW,
    OPEN,
    Contents,
    State,
    Submission,
    Waiting,
    check_fields,
)
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.redis_connection import RedisConnection

_PREFIX = "fiber:batches:"
_VERSION = 1
_AT_ONCE = 1_000


class RedisJournal:
    """A `BatchJournal` in Redis. Threads share its pool of connections."""

    def __init__(self, url: str, key: str | None = None) -> None:
        """Connect, and make the journal if there is none. key: the warehouse's, if it has one.

        Raises StoreError if the server cannot be reached or used.
        """
        self._connection = RedisConnection(url)
        self._client = self._connection.client
        self._explaining = self._connection.explaining
        self._digest = digest_under(key)
        self._begin = self._client.register_script(scripts.BEGIN)
        self._change = self._client.register_script(scripts.CHANGE)
        self._release = self._client.register_script(scripts.RELEASE)
        with self._explaining():
            version = int(self._client.register_script(scripts.OPEN)(args=[_PREFIX, _VERSION]))
        if version > _VERSION:
            raise StoreError(
                f"{self._connection.place} holds a journal of version {version}, and this program knows {_VERSION}; "
                "update it"
            )

    def __repr__(self) -> str:
        return f"RedisJournal({self._connection.place!r})"

    def begin(self, submission: Submission, keys: Iterable[str]) -> dict[str, str]:
        """Write down a submission, and claim what it asks for; the keys claimed before, with whose they are."""
        digests = {self._digest(key): key for key in keys}
        taken = self._written_down(submission, list(digests))
        return {digests[digest]: owner for digest, owner in taken.items()}

    def change(self, id_: str, **values: Any) -> bool:
        """Set fields of a submission, all or none; see `BatchJournal.change`."""
        check_fields(values)
        state: State | None = values.get("state")
        gives_up = int(state is not None and state not in OPEN)
        may_follow = MAY_FOLLOW[state] if state else ()
        args = [_PREFIX, id_, state or "", gives_up, len(may_follow), *may_follow, *_spread(values)]
        with self._explaining():
            return bool(self._change(args=args))

    def submissions(self, *states: State, since: float = 0.0) -> list[Submission]:
        """Those in these states, or in any; oldest first."""
        found: list[Submission] = []
        with self._explaining():
            pipeline = self._client.pipeline()
            for state in states or tuple(MAY_FOLLOW):
                pipeline.zrange(_name(f"state:{state}"), since, "+inf", byscore=True)
            ids = [id_.decode() for part in pipeline.execute() for id_ in part]
            for part in _parts(ids):
                pipeline = self._client.pipeline(transaction=False)
                for id_ in part:
                    pipeline.hgetall(_name(f"submission:{id_}"))
                found += [_submission(written) for written in pipeline.execute()]
        # One that changes meanwhile is as it is now.
        wanted = [each for each in found if not states or each.state in states]
        return sorted(wanted, key=lambda each: (each.created_at, each.id))

    def outstanding(self, keys: Sequence[str]) -> dict[str, str]:
        """Which of these an open submission asks for already, with that submission's id."""
        found: dict[str, str] = {}
        with self._explaining():
            for part in _parts(keys):
                owners = self._client.hmget(_name("claims"), [self._digest(key) for key in part])
                found.update((key, owner.decode()) for key, owner in zip(part, owners, strict=True) if owner)
        return found

    def wait(self, waiting: Waiting) -> None:
        """Write down what a batch waits for, in place of what it waited for before."""
        with self._explaining():
            self._client.hset(_name("waiting"), waiting.batch, _json(asdict(waiting)))

    def waiting(self) -> list[Waiting]:
        """The batches that wait, by name."""
        return sorted((each for each, _ in self._waiting()), key=lambda each: each.batch)

    def forget_waiting(self, tokens: Iterable[str]) -> None:
        """These no longer wait."""
        going = set(tokens)
        spread = [item for each, written in self._waiting() if each.token in going for item in (each.batch, written)]
        with self._explaining():
            self._release(args=[_PREFIX, *spread])

    def note_no_batch_api(self, address: str, at: float) -> None:
        """Write down that the endpoints at this address have no Batch API."""
        with self._explaining():
            self._client.hset(_name("no_batch_api"), address, at)

    def no_batch_api(self) -> dict[str, float]:
        """The addresses without a Batch API, and when they said so."""
        with self._explaining():
            noted = self._client.hgetall(_name("no_batch_api"))
        return {address.decode(): float(at) for address, at in noted.items()}

    def take_over(self, contents: Contents) -> None:
        """Write down what another journal held; what is here already stays as it is."""
        for submission in contents.submissions:
            self._written_down(submission, contents.claims.get(submission.id, ()))
        with self._explaining():
            for waiting in contents.waiting:
                self._client.hsetnx(_name("waiting"), waiting.batch, _json(asdict(waiting)))

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    def _written_down(self, submission: Submission, digests: Sequence[bytes]) -> dict[bytes, str]:
        """Begin a submission; what of its digests others have claimed."""
        spread = _spread(asdict(submission))
        head = [_PREFIX, submission.id, submission.state, submission.created_at, len(spread) // 2]
        with self._explaining():
            taken: list[bytes] = self._begin(args=[*head, *spread, *digests])
        return {digest: owner.decode() for digest, owner in zip(taken[::2], taken[1::2], strict=True)}

    def _waiting(self) -> list[tuple[Waiting, bytes]]:
        """Each as it is and as it is written."""
        with self._explaining():
            written: list[bytes] = self._client.hvals(_name("waiting"))
        told = [json.loads(one) for one in written]
        return [
            (Waiting(**{**one, "submissions": tuple(one["submissions"])}), as_written)
            for one, as_written in zip(told, written, strict=True)
        ]


def _name(kind: str) -> str:
    return _PREFIX + kind


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _spread(values: Mapping[str, Any]) -> list[str]:
    return [item for name, value in values.items() for item in (name, value if name == "state" else _json(value))]


def _submission(written: Mapping[bytes, bytes]) -> Submission:
    read = {name.decode(): value for name, value in written.items()}
    state = read.pop("state").decode()
    return Submission(**{name: json.loads(value) for name, value in read.items()}, state=state)  # type: ignore[arg-type]


def _parts(things: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(things), _AT_ONCE):
        yield things[first : first + _AT_ONCE]
