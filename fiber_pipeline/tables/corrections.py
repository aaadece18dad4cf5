"""`corrections`: what people say of comments that engines labelled."""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table
from fiber_pipeline.tables.vocabulary import LANGUAGES, REVIEW_REASONS, REVIEW_VERDICTS, SENTIMENTS, URGENCIES

_WITHDRAWN = "null if withdrawn."

CORRECTIONS = Table(
    name="corrections",
    row="a person's latest labels for a text",
    key=("text_key", "reviewer"),
    partitioned=False,
    columns={
        "text_key": columns.text(
            "The text, as `comments` identifies it: the labels hold for every comment that has it.",
        ),
        "reviewer": columns.text("Who reviewed it, as they wrote their name."),
        "reviewed_at": columns.timestamp("When their workbook was last saved."),
        "verdict": columns.category(
            "Whether they changed something, confirmed all of it, or took back what they had said.", REVIEW_VERDICTS
        ),
        "sentiment": columns.category(f"The sentiment; {_WITHDRAWN}", SENTIMENTS, nullable=True),
        "urgency": columns.category(f"The urgency; {_WITHDRAWN}", URGENCIES, nullable=True),
        "language": columns.category(f"The language; {_WITHDRAWN}", LANGUAGES, nullable=True),
        "themes": columns.texts("Every theme the text speaks of."),
        "changed": columns.texts("What they changed: sentiment, urgency, language, themes."),
        "themes_added": columns.texts("Themes that were not there when they saw it."),
        "themes_removed": columns.texts("Themes that were there and should not have been."),
        "reason": columns.category("Why the text was put before them first.", REVIEW_REASONS),
        "is_in_force": columns.boolean("Whether it is the latest word on its text: that one wins over engines."),
        "is_contested": columns.boolean("Whether another reviewer's latest word differs in a label."),
        "file": columns.text("The workbook it came in."),
        "sheet": columns.text("Its sheet."),
        "row_number": columns.integer("Its row there, from 1.", pr.Check.ge(1)),
    },
)
