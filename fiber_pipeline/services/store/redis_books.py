"""The books of the Redis store: what its scripts are told of calls, and calls read back."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store import redis_scripts as scripts
from fiber_pipeline.services.store.accounts import charged, dollars, limits_of, month_of, nanodollars, scopes_of
from fiber_pipeline.services.store.protocol import Budget, Intent, Settled

PREFIX = "fiber:"
"""Of every key."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def intending(intent: Intent, budget: Budget) -> list[Any]:
    """The arguments of INTEND."""
    reserved = nanodollars(intent.reserved_usd)
    limits = limits_of(intent, budget)
    spread = [item for scope, limit in limits.items() for item in (scope, limit)]
    scopes = scopes_of(intent.run_id, month_of(intent.called_at))
    return [*_described(intent, reserved), reserved, len(limits), *spread, *scopes]


def noting(intent: Intent) -> list[Any]:
    """The arguments of NOTE, for answers that were taken from the store."""
    written = {"status": "cached", **asdict(Usage()), "cost": 0, "latency_ms": 0.0, "retries": 0, "once": _once()}
    return [*_described(intent, 0), _json(written), len(intent.keys)]


def settling(settled: Settled, reserved: int, now: int, answers: Sequence[bytes]) -> list[Any]:
    """The arguments of SETTLE.

    reserved: in nanodollars. now: seconds since 1970. answers: digest, text digest, stored_at and body of each.
    """
    settlement = settled.settlement
    known = charged(settlement)
    cost = reserved if known is None else known
    written = {**asdict(settlement), **asdict(settlement.usage), "cost": cost, "once": _once()}
    del written["usage"], written["cost_usd"]
    return [PREFIX, settled.call_id, _json(written), cost, now, *answers]


def call_of(
    intent: dict[str, Any], settlement: dict[str, Any] | None, names: Mapping[bytes, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """A call as `ResponseStore.calls` tells it. names: what labels stand for."""
    unsettled = dict.fromkeys((*asdict(Usage()), "cost", "latency_ms", "retries"))
    settled = settlement or {"status": "open", **unsettled}
    cost = settled.pop("cost")
    settled.pop("once", None)
    del intent["accounts"], intent["once"]
    label, called_at, reserved = intent.pop("label"), intent.pop("called_at"), intent.pop("reserved")
    return {
        **intent,
        **names[label.encode("ascii")],
        "called_at": _EPOCH + timedelta(microseconds=called_at),
        "reserved_usd": dollars(reserved),
        "http_status": None,
        "request_id": None,
        "detail": None,
        **settled,
        "cost_usd": None if cost is None else dollars(cost),
    }


def microseconds(moment: datetime) -> int:
    """Since 1970, as moments of calls are kept."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _described(intent: Intent, reserved: int) -> list[str | int]:
    """What the scripts want to know of an intent: prefix, call, intent, microseconds, label, names."""
    names = _json(
        {
            "provider": intent.provider,
            "operation": intent.operation,
            "model": intent.model,
            "prompt_version": intent.prompt_version,
        }
    )
    label = hashlib.sha256(names.encode("utf-8")).hexdigest()[: scripts.LABEL_BYTES]
    called_at = microseconds(intent.called_at)
    written = {
        "call_id": intent.call_id,
        "called_at": called_at,
        "run_id": intent.run_id,
        "batch": intent.batch,
        "endpoint": intent.endpoint,
        "label": label,
        "items": len(intent.keys),
        "reserved": reserved,
        "accounts": scopes_of(intent.run_id, month_of(intent.called_at)),
        "once": _once(),
    }
    return [PREFIX, intent.call_id, _json(written), called_at, label, names]


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _once() -> str:
    """Tells a script that reaches the server a second time from one that says the same again."""
    return secrets.token_hex(8)
