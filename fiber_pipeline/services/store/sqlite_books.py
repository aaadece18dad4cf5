"""The books of the embedded store: rows of its tables `labels`, `calls` and `spend`.

Functions over a connection of `SqliteStore`; those that write are called within its transaction.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from fiber_pipeline.services.failures import BudgetExceeded
from fiber_pipeline.services.store.accounts import (
    charged,
    dollars,
    limits_of,
    month_of,
    nanodollars,
    over_budget,
    scopes_of,
)
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.protocol import Budget, Intent, Settled

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

CALLS = (
    "SELECT c.called_at, c.number, c.call_id, c.run_id, c.batch, l.provider, c.endpoint, l.operation, "
    "l.model, l.prompt_version, c.items, c.reserved, c.status, c.tokens_in, c.tokens_out, "
    "c.tokens_in_cached, c.characters, c.records, c.cost, c.latency_ms, c.retries, c.http_status, "
    "c.request_id, c.detail FROM calls c JOIN labels l USING (label) "
    "WHERE (c.called_at, c.number) > (?, ?) ORDER BY c.called_at, c.number LIMIT ?"
)
"""Calls after a moment and number, oldest first, at most so many."""


def intend(writer: sqlite3.Connection, intent: Intent, budget: Budget) -> BudgetExceeded | StoreError | None:
    """Write a call down as open and reserve its cost; or write nothing, and return what is wrong."""
    reserved = nanodollars(intent.reserved_usd)
    for scope, limit in limits_of(intent, budget).items():
        taken = sum(spent(writer, scope))
        if taken + reserved > limit:
            return over_budget(scope, limit, taken, reserved)
    if write_call(writer, intent, "open", reserved) is None:
        return StoreError(f"call {intent.call_id} was intended already")
    _book(writer, scopes_of(intent.run_id, month_of(intent.called_at)), settled=0, opened=reserved)
    return None


def settle(writer: sqlite3.Connection, settled: Settled) -> int | StoreError:
    """Write down what became of an open call and what it cost; or write nothing, and return what is wrong.

    Returns the label its answers go under.
    """
    settlement, usage = settled.settlement, settled.settlement.usage
    row = writer.execute(
        "UPDATE calls SET status = ?, tokens_in = ?, tokens_out = ?, tokens_in_cached = ?, characters = ?, "
        "records = ?, cost = coalesce(?, reserved), latency_ms = ?, retries = ?, http_status = ?, request_id = ?, "
        "detail = ? WHERE call_id = ? AND status = 'open' RETURNING label, run_id, called_at, reserved, cost",
        (
            settlement.status,
            usage.tokens_in,
            usage.tokens_out,
            usage.tokens_in_cached,
            usage.characters,
            usage.records,
            charged(settlement),
            settlement.latency_ms,
            settlement.retries,
            settlement.http_status,
            settlement.request_id,
            settlement.detail,
            settled.call_id,
        ),
    ).fetchone()
    if row is None:
        known = writer.execute("SELECT 1 FROM calls WHERE call_id = ?", (settled.call_id,)).fetchone()
        return StoreError(f"call {settled.call_id} {'was never intended' if known is None else 'is settled already'}")
    label, run_id, called_at, reserved, cost = row
    _book(writer, scopes_of(run_id, month_of(_moment(called_at))), settled=cost, opened=-reserved)
    writer.execute("UPDATE labels SET misses = misses + ? WHERE label = ?", (len(settled.kept), label))
    return int(label)


def write_call(writer: sqlite3.Connection, intent: Intent, status: str, reserved: int) -> int | None:
    """Write a row of `calls` and return its label; None if there is one of the same name."""
    label = _label(writer, intent)
    settled = 0 if status == "cached" else None
    written = writer.execute(
        "INSERT INTO calls (call_id, called_at, run_id, batch, endpoint, label, items, reserved, status, "
        "tokens_in, tokens_out, tokens_in_cached, characters, records, cost, latency_ms, retries) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (call_id) DO NOTHING",
        (
            intent.call_id,
            microseconds(intent.called_at),
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
    return label if written.rowcount else None


def spent(connection: sqlite3.Connection, scope: str) -> tuple[int, int]:
    """What is settled and what is open in an account, in nanodollars."""
    row = connection.execute("SELECT settled, open FROM spend WHERE scope = ?", (scope,)).fetchone()
    return row or (0, 0)


def _book(writer: sqlite3.Connection, scopes: Sequence[str], *, settled: int, opened: int) -> None:
    writer.executemany(
        "INSERT INTO spend (scope, settled, open) VALUES (?, ?, ?) "
        "ON CONFLICT (scope) DO UPDATE SET settled = settled + excluded.settled, open = open + excluded.open",
        [(scope, settled, opened) for scope in scopes],
    )


def microseconds(moment: datetime) -> int:
    """Since 1970, as moments of calls are kept."""
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


def call_of(row: tuple[Any, ...]) -> Mapping[str, Any]:
    """A row of CALLS as `ResponseStore.calls` tells it."""
    call: dict[str, Any] = {"called_at": _moment(row[0]), **dict(zip(_CALL_FIELDS, row[2:], strict=True))}
    call["reserved_usd"] = dollars(call["reserved_usd"])
    if call["cost_usd"] is not None:
        call["cost_usd"] = dollars(call["cost_usd"])
    return call


def _label(writer: sqlite3.Connection, intent: Intent) -> int:
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
