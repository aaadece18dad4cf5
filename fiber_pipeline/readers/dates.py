"""Dates as people and programs write them, read as moments in UTC."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from fiber_pipeline.text import fold

BUSINESS_ZONE = ZoneInfo("America/Asuncion")
"""The zone of every date without one. Paraguay is at UTC-3 all year since October 2024, with summer time before."""

DateOrder = Literal["day_first", "month_first"]


class Moment(NamedTuple):
    """A moment in UTC; `has_time` is false for a date alone, which stands at midnight in the business zone."""

    at: dt.datetime
    has_time: bool


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero ene january jan",
            "febrero feb february",
            "marzo mar march",
            "abril abr april apr",
            "mayo may",
            "junio jun june",
            "julio jul july",
            "agosto ago august aug",
            "septiembre setiembre sep set sept september",
            "octubre oct october",
            "noviembre nov november",
            "diciembre dic december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_TIME = (
    r"(?:[T\s,]+(?:a las\s+)?(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?:hs?\.?|hrs\.?)?\s*(?P<half>[ap]\.?\s?m\.?)?\s*"
    r"(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?(?:\s*\[[^\]]+\])?)?"
)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}", re.I)
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})")
_NUMBERS = re.compile(
    rf"(?P<first>\d{{1,2}})[-/.](?P<second_part>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}}){_TIME}", re.I
)
_DAY_NAME = re.compile(
    r"^(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|lun|mie|jue|vie|sab|dom"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun|mar(?=\.?,))\.?,?\s+"
)
_DAY_MONTH = re.compile(
    rf"(?P<day>\d{{1,2}})(?:\s+de)?[\s./-]+(?P<name>[a-z]+)\.?(?:\s+del?)?[\s,./-]+(?P<year>\d{{4}}|\d{{2}}){_TIME}",
    re.I,
)
_MONTH_DAY = re.compile(rf"(?P<name>[a-z]+)\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_TIME}", re.I)

# Excel's day 1 is 1900-01-01 and its day 60 the 29 February 1900 that never was: days from 61 on count from here.
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)
_SERIALS = (20_000, 80_000)  # 1954 to 2119
_EPOCH_SECONDS = (500_000_000, 5_000_000_000)  # 1985 to 2128
_YEARS = (1980, 2100)
_TWO_DIGIT_PIVOT = 70


def read_date(value: object, order: DateOrder = "day_first") -> Moment | None:
    """Read a date cell, a text, an Excel serial or a Unix time; None if it is none of these or cannot be.

    Midnight without a zone is taken as a date alone, since that is how exports write one. Two-digit years below
    70 are in this century. Years outside 1980-2100 are not believed.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, dt.datetime):
        return _moment(value)
    if isinstance(value, dt.date):
        return _moment(dt.datetime(value.year, value.month, value.day))
    if isinstance(value, int | float):
        return _from_number(float(value))
    if isinstance(value, str):
        return _from_text(value.strip(), order)
    return None


def detect_order(values: Iterable[object]) -> DateOrder:
    """Month first only if some dates can be nothing else and none can only be day first; otherwise day first."""
    first_over, second_over = 0, 0
    for value in values:
        match = _NUMBERS.match(value.strip()) if isinstance(value, str) else None
        if match:
            first_over += int(match["first"]) > 12
            second_over += int(match["second_part"]) > 12
    return "month_first" if second_over and not first_over else "day_first"


def _from_number(number: float) -> Moment | None:
    if _SERIALS[0] <= number < _SERIALS[1]:
        moment = _EXCEL_EPOCH + dt.timedelta(seconds=round(number * 86_400))
        return _moment(moment)
    if _EPOCH_SECONDS[0] * 1000 <= number < _EPOCH_SECONDS[1] * 1000:
        number /= 1000
    if _EPOCH_SECONDS[0] <= number < _EPOCH_SECONDS[1]:
        return Moment(dt.datetime.fromtimestamp(number, dt.UTC), True)
    return None


def _from_text(text: str, order: DateOrder) -> Moment | None:
    if not 6 <= len(text) <= 60:
        return _from_number(float(text)) if len(text) == 5 and text.isdecimal() and text.isascii() else None
    if text[0].isdigit() and text[-1].isdigit() and text.isascii() and text.replace(".", "", 1).isdecimal():
        compact = _COMPACT.fullmatch(text)
        if compact:
            return _build(compact, int(compact["year"]), int(compact["month"]), int(compact["day"]))
        return _from_number(float(text))
    match = _YEAR_FIRST.fullmatch(text)
    if match:
        return _build(match, int(match["year"]), int(match["month"]), int(match["day"]))
    match = _NUMBERS.fullmatch(text)
    if match:
        day, month = int(match["first"]), int(match["second_part"])
        if order == "month_first":
            day, month = month, day
        return _build(match, _full_year(match["year"]), month, day)
    folded = _DAY_NAME.sub("", fold(text))
    match = _DAY_MONTH.fullmatch(folded) or _MONTH_DAY.fullmatch(folded)
    if match and match["name"] in _MONTHS:
        return _build(match, _full_year(match["year"]), _MONTHS[match["name"]], int(match["day"]))
    return None


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < _TWO_DIGIT_PIVOT else 1900)


def _build(match: re.Match[str], year: int, month: int, day: int) -> Moment | None:
    parts = match.groupdict()
    hour = int(parts.get("hour") or 0)
    half = (parts.get("half") or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    fraction = ((parts.get("fraction") or "") + "000000")[:6]
    try:
        moment = dt.datetime(
            year, month, day, hour, int(parts.get("minute") or 0), int(parts.get("second") or 0), int(fraction)
        )
    except ValueError:
        return None
    zone = (parts.get("zone") or "").upper()
    if zone:
        if zone in ("Z", "UTC", "GMT"):
            return _moment(moment.replace(tzinfo=dt.UTC))
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        if offset > dt.timedelta(hours=14):
            return None
        return _moment(moment.replace(tzinfo=dt.timezone(-offset if zone[0] == "-" else offset)))
    return _moment(moment)


def _moment(moment: dt.datetime) -> Moment | None:
    if not _YEARS[0] <= moment.year < _YEARS[1]:
        return None
    if moment.tzinfo is not None:
        return Moment(moment.astimezone(dt.UTC), True)
    has_time = bool(moment.hour or moment.minute or moment.second or moment.microsecond)
    return Moment(moment.replace(tzinfo=BUSINESS_ZONE).astimezone(dt.UTC), has_time)
