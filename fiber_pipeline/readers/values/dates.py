"""Dates as people and programs write them, read as moments in UTC.

Own patterns rather than dateutil or dateparser: those fill what is missing from today's date and take "10" or
"ayer" for dates, and a column of 50,000 must not cost more than reading it.
"""

import datetime as dt
import re
from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple

from fiber_pipeline.readers.values.zones import BUSINESS_ZONE, date_words, read_zone
from fiber_pipeline.text import fold

DateOrder = Literal["day_first", "month_first"]


class Moment(NamedTuple):
    """A moment in UTC; `has_time` is false for a date alone, which stands at midnight in the business zone."""

    at: dt.datetime
    has_time: bool


_CLOCK = (
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.m](?P<second>\d{2})(?:[.,:](?P<fraction>\d{1,9}))?)?"
    r"\s*(?:hs?\.?|hrs\.?|horas|min)?\s*(?P<half>[ap]\.?\s?m\b\.?)?"
)
_ZONE = (
    r"(?:\s*(?P<zone>Z|(?:UTC|GMT)?\s?[+-]\d{1,2}(?::?\d{2}){0,2}|[A-Z]{2,4}|[A-Z]\w+/\w+(?:/\w+)?"
    r"|\(?hora (?:est[aá]ndar |de verano |oficial )?de \w+\)?))?(?:\s*\[[^\]]+\]|\s*\([^)]{1,60}\))?"
)
_TIME = rf"(?:(?:[T\s,_]+|\s+[-–|]\s+)(?:(?:a las?|a la\(s\)|at|[aà]s)\s+)?{_CLOCK}{_ZONE})?"
_PLAIN = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}", re.I)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)"
    r"(?:[T\s_-]?(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?(?:\.?(?P<fraction>\d{3,6}))?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
    re.I,
)
_NUMBERS = re.compile(
    rf"(?P<first>\d{{1,2}})[-/.](?P<second_part>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}}){_TIME}", re.I
)
_DAY_MONTH = re.compile(
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|[oº°])?(?:\s+(?:de|of))?[\s./-]+(?P<name>[a-z]+)\.?(?:\s+del?)?"
    rf"[\s,./-]+(?P<year>\d{{4}}|\d{{2}}){_TIME}",
    re.I,
)
_MONTH_DAY = re.compile(
    rf"(?P<name>[a-z]+)\.?[\s-]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,-]+(?P<year>\d{{4}}){_TIME}", re.I
)
_YEAR_NAME = re.compile(rf"(?P<year>\d{{4}})[-\s/.](?P<name>[a-z]{{3,}})\.?[-\s/.](?P<day>\d{{1,2}}){_TIME}", re.I)
_YEAR_LAST = re.compile(rf"(?P<name>[a-z]+)\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})", re.I)
_MONTH_ALONE = re.compile(
    r"(?P<name>[a-z]+)\.?(?:\s+del?)?[\s,./-]+'?(?P<year>\d{4}|\d{2})|(?P<month>\d{1,2})[/-](?P<last>\d{4})"
    r"|(?P<first>\d{4})[/-](?P<digits>\d{2}|[a-z]{3,})"
)
_BY_NAME = (_DAY_MONTH, _MONTH_DAY, _YEAR_LAST, _YEAR_NAME)
_TIME_FIRST = re.compile(rf"(?P<clock>{_CLOCK})[\s,]+(?:-\s+)?(?P<day>\d.{{5,}})", re.I)
_WEEKDAY = re.compile(r"([a-z]{3,9}(?:-feira)?)\.?,?\s+")
_ORDINAL = re.compile(r"\d{4}-?(?:W\d{2}(?:-?\d)?|\d{3})")
_DOT_NET = re.compile(r"\\?/Date\((-?\d{9,14})(?:[+-]\d{4})?\)\\?/")
_JAVASCRIPT = re.compile(
    r"(?:new )?Date\((\d{4}), ?(\d{1,2}), ?(\d{1,2})(?:, ?(\d{1,2}), ?(\d{1,2})(?:, ?(\d{1,2}))?)?\)"
)
_SCIENTIFIC = re.compile(r"(\d(?:[.,]\d+)?)E\+?(\d{1,2})", re.I)
_DECIMAL = re.compile(r"\d{5,10}[.,]\d+")
_WRAPPED = re.compile(r"""="(.*)"|'(.*)|"(.*)\"""", re.S)

# Excel's day 1 is 1900-01-01 and its day 60 the 29 February 1900 that never was: days from 61 on count from here.
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)
_SERIALS = (20_000, 80_000)  # 1954 to 2119
_EPOCH_SECONDS = (1_000_000_000, 5_000_000_000)  # 2001 to 2128
_EPOCH_UNITS = (1, 10**3, 10**6, 10**9)
_DAY_SECONDS = 86_400
_SHOWN_DECIMALS = (5, 6)
_YEARS = (1980, 2100)
_TWO_DIGIT_PIVOT = 70
_LONGEST = 90


def read_date(value: object, order: DateOrder = "day_first", zone: dt.tzinfo | None = None) -> Moment | None:
    """Read a date cell, a text, an Excel serial or a Unix time; None if it is none of these or cannot be.

    zone: that of a time without one, where the column's header states it; by default the business zone. Midnight
    is taken as a date alone, since that is how exports write one, unless its zone is known. A month alone is its first
    day. Two-digit years below 70 are in this century. Years outside 1980-2100 and placeholders are not believed.
    """
    if isinstance(value, str):
        return _from_text(value.strip(), order, zone)
    if isinstance(value, bool):
        return None
    if isinstance(value, dt.datetime):
        return _moment(value, zone)
    if isinstance(value, dt.date):
        return _moment(dt.datetime(value.year, value.month, value.day))
    if isinstance(value, int | float):
        return _from_number(float(value), zone)
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


def is_placeholder(cell: object) -> bool:
    """Whether a cell is a date that programs write where they know none: "0000-00-00", 1970-01-01, 9999-12-31."""
    if isinstance(cell, dt.date):
        return cell.year <= _YEARS[0] or cell.year >= _YEARS[1] or (cell.year, cell.month, cell.day) in _placeholders()
    if not isinstance(cell, str):
        return False
    match = _YEAR_FIRST.fullmatch(cell.strip()) or _NUMBERS.fullmatch(cell.strip())
    if not match or len(match["year"]) != 4:
        return False
    parts = match.groupdict()
    month, day = parts.get("month") or parts["second_part"], parts.get("day") or parts["first"]
    told = int(match["year"]), int(month), int(day)
    if _YEARS[0] < told[0] < _YEARS[1]:
        return told in _placeholders()
    return told in _placeholders() or told[1:] in ((1, 1), (12, 30), (12, 31), (0, 0))


@cache
def _placeholders() -> frozenset[tuple[int, int, int]]:
    days = (dt.date.fromisoformat(day) for day in date_words()["placeholders"])
    return frozenset((day.year, day.month, day.day) for day in days)


@cache
def _months() -> dict[str, int]:
    return {name: number for number, names in enumerate(date_words()["months"], start=1) for name in names}


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(date_words()["weekdays"])


def _from_number(number: float, zone: dt.tzinfo | None) -> Moment | None:
    if _SERIALS[0] <= number < _SERIALS[1]:
        return _moment(_EXCEL_EPOCH + dt.timedelta(seconds=round(number * _DAY_SECONDS)), zone)
    for unit in _EPOCH_UNITS:
        seconds = number / unit
        if _EPOCH_SECONDS[0] <= seconds < _EPOCH_SECONDS[1]:
            moment = dt.datetime.fromtimestamp(round(seconds, 6), dt.UTC)
            return Moment(moment, True) if moment.year < _YEARS[1] else None
    return None


def _from_text(text: str, order: DateOrder, zone: dt.tzinfo | None) -> Moment | None:
    """The forms of most exports first, each told by a character or two; the rest only for texts that may be dates."""
    length = len(text)
    if not 5 <= length <= _LONGEST:
        return None
    if text[4] == "-" and text[:4].isdecimal() and length >= 10 and text[7] == "-":
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return _moment(moment, zone, is_timed=length > 10)
    match = _PLAIN.fullmatch(text)
    if match:
        day, month, year, hour, minute, second = map(int, match.groups("0"))
        if order == "month_first":
            day, month = month, day
        try:
            return _moment(dt.datetime(year, month, day, hour, minute, second), zone, is_timed=match[4] is not None)
        except ValueError:
            return None
    return _from_rare_text(text, order, zone) if _may_be_date(text) else None


def _may_be_date(text: str) -> bool:
    """Whether a text is worth a closer look: dates hold at least two digits, and few words."""
    return sum(map(str.isdecimal, text)) >= 2 and text.count(" ") <= 12


def _from_rare_text(text: str, order: DateOrder, zone: dt.tzinfo | None) -> Moment | None:
    if text.replace(".", "", 1).isdecimal() or _DECIMAL.fullmatch(text):
        compact = _COMPACT.fullmatch(text)
        if compact and len(text) in (8, 12, 14, 17, 18):
            return _build(compact, int(compact["year"]), int(compact["month"]), int(compact["day"]), zone)
        return None if text[0] == "0" or not text.isascii() else _from_number(float(text.replace(",", ".")), zone)
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if match:
        return _build(match, int(match["year"]), int(match["month"]), int(match["day"]), zone)
    match = _NUMBERS.fullmatch(text)
    if match:
        day, month = int(match["first"]), int(match["second_part"])
        if order == "month_first":
            day, month = month, day
        return _build(match, _full_year(match["year"]), month, day, zone)
    for form in (_from_program, _from_words):
        moment = form(text, zone)
        if moment:
            return moment
    swapped = _TIME_FIRST.fullmatch(text)
    if swapped:
        return _from_text(f"{swapped['day']} {swapped['clock']}", order, zone)
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped:
        return _from_text(next(filter(None, wrapped.groups()), "").strip(), order, zone)
    weekday = _WEEKDAY.match(fold(text))
    if weekday and weekday[1] in _weekdays():
        return _from_text(text.split(None, 1)[1], order, zone)
    return None


def _from_words(text: str, zone: dt.tzinfo | None) -> Moment | None:
    folded = fold(text).replace(" de la manana", " am").replace(" de la tarde", " pm").replace(" de la noche", " pm")
    for form in _BY_NAME:
        match = form.fullmatch(folded)
        if match and match["name"] in _months():
            return _build(match, _full_year(match["year"]), _months()[match["name"]], int(match["day"]), zone)
    match = _MONTH_ALONE.fullmatch(folded)
    if not match:
        return None
    name = match["name"] or match["month"] or match["digits"]
    month = int(name) if name.isdecimal() else _months().get(name, 0)
    year = _full_year(match["year"] or match["last"] or match["first"])
    return _moment(dt.datetime(year, month, 1)) if 1 <= month <= 12 and year else None


def _from_program(text: str, zone: dt.tzinfo | None) -> Moment | None:
    """Forms that only programs write: .NET, JavaScript, scientific notation, ISO weeks and days of the year."""
    match = _DOT_NET.fullmatch(text)
    if match:
        return _from_number(float(match[1]), zone)
    match = _JAVASCRIPT.fullmatch(text)
    try:
        if match:
            year, month, day, hour, minute, second = map(int, match.groups("0"))
            return _moment(dt.datetime(year, month + 1, day, hour, minute, second), zone)
        if _ORDINAL.fullmatch(text):
            if "W" in text.upper():
                return _moment(dt.datetime.fromisoformat(text.upper()))
            return _moment(dt.datetime.strptime(text, "%Y-%j")) if "-" in text else None
    except ValueError:
        return None
    match = _SCIENTIFIC.fullmatch(text)
    if not match:
        return None
    moment = _from_number(float(f"{match[1].replace(',', '.')}e{match[2]}"), zone)
    # Spreadsheets show five decimals, which tell the day; programs write all there are.
    decimals = len(match[1]) - 2
    if moment is None or decimals < _SHOWN_DECIMALS[0]:
        return None
    if decimals > _SHOWN_DECIMALS[1]:
        return moment
    there = moment.at.astimezone(zone or BUSINESS_ZONE)
    return _moment(dt.datetime(there.year, there.month, there.day))


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < _TWO_DIGIT_PIVOT else 1900)


def _build(match: re.Match[str], year: int, month: int, day: int, zone: dt.tzinfo | None) -> Moment | None:
    hour, minute, second, fraction, told = match.group("hour", "minute", "second", "fraction", "zone")
    hours = int(hour) if hour else 0
    half = match["half"] if "half" in match.re.groupindex else None
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    try:
        moment = dt.datetime(
            year, month, day, hours, int(minute or 0), int(second or 0), int(f"{fraction}000000"[:6]) if fraction else 0
        )
    except ValueError:
        return None
    if told:
        own = read_zone(told)
        return _moment(moment.replace(tzinfo=own)) if own else None
    return _moment(moment, zone, is_timed=hour is not None)


def _moment(moment: dt.datetime, zone: dt.tzinfo | None = None, is_timed: bool = False) -> Moment | None:
    if not _YEARS[0] <= moment.year < _YEARS[1] or (moment.year, moment.month, moment.day) in _placeholders():
        return None
    if moment.tzinfo is not None:
        return Moment(moment.astimezone(dt.UTC), True)
    has_time = bool(moment.hour or moment.minute or moment.second or moment.microsecond)
    if has_time or (zone and is_timed):
        return Moment(moment.replace(tzinfo=zone or BUSINESS_ZONE).astimezone(dt.UTC), True)
    return Moment(moment.replace(tzinfo=BUSINESS_ZONE).astimezone(dt.UTC), False)
