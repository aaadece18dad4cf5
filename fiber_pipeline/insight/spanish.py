"""Figures as Spanish text writes them, and back: a decimal comma, points between thousands, a true minus sign."""

import math
import re
from typing import NamedTuple

MINUS = "−"
# Digits that belong together, whatever stands between them.
_NUMBER = re.compile(rf"(?<![\w.,])([-{MINUS}]?)(\d++(?:[.,:/'’·]\d++)*+)(\s?%)?(?!\w)")
_AS_IN_SPANISH = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?")


class WrittenNumber(NamedTuple):
    """A number found in a text: as it is written, its value (a share for percentages), and half its last digit.

    The value is NaN where it is not written as in Spanish: 12.9 may be meant for 12,9 or for something else.
    """

    written: str
    value: float
    tolerance: float
    is_percentage: bool


def decimal(value: float, decimals: int = 1) -> str:
    """Write a number: 1234.56 is "1.234,6"; a value that rounds to zero has no sign."""
    text = f"{abs(value):,.{decimals}f}".translate(str.maketrans(",.", ".,"))
    is_zero = not any(digit in "123456789" for digit in text)
    return text if value >= 0 or is_zero else MINUS + text


def whole(value: float) -> str:
    """Write a count: 12345 is "12.345"."""
    return decimal(value, 0)


def count_of(value: float, singular: str, plural: str) -> str:
    """Write a count with its noun: 1 is "1 respuesta"."""
    return f"{whole(value)} {singular if value == 1 else plural}"


def percent(share: float, decimals: int = 1) -> str:
    """Write a share in [0, 1] as a percentage: 0.125 is "12,5 %"."""
    return f"{decimal(100 * share, decimals)} %"


def written_numbers(text: str) -> list[WrittenNumber]:
    """Find every number of a Spanish text. Digits that are part of a word, such as 5G, are none."""
    found = []
    for match in _NUMBER.finditer(text):
        sign, digits, per_cent = match.groups()
        is_spanish = _AS_IN_SPANISH.fullmatch(digits) is not None
        value = float(digits.replace(".", "").replace(",", ".")) if is_spanish else math.nan
        signed = -value if sign else value
        tolerance = 0.5 * 10.0 ** -len(digits.partition(",")[2])
        scale = 100 if per_cent else 1
        found.append(WrittenNumber(match.group(), signed / scale, tolerance / scale, bool(per_cent)))
    return found


def without_numbers(text: str) -> str:
    """The text with a space in place of every number that `written_numbers` finds."""
    return _NUMBER.sub(" ", text)


def tidied(text: str) -> str:
    """The text as if it were written here: single spaces, true minus signs, a space before the sign of per cent."""
    return _NUMBER.sub(
        lambda found: f"{MINUS if found[1] else ''}{found[2]}{' %' if found[3] else ''}", " ".join(text.split())
    )
