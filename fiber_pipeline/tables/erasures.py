"""`erasures`: that something was erased, and when; not what.

Kept by the warehouse itself, in the transaction that erases; no asset fills it.
"""

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

ERASURES = Table(
    name="erasures",
    row="the last time that a batch or a customer was erased; kept by the warehouse itself",
    key=("erasure",),
    partitioned=False,
    columns={
        "erasure": columns.text("Another with each erasure. A file that was being read meanwhile is read again."),
        "erased_at": columns.timestamp("When it was."),
    },
)
