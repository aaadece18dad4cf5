"""Which batches have to be run again for their annotations to say what people say."""

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from fiber_pipeline.annotation.corrections import HUMAN
from fiber_pipeline.review.statements import fetch


@dataclass(frozen=True)
class PendingBatch:
    """A batch, and how many of its comments and texts are labelled otherwise than people say.

    said: a digest of what people say of those texts; it changes with every further word on one of them.
    """

    batch: str
    comments: int
    texts: int
    said: str


def pending_batches(connection: duckdb.DuckDBPyConnection, themes: Collection[str]) -> list[PendingBatch]:
    """Return the batches that lack a correction in force, or keep one that was withdrawn. themes: the taxonomy's.

    Told from the tables as they are, so it holds however a correction came in and whatever was run since.
    """
    found = fetch(connection, "pending", human=HUMAN, themes=sorted(themes))
    return [PendingBatch(*row) for row in found.itertuples(index=False, name=None)]
