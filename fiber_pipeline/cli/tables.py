"""Tables in a terminal, however narrow it is: no name is broken in the middle of a word."""

from rich.console import Console
from rich.table import Table

# Wider than any terminal: what a table would like to be.
_UNLIMITED = 10_000


def print_table(console: Console, table: Table) -> None:
    """Print a table where it fits; else a paragraph a row: the first column, and the others under it by name.

    Columns of names are `no_wrap`; others wrap between words. A paragraph's lines are left to the terminal to break,
    so that names can be copied whole.
    """
    wide = console.options.update(width=_UNLIMITED, max_width=_UNLIMITED)
    if console.measure(table, options=wide).minimum <= console.width:
        console.print(table)
        return
    if table.title is not None:
        console.print(table.title, style=table.title_style)
    headings = [column.header for column in table.columns]
    for name, *cells in zip(*(column.cells for column in table.columns), strict=True):
        console.print(name, soft_wrap=True)
        for heading, cell in zip(headings[1:], cells, strict=True):
            if cell:
                console.print(f"  {heading}:", cell, soft_wrap=True)
