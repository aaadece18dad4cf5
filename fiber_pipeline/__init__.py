"""Customer comments about a fibre-internet service, turned into typed tables and insight.

Data flows one way, and each folder is one step or one edge of it:

    inbox → readers → cleaning → annotation → insight → outputs

`tables` declares what every step hands on; `text` holds what all engines know about characters and words; `warehouse`
keeps the tables in DuckDB; `services` are the paid ones that engines may ask; `review` is what people correct and
`alerts` what they are told. None of these knows Dagster. `assets`, `checks`, `resources`, `automation` and
`definitions` are the thin Dagster shell around them, `operations` what is asked of it all, and `cli` is the `fiber`
command. Which layer may import which is held by contracts in pyproject.toml.
"""

import os

# pandera sets this to 1 for PySpark's sake when it is imported, and pyarrow then takes every moment for UTC,
# whatever its zone. Set, but empty, it stays as it is and means no.
os.environ["PYARROW_IGNORE_TIMEZONE"] = ""

__version__ = "0.1.0"
