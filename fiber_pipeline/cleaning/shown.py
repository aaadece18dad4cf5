"""Names of files, sheets and columns, and lines that quote them, as they may stand where many people read."""

from fiber_pipeline.cleaning.personal_data import find_pii, redact
from fiber_pipeline.text import MARKS


def shown(line: str) -> str:
    """The line with marks in place of personal data; an underscore parts words, as in names of files."""
    for span in reversed(find_pii(line.replace("_", " "))):
        line = line[: span.start] + MARKS[span.pii_type] + line[span.end :]
    return redact(line).text
