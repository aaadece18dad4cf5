"""Requests as the enrichment layer writes them down, for tests."""

import itertools
from datetime import UTC, datetime
from typing import Any

from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.answers import write_answer
from fiber_pipeline.services.store.protocol import Budget, Intent, Kept, ResponseStore, Settlement

NO_BUDGET = Budget()
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
_numbers = itertools.count()


def intent(*keys: str, usd: float = 0.01, **other: Any) -> Intent:
    """A request about to be sent, or with `other` fields of its own."""
    fields = {
        "call_id": f"call-{next(_numbers)}",
        "called_at": NOW,
        "run_id": "run",
        "batch": "norte/enero.csv",
        "provider": "openai",
        "endpoint": "api.openai.com",
        "operation": "annotate",
        "model": "gpt-5-mini",
        "prompt_version": "1",
    }
    return Intent(**{**fields, **other}, keys=keys, reserved_usd=usd)


def answered(usd: float = 0.01, **other: Any) -> Settlement:
    """A request that went well."""
    return Settlement(
        **{"status": "answered", "usage": Usage(tokens_in=90, tokens_out=40), "latency_ms": 210.5, **other},
        cost_usd=usd,
    )


def kept(key: str, answer: Any) -> Kept:
    """An answer as it came; the text of key `k` has the digest `text of k`."""
    return Kept(key, f"text of {key}", write_answer(answer))


def keep(store: ResponseStore, answers: dict[str, Any], **other: Any) -> None:
    """Ask for and get `answers`, by key; their texts as in `kept`."""
    asked = intent(*answers, **other)
    store.intend(asked, NO_BUDGET)
    store.settle(asked.call_id, answered(), [kept(key, answer) for key, answer in answers.items()])
