"""`insights`: measured facts in long form, one figure a row."""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.identifiers import CUSTOMER_KEY_SQL
from fiber_pipeline.tables.table import Table
from fiber_pipeline.tables.vocabulary import PERIOD_KINDS

_TIME = ["comments.commented_at"]
_DIMENSION = [
    "comments.batch",
    "comments.question",
    "raw_comments.source",
    "raw_comments.metadata",
    "translated_comments.language",
    "comment_themes.theme",
    "comment_themes.category",
]
_VALUE = [
    "comments.nps",
    "comments.nps_group",
    "comments.rating",
    "comments.duplicate_of",
    "comments.is_main",
    "comments.is_informative",
    "sentiment_scores.sentiment",
    "sentiment_scores.urgency",
    "comment_themes.theme",
    "comment_themes.sentiment",
]

INSIGHTS = Table(
    name="insights",
    row="a measured fact",
    key=("period_kind", "period", "dimension", "member", "metric"),
    partitioned=False,
    about_batch="dimension = 'batch' AND member = $name",
    # A column of the file may name the customer once more.
    about_customer=f"starts_with(dimension, 'metadata:') AND {CUSTOMER_KEY_SQL.format('member')} = $name",
    columns={
        "period_kind": columns.category("The length of the period.", PERIOD_KINDS, sources=_TIME),
        "period": columns.text(
            "`all`, a day `2026-03-05`, an ISO week `2026-W10` or a month `2026-03`, in Asunción time.", sources=_TIME
        ),
        "dimension": columns.text(
            "What the comments are split by: all, batch, source, language, question (where there is more than one), "
            "theme, category or metadata:NAME.",
            sources=_DIMENSION,
        ),
        "member": columns.text("The value of the dimension; `all` for everything.", sources=_DIMENSION),
        "metric": columns.text("What is measured: nps, csat, volume, negative_share and so on.", sources=_VALUE),
        "value": columns.real("The figure; shares from 0 to 1, NPS from -100 to 100.", nullable=True, sources=_VALUE),
        "sample_size": columns.integer(
            "Comments behind the figure; responses behind volume, scores and churn risk.",
            pr.Check.ge(0),
            sources=_VALUE,
        ),
        "low": columns.real("Lower end of its 95 % interval.", nullable=True, sources=_VALUE),
        "high": columns.real("Upper end of its 95 % interval.", nullable=True, sources=_VALUE),
        "is_small_sample": columns.boolean("Whether there are too few comments to conclude from.", sources=_VALUE),
    },
)
