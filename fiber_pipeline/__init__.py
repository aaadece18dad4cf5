"""Customer comments about a fibre-internet service, turned into typed tables and insight.

Data flows one way, and each folder is one step or one edge of it:

    readers → cleaning → language, translation, sentiment, themes → insight → outputs

`tables` declares what every step hands on. `text` holds what all engines know about characters and words.
`warehouse` keeps the tables in DuckDB. None of these knows Dagster. `assets`, `checks`, `automation`,
`resources` and `definitions` are the thin Dagster shell around them, and `cli` is the `fiber` command.
"""

import os

# pandera sets this to 1 for PySpark's sake when it is imported, and pyarrow then takes every moment for UTC,
# whatever its zone. Set, but empty, it stays as it is and means no.
os.environ["PYARROW_IGNORE_TIMEZONE"] = ""

__version__ = "0.1.0"
