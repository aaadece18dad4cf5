"""Writes docs/tables.md from the declarations: `python -m fiber_pipeline.tables.page docs/tables.md`."""

import sys
from pathlib import Path

import pandera.pandas as pr

from fiber_pipeline.tables import ALL_TABLES, OWN_TABLES, Table

_INTRODUCTION = """# Tables

One table per asset, with the same name, and `batch_tables`, which the warehouse keeps itself. This page is written from
the declarations in `fiber_pipeline/tables` by `make docs`; the DDL, the column schemas in the Dagster UI and the
blocking checks come from the same declarations.
"""


def render_page() -> str:
    """The page as Markdown."""
    return "\n".join([_INTRODUCTION, *(_render_table(table) for table in (*ALL_TABLES, *OWN_TABLES))])


def _render_table(table: Table) -> str:
    scope = "Partitioned by batch." if table.partitioned else "Holds the whole history; each write replaces it."
    key = f" Unique: {', '.join(f'`{name}`' for name in table.key)}." if table.key else ""
    lines = [
        f"## {table.name}",
        "",
        f"One row is {table.row}. {scope}{key}",
        "",
        "| column | type | null | what it holds | made from |",
        "|---|---|---|---|---|",
    ]
    for name, column in table.columns.items():
        cells = (f"`{name}`", _type_of(column), "yes" if column.nullable else "", _meaning(column), _sources(column))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _type_of(column: pr.Column) -> str:
    declared = (column.metadata or {}).get("sql_type")
    return str(declared or column.dtype.type.pyarrow_dtype).replace("|", "\\|")


def _meaning(column: pr.Column) -> str:
    members = [check.statistics["allowed_values"] for check in column.checks if check.name == "isin"]
    told = f" One of {', '.join(f'`{value}`' for value in members[0])}." if members else ""
    return f"{column.description}{told}".replace("|", "\\|")


def _sources(column: pr.Column) -> str:
    return ", ".join(f"`{source}`" for source in (column.metadata or {}).get("sources", ()))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_page(), encoding="utf-8")
