"""Prompts: versioned files, filled in.

A version that has been used is never edited: a change is a new file, since the version stands in tables and books.
"""

import re
from functools import cache
from importlib.resources import files

_PLACE = re.compile(r"\{(\w+)\}")


def render_prompt(version: str, **parts: str) -> str:
    """The prompt of this version, such as `annotate-v1`, with each `{name}` of the file replaced by its part.

    One pass over the file: braces in a part mean nothing. Raises FileNotFoundError for an unknown version, KeyError
    for a place without a part.
    """
    return _PLACE.sub(lambda place: parts[place[1]], _read(version))


@cache
def _read(version: str) -> str:
    return files(__package__).joinpath(f"{version}.md").read_text(encoding="utf-8").strip()
