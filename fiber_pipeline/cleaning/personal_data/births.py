"""Dates of birth: a date after words that say so, a year too after "nací" and its like."""

import re
from collections.abc import Iterator

from fiber_pipeline.cleaning.personal_data.cues import LISTS, announced, cue_words
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

_MONTH = r"(?:ene|feb|mar|abr|may|jun|jul|ago|sep|set|oct|nov|dic)[a-z]{0,7}"
_YEAR = r"(?:19|20)\d\d"
_DATE = (
    rf"\d{{1,2}} ?[/.-] ?\d{{1,2}}(?: ?[/.-] ?(?:{_YEAR}|\d\d))?(?!\d)|{_YEAR}[/.-]\d{{1,2}}[/.-]\d{{1,2}}(?!\d)"
    rf"|\d{{1,2}}(?:ro|o|°|º)?[ /-](?:de )?{_MONTH}(?:[ ,/-]{{1,2}}(?:del? )?(?:ano )?(?:{_YEAR}|\d\d\b))?"
    rf"|{_MONTH} (?:del? )?(?:ano )?{_YEAR}|\d{{2}} ?\d{{2}} ?{_YEAR}(?!\d)"
)
_BIRTH = re.compile(announced("births", "birth_fillers") + rf"(?P<date>{_DATE}|(?P<year>(?:19[2-9]|20[01])\d)(?!\d))")
# "Soy del 15/08/1972" tells an age; "soy cliente del 2015" does not.
_OF_AGE = re.compile(
    r"\bsoy (?:de )?(?:el|la|clase)? ?(?:de )?(?:del? )?(?P<date>\d{1,2}[/.-]\d{1,2}[/.-](?:19)?[3-9]\d)(?!\d)"
)
_WORDS = cue_words("births") | {"soy"}


def find_births(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` dates of birth stand."""
    if view.words.isdisjoint(_WORDS):
        return
    for match in _BIRTH.finditer(view.plain):
        if not (match["year"] and match["cue"] in LISTS["birthdays"]):
            yield match.span("date")
    for match in _OF_AGE.finditer(view.plain):
        yield match.span("date")
