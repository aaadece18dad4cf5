"""Customers' numbers as they are known, whatever a spreadsheet or a data frame made of them."""

import datetime as dt
import re

from fiber_pipeline.readers.sheet import Cell, is_blank

_FORMULA = re.compile(r'="(.*)"', re.S)
_FLOAT = re.compile(r"(\d{3,})[.,]0+")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?(\d{1,2})", re.I)
_EXACT = 2**53


def plain_id(cell: Cell) -> str | None:
    """The id that a cell stands for: "40001234.0" is 40001234, `="000123"` and `'000123` are 000123; None if blank.

    Leading zeros stay. Numbers in scientific notation are written out where no digit is lost.
    """
    if isinstance(cell, str) and cell.isalnum():
        return cell
    if is_blank(cell):
        return None
    if not isinstance(cell, str):
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
            return str(int(cell))
        return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)
    text = cell.strip().strip("\ufeff\u200b")
    formula = _FORMULA.fullmatch(text)
    if formula:
        text = formula[1].strip()
    elif text[:1] == "'" and len(text) > 1:
        text = text[1:].removesuffix("'").strip()
    number = _FLOAT.fullmatch(text)
    if number:
        return number[1]
    notation = _SCIENTIFIC.fullmatch(text)
    if notation and len(notation[1] or ".") - 1 >= int(notation[2]):
        return str(int(float(text.replace(",", "."))))
    return text or None


def is_damaged(customer: str) -> bool:
    """Whether an id lost digits to scientific notation: "5,95981E+11", where "4,0001234E+07" would show them all."""
    return customer[1:2] in (".", ",") and _SCIENTIFIC.fullmatch(customer) is not None
