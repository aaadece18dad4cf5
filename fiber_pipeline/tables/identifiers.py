"""When two spellings of a customer's number or name mean the same customer: case and spaces do not count."""

CUSTOMER_KEY_SQL = r"lower(regexp_replace({}, '[\s\p{{Z}}]+', '', 'g'))"
"""`customer_key` as DuckDB computes it, of the expression that takes the place of the braces."""


def customer_key(text: str) -> str:
    """What spellings of one customer share."""
    return "".join(text.split()).lower()
