"""Customer comments about a fibre-internet service, turned into typed tables and insight.

Data flows one way, and each folder is one step or one edge of it:

    readers → cleaning → language, translation, sentiment, themes → insight → outputs

`tables` declares what every step hands on. `text` holds what all engines know about characters and words.
`warehouse` keeps the tables in DuckDB. None of these knows Dagster. `assets`, `checks`, `automation`,
`resources` and `definitions` are the thin Dagster shell around them, and `cli` is the `fiber` command.
"""

__version__ = "0.1.0"
