"""`comments`: cleaned, redacted comments; the text every later step reads."""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table
from fiber_pipeline.tables.vocabulary import NPS_GROUPS, RATING_SCALES

# A response is the same answer given once. Equal responses are the same one exported twice when the k-th in one
# batch meets the k-th in another, and within a batch when they carry enough to tell two people apart
# (`is_distinctive`). The earliest ingested stands as the original. Linking runs inside each write, over the rows
# of every batch that answer like a row that came or went: the links are then the same whatever order batches are
# written in, they heal when a batch is replaced, and a write costs what it changes rather than the whole history.
# Each further answer of a response is linked to the answer to its own question: all of a response's answers share its
# key, so all of them are duplicates or none is.
ORIGINAL = """
nullif(first_value(comment_id) OVER (
    PARTITION BY response_key, CASE WHEN is_distinctive THEN 0 ELSE occurrence END,
        is_main IS NOT FALSE, CASE WHEN is_main IS FALSE THEN question END
    ORDER BY ingested_at, batch, position
), comment_id)
"""
_LINK_DUPLICATES = f"""
UPDATE comments SET duplicate_of = linked.original
FROM (
    SELECT batch, comment_id, {ORIGINAL} AS original
    FROM comments
    WHERE response_key IN (SELECT response_key FROM incoming_rows UNION SELECT response_key FROM replaced_rows)
) AS linked
WHERE comments.comment_id = linked.comment_id AND comments.batch = linked.batch
    AND comments.duplicate_of IS DISTINCT FROM linked.original
"""  # noqa: S608 - of a constant

_TEXT = ("raw_comments.comment", "raw_comments.answers")

COMMENTS = Table(
    name="comments",
    row="a cleaned comment: one open answer of a row",
    key=("comment_id",),
    reconcile=(_LINK_DUPLICATES,),
    columns={
        "batch": columns.text("The file's path relative to the inbox.", sources=["raw_comments.batch"]),
        "comment_id": columns.text(
            "Stable while the row keeps its batch and content.",
            sources=["raw_comments.batch", *_TEXT],
            coded="comment",
        ),
        "row_id": columns.text(
            "The row it came from; the answers of a row are one response.", sources=["raw_comments.row_id"]
        ),
        "question": columns.text(
            "The question it answers, as the file's header has it; null where the format names none.",
            nullable=True,
            sources=["raw_comments.question", "raw_comments.answers"],
        ),
        "is_main": columns.boolean(
            "True for one comment of every row: the answer to its main question, or the row without any. Scores, dates "
            "and customer stand on all comments of a row and count once, with this one. Null, which counts as true, in "
            "rows written before there were several.",
            nullable=True,
            sources=["raw_comments.question"],
        ),
        "position": columns.integer("Its place among the batch's comments, from 0.", pr.Check.ge(0)),
        "text": columns.text(
            "The comment in Unicode NFC, spacing tidied, personal data replaced by marks such as `[TELEFONO]`; "
            "empty if there was none.",
            sources=_TEXT,
        ),
        "text_key": columns.text(
            "Equal for texts that differ only in case, accents, punctuation, spacing or stretching.",
            sources=_TEXT,
        ),
        "is_informative": columns.boolean('False for ".", "No", "Ninguna", "N/A" and their like.', sources=_TEXT),
        "is_stretched": columns.boolean('Whether letters are repeated for stress ("buenísimoooo").'),
        "duplicate_of": columns.text(
            "The comment_id of the same response seen earlier, in this or another batch; null if it counts itself.",
            nullable=True,
            sources=_TEXT,
            coded="comment",
        ),
        "near_duplicate_group": columns.text(
            "Shared by comments of a batch whose texts are almost the same; null if it has no near duplicate.",
            nullable=True,
            sources=_TEXT,
        ),
        "response_key": columns.text(
            "Equal for the comments of rows with the same answers, scores, date, customer and metadata.",
            sources=[*_TEXT, "raw_comments.nps", "raw_comments.commented_at"],
            coded="response",
        ),
        "occurrence": columns.integer(
            "Which of the batch's rows with this response_key it is of, from 0.", pr.Check.ge(0)
        ),
        "is_distinctive": columns.boolean(
            "Whether an equal response can only be the same one: it has a customer, a time of day or several words."
        ),
        "nps": columns.integer(
            "Likelihood to recommend, 0-10.", pr.Check.in_range(0, 10), nullable=True, sources=["raw_comments.nps"]
        ),
        "nps_group": columns.category(
            "Promoter, passive or detractor.", NPS_GROUPS, nullable=True, sources=["raw_comments.nps_group"]
        ),
        "rating": columns.real("The rating on its own scale.", nullable=True, sources=["raw_comments.rating"]),
        "rating_scale": columns.category(
            "The rating's scale.", tuple(RATING_SCALES), nullable=True, sources=["raw_comments.rating_scale"]
        ),
        "commented_at": columns.timestamp(
            "When the comment was made, in UTC.", nullable=True, sources=["raw_comments.commented_at"]
        ),
        "customer_id": columns.text(
            "The customer: as the file names them where that tells nobody who they are, a code (`c-…`) where it is a "
            "telephone, a document, an e-mail or a name, the same wherever they come again.",
            nullable=True,
            sources=["raw_comments.customer_id", "raw_comments.customer_column"],
            coded="customer",
        ),
        "pii_types": columns.texts("The kinds of personal data that were replaced.", sources=_TEXT),
        "pii_unchecked": columns.text(
            "Why the second net for personal data (`FIBER_PII_SECOND_NET`) did not look at the comment; null if it did "
            "or is off.",
            nullable=True,
            sources=_TEXT,
        ),
        "ingested_at": columns.timestamp(
            "When this content was first read into this batch.", sources=["raw_comments.ingested_at"]
        ),
    },
)
