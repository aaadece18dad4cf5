"""`raw_comments`: every accepted row of a file, as it stood there."""

import pandera.pandas as pr
import pyarrow as pa

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table
from fiber_pipeline.tables.vocabulary import NPS_GROUPS, RATING_SCALES

RAW_COMMENTS = Table(
    name="raw_comments",
    row="an accepted row of a file, as it stood there",
    key=("batch", "row_id"),
    columns={
        "batch": columns.text("The file's path relative to the inbox."),
        "row_id": columns.text("The row within its batch: sheet (where there is one) and row number."),
        "source": columns.text("The first folder of the batch's path; null for files at the top.", nullable=True),
        "source_file": columns.text("The file the row came from; inside an archive, the member's name follows `!`."),
        "sheet": columns.text("The sheet of a workbook; null for other files.", nullable=True),
        "row_number": columns.integer("The row in the file or sheet as people count it, from 1.", pr.Check.ge(1)),
        "comment": columns.text(
            "The answer to the main open question, unredacted, as it stood; where that is blank, the first other one; "
            "null if no open question was answered.",
            nullable=True,
        ),
        "question": columns.text(
            "The header of the question that `comment` answers; null where the format names none.", nullable=True
        ),
        "answers": columns.structs(
            "Every open question answered in the row, in the order of columns, unredacted; `comment` is one of them. "
            "Null in rows read before there were several.",
            [("question", pa.string()), ("text", pa.string())],
            nullable=True,
        ),
        "nps": columns.integer("Likelihood to recommend, 0-10.", pr.Check.in_range(0, 10), nullable=True),
        "nps_group": columns.category(
            "Promoter (9-10), passive (7-8) or detractor (0-6), from the score or as the file says.",
            NPS_GROUPS,
            nullable=True,
        ),
        "rating": columns.real("The rating on its own scale.", nullable=True),
        "rating_scale": columns.category("The rating's scale.", tuple(RATING_SCALES), nullable=True),
        "commented_at": columns.timestamp("When the comment was made, in UTC.", nullable=True),
        "has_time": columns.boolean("Whether `commented_at` has a time of day; midnight in Asunción if not."),
        "customer_id": columns.text("The customer, as the file names them.", nullable=True),
        "customer_column": columns.text(
            "The header of the column that names the customer; null where no customer is named, and in rows read "
            "before it was kept.",
            nullable=True,
        ),
        "metadata": columns.json_text("Every other column of the row, by its header."),
        "problems": columns.texts("What in the row could not be read, and so is null here."),
        "file_sha256": columns.text("SHA-256 of the file's bytes.", pr.Check.str_matches(r"^[0-9a-f]{64}$")),
        "ingested_at": columns.timestamp("When this content was first read into this batch."),
    },
)
