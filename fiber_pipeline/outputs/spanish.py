"""Figures, months and moments as a reader in Paraguay expects to see them.

Decimal comma, point for thousands, a true minus sign, day before month, Asunción time.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from fiber_pipeline.outputs.labels import MONTHS

ASUNCION = ZoneInfo("America/Asuncion")
ABSENT = "–"
_MONTH = re.compile(r"\b\d{4}-\d{2}\b(?!-)")
_SEPARATORS = str.maketrans({",": ".", ".": ",", "-": "−"})


def number(value: float | None, decimals: int = 0) -> str:
    """`12345.6` as `12.346`; a dash for null."""
    if value is None:
        return ABSENT
    rounded = round(value, decimals) + 0.0  # adding zero turns -0.0 into 0.0
    return f"{rounded:,.{decimals}f}".translate(_SEPARATORS)


def percent(share: float | None, decimals: int = 1) -> str:
    """A share from 0 to 1 as `12,3 %`; a dash for null."""
    return ABSENT if share is None else f"{number(share * 100, decimals)}\u00a0%"


def signed(value: float | None, decimals: int = 1) -> str:
    """A change, with its sign: `+3,2`, `−1,0`, `0,0`; a dash for null."""
    if value is None:
        return ABSENT
    shown = number(value, decimals)
    return f"+{shown}" if round(value, decimals) > 0 else shown


def month(period: str, *, short: bool = False) -> str:
    """`2026-03` as `marzo de 2026`, or `mar 2026`; anything else as it is."""
    year, _, ordinal = period.partition("-")
    if not (year.isdecimal() and ordinal.isdecimal() and 1 <= int(ordinal) <= 12):
        return period
    name = MONTHS[int(ordinal) - 1]
    return f"{name[:3]} {year}" if short else f"{name} de {year}"


def local(moment: datetime | None) -> datetime | None:
    """A UTC moment as naive Asunción time, which is what spreadsheets can hold."""
    return None if moment is None else moment.astimezone(ASUNCION).replace(tzinfo=None)


def day(moment: datetime | None) -> str:
    """A UTC moment's day in Asunción as `05/03/2026`; a dash for null."""
    return ABSENT if moment is None else f"{moment.astimezone(ASUNCION):%d/%m/%Y}"


def day_and_time(moment: datetime | None) -> str:
    """A UTC moment in Asunción as `05/03/2026 14:30`; a dash for null."""
    return ABSENT if moment is None else f"{moment.astimezone(ASUNCION):%d/%m/%Y %H:%M}"


def count(amount: int, singular: str, plural: str) -> str:
    """`1 comentario`, `2.300 comentarios`."""
    return f"{number(amount)} {singular if amount == 1 else plural}"


def typeset(text: str) -> str:
    """A sentence of the tables as people read it: months such as `2026-03` written out, numbers kept with their `%`."""
    return _MONTH.sub(lambda found: month(found.group()), text.replace(" %", "\u00a0%"))
