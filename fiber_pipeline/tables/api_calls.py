"""`api_calls`: the books of the response store, as a table."""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

CALL_STATUSES = ("open", "answered", "doubted", "failed", "unknown", "cached")
_NO_LESS = pr.Check.ge(0)

API_CALLS = Table(
    name="api_calls",
    row="a call to an external service, paid or from the cache",
    key=("call_id",),
    partitioned=False,
    about_batch="batch = $name",
    columns={
        "call_id": columns.text("The call."),
        "called_at": columns.timestamp("When it was written down, just before it was sent."),
        "run_id": columns.text("The Dagster run that asked.", nullable=True),
        "batch": columns.text("The batch it worked on.", nullable=True),
        "provider": columns.text("Who was asked: openai, azure or google."),
        "endpoint": columns.text("The host that was asked."),
        "operation": columns.text("What was asked for."),
        "model": columns.text("The model or deployment."),
        "prompt_version": columns.text("The prompt's version, for services that have prompts.", nullable=True),
        "items": columns.integer("Texts it was about.", _NO_LESS),
        "status": columns.category(
            "Still open (or left open by a crash, and then possibly paid), answered, doubted (answered, but not "
            "believed: each text was asked about again alone), failed without cost, unknown "
            "(no answer came, but the work may have been charged), or taken from the cache.",
            CALL_STATUSES,
        ),
        "cached": columns.boolean("Whether nothing was sent, since the answers were there."),
        "tokens_in": columns.integer("Tokens read, for services that charge by token.", _NO_LESS, nullable=True),
        "tokens_out": columns.integer("Tokens written.", _NO_LESS, nullable=True),
        "tokens_in_cached": columns.integer("Of those read, how many the service had cached.", _NO_LESS, nullable=True),
        "characters": columns.integer("For services that charge by character.", _NO_LESS, nullable=True),
        "records": columns.integer("For services that charge by text record.", _NO_LESS, nullable=True),
        "cost_usd": columns.real("What it cost; what it may have cost at most, where that is not known.", low=0),
        "reserved_usd": columns.real("The most it could cost, as reserved before it was sent.", low=0),
        "latency_ms": columns.real("From sending to the answer.", low=0, nullable=True),
        "retries": columns.integer("How often it had been tried before.", _NO_LESS, nullable=True),
        "http_status": columns.integer("The status of a failure, where there was one.", nullable=True),
        "request_id": columns.text("The service's own name for it, to quote when asking about it.", nullable=True),
        "detail": columns.text("What went wrong, without a word of any text.", nullable=True),
    },
)
