"""Which column of a table plays which role: what headers say, what cells hold, and the choice over all together.

    names       a header as words, and what those say: a role, somebody else's words, a code, a measure
    evidence    what a column holds, measured on its cells
    roles       every role a score for every column, and the choice that is best over all columns at once

Words and marks stand in `names.yaml` and `speech.yaml`. Where the header row is, and how a cell becomes a value, are
questions of their own (`header`, `table_columns`).
"""

from fiber_pipeline.readers.columns.roles import ROLES, Choice, Recognition, Role, recognise

__all__ = ["ROLES", "Choice", "Recognition", "Role", "recognise"]
