"""Time zones as dates and headers name them."""

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fiber_pipeline.readers.word_file import read_words
from fiber_pipeline.text import fold


def _business_zone() -> ZoneInfo:
    # The package's own rules come before the machine's: many machines still have those from before October 2024.
    with resources.files("tzdata").joinpath("zoneinfo", "America", "Asuncion").open("rb") as rules:
        return ZoneInfo.from_file(rules, key="America/Asuncion")


BUSINESS_ZONE = _business_zone()
"""The zone of every date without one. Paraguay is at UTC-3 all year since October 2024, with summer time before."""

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?(?::?\d{2})?")
_FARTHEST = dt.timedelta(hours=14)
_REGION = re.compile(r"(?<![\w/])([A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?)(?![\w/])")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_IN_HEADER = re.compile(r"(?<![a-z])(?:utc|gmt)(?:\s*[+-]\s*\d{1,2}(?::?\d{2})?)?(?![a-z\d])")
_BARE_OFFSET = re.compile(r"\(\s*([+-]\d{1,2}:?\d{2})\s*\)")


def date_words() -> Mapping[str, Any]:
    """The words of dates: months, weekdays, zones, placeholders, relative dates."""
    return read_words(__package__, "date_words.yaml")


@cache
def read_zone(text: str) -> dt.tzinfo | None:
    """The zone of "Z", "GMT-3", "-03:00", "EST", "America/Asuncion" or "hora de Paraguay"; None if it is none."""
    region = _REGION.fullmatch(text.strip())
    if region:
        try:
            return BUSINESS_ZONE if region[1] == BUSINESS_ZONE.key else ZoneInfo(region[1])
        except (ZoneInfoNotFoundError, ValueError):
            return None
    folded = fold(text).strip()
    hours = date_words()["zones"].get(folded)
    if hours is not None:
        return dt.timezone(dt.timedelta(hours=hours)) if hours else dt.UTC
    match = _OFFSET.fullmatch(folded)
    if match:
        offset = dt.timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return dt.timezone(-offset if match[1] == "-" else offset) if offset <= _FARTHEST else None
    return BUSINESS_ZONE if set(folded.split()) & set(date_words()["business_zone"]) else None


@cache
def zone_of_header(header: str) -> dt.tzinfo | None:
    """The zone that a date column's header states for values without one: "Submit Date (UTC)", "Fecha (GMT-3)"."""
    region = _REGION.search(header)
    if region and (zone := read_zone(region[1])):
        return zone
    folded = fold(_CAMEL.sub(" ", header)).replace("_", " ")
    match = _IN_HEADER.search(folded) or _BARE_OFFSET.search(folded)
    if match:
        return read_zone(match[match.lastindex or 0])
    words = set(re.findall(r"[a-z]+", folded))
    is_local = words & {"hora", "horario", "time", "zona"} and words & set(date_words()["business_zone"])
    return BUSINESS_ZONE if is_local else None
