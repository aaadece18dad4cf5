"""Dates told from the day someone looked ("hace una semana", "2 weeks ago"): neither dates nor comments."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from fiber_pipeline.readers.values.zones import date_words
from fiber_pipeline.text import fold

_LONGEST = 40


def _either(words: Sequence[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


@cache
def _form() -> re.Pattern[str]:
    words = date_words()["relative"]
    span = rf"(?:\d{{1,3}}|{_either(words['counts'])})\s*{_either(words['units'])}"
    return re.compile(
        rf"(?:{_either(words['marks'])}:?\s+)?"
        rf"(?:{_either(words['before'])}\s+{span}(?:\s+{_either(words['after'])})?"
        rf"|{span}\s+{_either(words['after'])}|{_either(words['whole'])})\.?"
    )


@lru_cache(maxsize=20_000)
def is_relative_date(cell: object) -> bool:
    """Whether a cell is nothing but a relative date; "hace 3 días espero" is a complaint and not one."""
    return isinstance(cell, str) and len(cell) <= _LONGEST and _form().fullmatch(fold(cell.strip())) is not None
