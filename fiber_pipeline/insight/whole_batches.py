"""Which batches are whole, and the warehouse without those that are not.

A batch is whole while each of its tables was made from what the others hold now. Between a new reading of its file and
the end of its annotation it is not, nor after a run that died: half a batch would count comments without what they say.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import duckdb

from fiber_pipeline.insight.counted_comments import read_sql
from fiber_pipeline.tables.comments import ORIGINAL

# In place of the table, which keeps its name in the warehouse; a view of that name, which a connection has where the
# stored table lacks declared columns, steps aside.
_HAS_VIEW = "SELECT count(*) FROM duckdb_views() WHERE temporary AND view_name = 'comments'"
_MOVE_VIEW_ASIDE = "ALTER VIEW temp.comments RENAME TO all_comments"
_MOVE_VIEW_BACK = "ALTER VIEW temp.all_comments RENAME TO comments"
_NAME_TABLE = "CREATE TEMPORARY VIEW all_comments AS SELECT * FROM warehouse.main.comments"
_LEAVE_OUT = "CREATE OR REPLACE TEMPORARY TABLE left_out AS SELECT unnest($batches::VARCHAR[]) AS batch"
# Where the first of equal responses is left out, the next stands for them.
_LINK_AGAIN = f"""
CREATE OR REPLACE TEMPORARY TABLE linked_again AS
SELECT comment_id, {ORIGINAL} AS original
FROM all_comments
WHERE batch NOT IN (FROM left_out)
    AND response_key IN (SELECT response_key FROM all_comments WHERE batch IN (FROM left_out))
"""  # noqa: S608 - of constants
_STAND_BEFORE = """
CREATE TEMPORARY VIEW comments AS
SELECT all_comments.* REPLACE (
    CASE WHEN linked_again.comment_id IS NULL THEN duplicate_of ELSE linked_again.original END AS duplicate_of
)
FROM all_comments
LEFT JOIN linked_again ON linked_again.comment_id = all_comments.comment_id
WHERE all_comments.batch NOT IN (FROM left_out)
"""


class IncompleteBatch(NamedTuple):
    """A batch that is not whole.

    tables: those that are wanting, or made from what has been replaced. latest: the version of the table that was
    written last, empty where none is known; while it stays, nobody has written anything.
    """

    batch: str
    tables: Sequence[str]
    latest: str


def incomplete_batches(connection: duckdb.DuckDBPyConnection) -> list[IncompleteBatch]:
    """The batches that are not whole, by name. It costs what there are batches, not comments."""
    return [IncompleteBatch(*row) for row in connection.execute(read_sql("incomplete_batches")).fetchall()]


@contextmanager
def without_incomplete(connection: duckdb.DuckDBPyConnection) -> Iterator[Sequence[IncompleteBatch]]:
    """Let `connection` see whole batches alone for a while; yields those that are left out.

    Inside, `comments` lacks them, and so does whatever joins it, as everything does that counts. A response that was
    given again in a whole batch counts there.
    """
    left_out = incomplete_batches(connection)
    if not left_out:
        yield left_out
        return
    (has_view,) = connection.execute(_HAS_VIEW).fetchone() or (0,)
    connection.execute(_MOVE_VIEW_ASIDE if has_view else _NAME_TABLE)
    connection.execute(_LEAVE_OUT, {"batches": [item.batch for item in left_out]})
    connection.execute(_LINK_AGAIN)
    connection.execute(_STAND_BEFORE)
    try:
        yield left_out
    finally:
        connection.execute("DROP VIEW temp.comments")
        connection.execute("DROP TABLE temp.linked_again")
        connection.execute("DROP TABLE temp.left_out")
        connection.execute(_MOVE_VIEW_BACK if has_view else "DROP VIEW temp.all_comments")
