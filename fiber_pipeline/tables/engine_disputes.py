"""`engine_disputes`: the texts of the sample on which engines differ, with what each says."""

import pandera.pandas as pr
import pyarrow as pa

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

_TEXT = ["comments.text", "translated_comments.text_es"]

ENGINE_DISPUTES = Table(
    name="engine_disputes",
    row="a distinct text on which engines differ",
    key=("kind", "text_key"),
    partitioned=False,
    columns={
        "kind": columns.category("What the engines were asked for.", ("sentiment", "themes")),
        "text_key": columns.text("The text, as `comments` identifies it.", sources=["comments.text_key"]),
        "comments": columns.integer(
            "How many comments that count have this text.", pr.Check.ge(1), sources=["comments.text_key"]
        ),
        "labels": columns.structs(
            "What each engine says: one sentiment, or the themes it finds.",
            [("engine", pa.string()), ("labels", pa.list_(pa.string()))],
            sources=_TEXT,
        ),
        "examples": columns.texts(
            "An id of a comment with this text.", sources=["comments.comment_id"], coded="comment"
        ),
    },
)
