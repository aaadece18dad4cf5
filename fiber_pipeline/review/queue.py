"""Which comments people should look at first: distinct texts, picked for stated reasons in stated shares."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from fiber_pipeline.review.statements import fetch
from fiber_pipeline.tables.vocabulary import REVIEW_REASONS

# What share of the rows each reason may fill. Texts drawn at random, whatever else speaks for them, are the only ones
# from which the quality of all others can be told; what a reason does not use goes to the others in this order.
SHARES: Mapping[str, float] = {
    "disputed": 0.25,
    "low_confidence": 0.20,
    "frequent": 0.15,
    "contradicts_score": 0.15,
    "urgent": 0.10,
    "random": 0.10,
    "emergent": 0.05,
}
DOUBTFUL = 0.6
OFTEN = 3
LONGEST_TEXT = 5_000
SEED = "review-1"
RANDOM = "random"
Labels = Mapping[str, Sequence[str]]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class QueuedText:
    """A text to review, with its labels as they stand.

    question: what the comment that shows it answers.
    comments: how many comments have it. reason: why it was picked; reasons: all that speaks for it.
    opinions: by kind (sentiment, themes), what each engine says where they differ.
    """

    text_key: str
    comment_id: str
    text: str
    text_es: str
    question: str | None
    nps: int | None
    comments: int
    sentiment: str
    urgency: str
    language: str
    themes: tuple[str, ...]
    reason: str
    reasons: tuple[str, ...]
    opinions: Mapping[str, Labels]


def read_queue(connection: duckdb.DuckDBPyConnection, rows: int) -> list[QueuedText]:
    """Return at most `rows` texts to review, by what speaks for them and then by what a look may put right.

    Informative texts of comments that count; texts with a correction in force are done and left out.
    """
    candidates = fetch(
        connection, "candidates", rows=rows, doubtful=DOUBTFUL, often=OFTEN, longest=LONGEST_TEXT, seed=SEED
    )
    return [_queued(row, reason) for row, reason in pick(list(_records(candidates)), rows)]


def pick(candidates: Sequence[Row], rows: int) -> list[tuple[Row, str]]:
    """Choose at most `rows` candidates and the reason of each, those with most to say for them first.

    candidates: each with `text_key` and, by reason, its rank from 1 among those the reason speaks for, or None.
    """
    rows = min(rows, len(candidates))
    quotas = _quotas(rows)
    ranked = {
        reason: sorted((row for row in candidates if row[reason] is not None), key=lambda row: row[reason])
        for reason in REVIEW_REASONS
    }
    # The draw comes first and is from all texts: from what other reasons leave, it would stand for easy ones alone.
    taken = {row["text_key"]: (row, RANDOM) for row in _drawn(ranked[RANDOM], quotas[RANDOM], rows)}

    def take(reason: str, most: int) -> None:
        for row in ranked[reason]:
            if most <= 0:
                return
            if row["text_key"] not in taken:
                taken[row["text_key"]] = (row, reason)
                most -= 1

    others = [reason for reason in SHARES if reason != RANDOM]
    for reason in others:
        take(reason, quotas[reason])
    for reason in others:
        take(reason, rows - len(taken))
    return sorted(taken.values(), key=lambda chosen: _place(chosen[0]))


def _drawn(texts: Sequence[Row], least: int, rows: int) -> Sequence[Row]:
    """The first `least` of the draw, and as many more as other reasons cannot fill."""
    drawn = least
    others = sum(_speaks(row) for row in texts[least:])
    while drawn < len(texts) and drawn + others < rows:
        others -= _speaks(texts[drawn])
        drawn += 1
    return texts[:drawn]


def _speaks(row: Row) -> bool:
    return any(row[reason] is not None for reason in REVIEW_REASONS if reason != RANDOM)


def _place(row: Row) -> tuple[int, int]:
    first = next(reason for reason in REVIEW_REASONS if row[reason] is not None)
    return REVIEW_REASONS.index(first), row[first]


def _quotas(rows: int) -> dict[str, int]:
    """Whole rows for each share, together exactly `rows`: the largest remainders are rounded up."""
    quotas = {reason: int(rows * share) for reason, share in SHARES.items()}
    remainders = sorted(SHARES, key=lambda reason: quotas[reason] - rows * SHARES[reason])
    for reason in remainders[: rows - sum(quotas.values())]:
        quotas[reason] += 1
    return quotas


def _records(frame: pd.DataFrame) -> Iterator[Row]:
    yield from pa.Table.from_pandas(frame, preserve_index=False).to_pylist()


def _queued(row: Row, reason: str) -> QueuedText:
    opinions = {
        opinion["kind"]: {said["engine"]: said["labels"] for said in opinion["labels"]}
        for opinion in row["opinions"] or ()
    }
    return QueuedText(
        **{name: row[name] for name in _AS_THEY_STAND},
        themes=tuple(row["themes"]),
        reason=reason,
        reasons=tuple(other for other in REVIEW_REASONS if row[other] is not None and other != RANDOM),
        opinions=opinions,
    )


_AS_THEY_STAND = (
    "text_key",
    "comment_id",
    "text",
    "text_es",
    "question",
    "nps",
    "comments",
    "sentiment",
    "urgency",
    "language",
)
