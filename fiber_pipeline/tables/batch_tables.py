"""`batch_tables`: which version of each of a batch's tables stands in the warehouse, and what it was made from.

Kept by the warehouse itself, in the transaction that writes the table; no asset fills it.
"""

import pyarrow as pa

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

BATCH_TABLES = Table(
    name="batch_tables",
    row="a table of a batch, as it was last written; kept by the warehouse itself",
    key=("batch", "table_name"),
    columns={
        "batch": columns.text("The file's path relative to the inbox."),
        "table_name": columns.text("The table whose rows of the batch these are."),
        "version": columns.text(
            "Another with each write, and later ones sort after earlier ones. That of `raw_comments` is the reading of "
            "the file."
        ),
        "made_from": columns.structs(
            "The tables of the batch it was computed from, in the versions that were read; a version is empty where "
            "the table was written before versions were kept. A batch is whole while all of them are the current ones.",
            [("table_name", pa.string()), ("version", pa.string())],
        ),
    },
)
