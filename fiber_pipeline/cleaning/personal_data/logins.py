"""What one logs in with: user names, passwords and PINs, and the names people give to their networks.

A password is a secret word, so nothing about it tells it from another word but what stands before: "la clave es
ramona" holds one, "la clave es muy larga" none. Words that are said of passwords are listed; a sign or a digit in it
needs no list.
"""

import re
from collections.abc import Iterator

from fiber_pipeline.cleaning.personal_data.cues import LISTS, announced, cue_words
from fiber_pipeline.cleaning.personal_data.name_words import is_surname
from fiber_pipeline.cleaning.personal_data.plain_numbers import is_quantity
from fiber_pipeline.cleaning.personal_data.plain_view import BLANK, PlainView

_VALUE = rf"(?P<value>[^\s{BLANK},;:\"“”()<>=]{{3,64}})"
_USER = re.compile(announced("users", "user_fillers") + _VALUE)
_PASSWORD = re.compile(announced("passwords", "password_fillers") + _VALUE)
_NETWORK = re.compile(announced("networks", "network_fillers") + _VALUE)
_USER_WORDS, _PASSWORD_WORDS, _NETWORK_WORDS = cue_words("users"), cue_words("passwords"), cue_words("networks")
_IS = re.compile(r"(?<![a-z])(?:es|era|is|llama|llamaba)(?![a-z])|[:=\"“]")
_CALLED = re.compile(r"(?<![a-z])(?:llama|llamaba|nombre|llamada)(?![a-z])|[:=\"“]")
_LETTERS = re.compile(r"[a-z]+")
_SPEED = re.compile(r"\d+(?:[.,]\d+)? ?(?:g|ghz|mb|mbps|megas?)?")
_PARTICIPLE = re.compile(r"[a-z]+(?:ad[oa]s?|id[oa]s?|mente|cion|able|ible|ando|iendo|aron|ieron)")
# What a Spanish word does not begin with, but an initial before a surname does: jperez, mgauto.
_INITIALS = re.compile(r"(?![bcdfgkpt][lr]|ch|ll|[gq]u|ps|ts)[bcdfghjklmnpqrstvwxz]{2}[a-z]{3,}")
_SITE = re.compile(r"^www\.|\.(?:com|net|org|gov|gob)\b")
_FEWEST = 3


def find_users(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` user names stand, and names of networks."""
    if not view.words.isdisjoint(_USER_WORDS):
        for match in _USER.finditer(view.plain):
            value = _value(match)
            if len(value) >= _FEWEST and _is_user(value, bool(_IS.search(match["gap"]))):
                yield match.start("value"), match.start("value") + len(value)
    if not view.words.isdisjoint(_NETWORK_WORDS):
        for match in _NETWORK.finditer(view.plain):
            value = _value(match)
            letters = sum(character.isalpha() for character in value)
            is_called = bool(_CALLED.search(match["gap"])) or match["cue"] == "ssid"
            is_made_up = "_" in value or (is_called and not _is_said(value))
            if letters >= _FEWEST and is_made_up:
                yield match.start("value"), match.start("value") + len(value)


def find_passwords(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` passwords and PINs stand."""
    plain = view.plain
    if view.words.isdisjoint(_PASSWORD_WORDS):
        return
    for match in _PASSWORD.finditer(plain):
        value = _value(match)
        start, end = match.start("value"), match.start("value") + len(value)
        if value.isdigit():
            is_one = len(value) > _FEWEST and not is_quantity(plain, start, end)
        elif _LETTERS.fullmatch(value):
            is_said = value in LISTS["said_of_logins"] if ":" in match["gap"] else _is_said(value)
            is_one = bool(_IS.search(match["gap"])) and len(value) > _FEWEST and not is_said
        else:
            is_one = len(value) > _FEWEST and _mixes(value)
        if is_one:
            yield start, end


def _value(match: re.Match[str]) -> str:
    return match["value"].rstrip(".!?")


def _mixes(value: str) -> bool:
    """Whether letters go with digits or signs inside, as in passwords and user names; not "wi-fi", "y/o", "5g"."""
    has_digit = any(character.isdigit() for character in value)
    has_letter = any(character.isalpha() for character in value)
    has_sign = any(character in "_*#$%&@!+" for character in value)
    return has_letter and (has_digit or has_sign) and not _SPEED.fullmatch(value)


def _is_said(word: str) -> bool:
    return word in LISTS["said_of_logins"] or _PARTICIPLE.fullmatch(word) is not None


def _is_user(value: str, is_said_to_be: bool) -> bool:
    if value.isdigit():
        return False  # a number of a customer
    if not _LETTERS.fullmatch(value):
        return _mixes(value) or ("." in value[1:-1] and _SITE.search(value) is None)
    if _is_said(value) or value in LISTS["users"]:
        return False
    return is_said_to_be or is_surname(value[1:]) or _INITIALS.match(value) is not None
