"""`rejected_rows`: every row that could not be accepted, and why."""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

REJECTED_ROWS = Table(
    name="rejected_rows",
    row="a row that could not be accepted",
    columns={
        "batch": columns.text("The file's path relative to the inbox."),
        "source_file": columns.text("The file the row came from."),
        "sheet": columns.text("The sheet of a workbook; null for other files.", nullable=True),
        "row_number": columns.integer("The row in the file or sheet as people count it, from 1.", pr.Check.ge(1)),
        "reason": columns.text("Why it was not accepted, and what would mend it."),
        "row": columns.json_text("The row's cells, by header where there is one."),
    },
)
