"""A reading in words: one line a table, for whoever has to trust what is made of it."""

from fiber_pipeline.readers.reading import ReadingSummary, TableSummary

_ORDERS = {"day_first": "day first", "month_first": "month first"}


def describe_reading(summary: ReadingSummary) -> list[str]:
    """A line a table, what was left out, and every doubt in a line of its own."""
    lines = [describe_table(table) for table in summary.tables]
    lines += [f"left out: {table}" for table in summary.left_out]
    return [*lines, *(f"doubtful: {doubt}" for doubt in summary.doubts)]


def describe_table(table: TableSummary) -> str:
    """Which column is what, and how many rows that gave."""
    told = [f"{role} ← {header!r}{_how(table, role)}" for role, header in table.columns.items()]
    further = [repr(header) for header in table.answers if header != table.columns.get("comment")]
    if further:
        told.append(f"also answered: {', '.join(further)}")
    rejected = f", {table.rejected:,} rejected" if table.rejected else ""
    return f"{table.where}: {', '.join(told) or 'nothing was recognised'}; {table.accepted:,} rows{rejected}"


def _how(table: TableSummary, role: str) -> str:
    if role == "date" and table.date_order is not None:
        return f" ({_ORDERS[table.date_order]})"
    if role == "rating" and table.rating_scale is not None:
        return f" ({table.rating_scale})"
    return ""
