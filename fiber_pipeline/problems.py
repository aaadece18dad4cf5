"""What all layers' named errors share, so that one place can tell them to people.

A layer raises its own class with a message of its own; this base says only that the message is meant for the user.
"""

import re
import traceback
from collections.abc import Collection
from pathlib import Path
from typing import ClassVar

_NEAR_ENOUGH = 60.0
_NAMED = 3


class Problem(Exception):  # noqa: N818 - not a mistake of the program
    """Something a person can mend: the message says what, where and how, and holds no secret.

    may_pass: whether the same may work if it is done again a little later, nothing else having changed.
    """

    may_pass: ClassVar[bool] = False


class UnknownName(Problem, ValueError):  # noqa: N818 - named after what happened
    """A name that was given is none of those there are; the message names the nearest."""

    def __init__(self, kind: str, given: str, known: Collection[str]) -> None:
        super().__init__(f"there is no {kind} {given!r}; {_nearest(given, known)}")


def kind_and_place(error: Exception) -> str:
    """Which error it is and where it was raised, never its words: they may quote what customers wrote."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"


def check_names(kind: str, given: Collection[str], known: Collection[str]) -> None:
    """Raise UnknownName for the first of `given` that is not among `known`. kind: what they are names of."""
    for name in given:
        if name not in known:
            raise UnknownName(kind, name, known)


def _nearest(given: str, known: Collection[str]) -> str:
    # Only who mistypes waits for it to load.
    from rapidfuzz import fuzz, process

    if not known:
        return "there is none yet"
    found = process.extract(
        given, list(known), scorer=fuzz.WRatio, processor=_plainly, score_cutoff=_NEAR_ENOUGH, limit=_NAMED
    )
    if found:
        return f"did you mean {' or '.join(repr(name) for name, *_ in found)}?"
    shown = sorted(known)
    more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
    return f"there are {', '.join(map(repr, shown[:_NAMED]))}{more}"


def _plainly(name: str) -> str:
    return re.sub(r"[\s_./-]+", " ", name).strip().casefold()
