"""When two spellings of a customer's number or name mean the same customer.

Case and spaces do not count, nor whether an accent is a letter's part or a sign of its own (Unicode's composition),
nor how a mobile telephone is dialled or grouped, nor the points of a document's number.
Other signs do: 1-23456 and 12-3456 may be two customers.
"""

import re
import unicodedata

_MOBILE = r"(?:00595|595|0)?(9\d{8})"
_GROUPED = r"[+\d().\-/]+"
_DOTTED = r"\d{1,2}\.\d{3}\.\d{3}"
_PLAIN_SQL = r"lower(nfc_normalize(regexp_replace({0}, '[\s\p{{Z}}]+', '', 'g')))"
_DIGITS_SQL = r"regexp_replace({0}, '\D', '', 'g')"
CUSTOMER_KEY_SQL = (
    f"CASE WHEN regexp_full_match({_PLAIN_SQL}, '{_GROUPED.replace('{', '{{').replace('}', '}}')}') "
    f"AND regexp_full_match({_DIGITS_SQL}, '{_MOBILE.replace('{', '{{').replace('}', '}}')}') "
    f"THEN right({_DIGITS_SQL}, 9) "
    f"WHEN regexp_full_match({_PLAIN_SQL}, '{_DOTTED.replace('{', '{{').replace('}', '}}')}') "
    f"THEN {_DIGITS_SQL} ELSE {_PLAIN_SQL} END"
)
"""`customer_key` as DuckDB computes it, of the expression that takes the place of the braces."""


def customer_key(text: str) -> str:
    """What spellings of one customer share."""
    plain = unicodedata.normalize("NFC", "".join(text.split())).lower()
    digits = re.sub(r"\D", "", plain, flags=re.ASCII)
    mobile = re.fullmatch(_MOBILE, digits, re.ASCII)
    if mobile and re.fullmatch(_GROUPED, plain, re.ASCII):
        return mobile[1]
    return digits if re.fullmatch(_DOTTED, plain, re.ASCII) else plain
