"""Addresses without a word for street: a name and the number of a house after it.

"Sobre Cacique Lambaré 2210", "che róga oĩ Herrera 1220", "Nuestra casa, Incas 2210". A name with a number is also a
plan, a device or a tournament, so one of these must hold: a preposition of place stands before a capital; the name is
a street's or a person's that is listed; or it stands inside a sentence with its capital where a home is spoken of.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fiber_pipeline.cleaning.personal_data.name_words import is_known_name
from fiber_pipeline.cleaning.personal_data.places import is_brand
from fiber_pipeline.cleaning.personal_data.plain_numbers import is_quantity
from fiber_pipeline.cleaning.personal_data.streets import LISTS, NOT_COUNTED, SAID, STOP, Reader

_NUMBER = re.compile(
    rf"(?<=[a-z])(?:,? (?:al )?{SAID}|\. ?)(?P<number>\d{{3,5}})(?![\w%$₲]|[.,:/-]\d|° ?c){NOT_COUNTED}"
    r"(?! ?(?:puntos|de cada|x ))"
)
# "500 personas", "1200 canales": what is counted is no house.
_COUNTED = re.compile(r" (?!(?:es|esq|sus|los|las|tras|mas|jamas|pues|casas)\b)(?:[a-z]{3,}[aeiou]s|meg|mb)\b")
_YEAR = re.compile(r"(?:19[5-9]|20[0-2])\d")
_SPEED_OR_SCORE = re.compile(r"[1-9]00|1000|2000|404|911|360|1080|2160")
_THREE_DIGITS = re.compile(r"\d\d\d")
# Streets named after dates.
_DAY = re.compile(
    r"(?<!\d)\d{1,2} de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|setiembre|septiembre"
    rf"|octubre|noviembre|diciembre),? {SAID}(?P<number>\d{{3,4}})(?![\w%]|[.,:/-]\d){NOT_COUNTED}"
)
_WORD = re.compile(r"[a-z]+")
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "san", "santa", "y"})
_LOOK_BACK = 64
_LONGEST_NAME = 5


class _Word(NamedTuple):
    text: str
    start: int
    end: int
    is_capital: bool


def may_hold_house_number(plain: str) -> bool:
    """Whether a number stands in `plain` that might be a house's."""
    return _THREE_DIGITS.search(plain) is not None and bool(_NUMBER.search(plain) or _DAY.search(plain))


def find_house_numbers(reader: Reader) -> Iterator[tuple[int, int]]:
    """Yield where in the view names with a house number stand, with the cross streets and doors that follow."""
    for match in _DAY.finditer(reader.plain):
        if not _YEAR.fullmatch(match["number"]) and not is_quantity(reader.plain, *match.span("number")):
            yield match.start(), reader.tail(match.end())
    for match in _NUMBER.finditer(reader.plain):
        start, end = match.span("number")
        if is_quantity(reader.plain, start, end) or _COUNTED.match(reader.plain, end):
            continue
        first = _name_before(reader, match.start(), match["number"], has_more=reader.tail(end) > end)
        if first is not None:
            yield first, reader.tail(end)


def _name_before(reader: Reader, end: int, number: str, *, has_more: bool) -> int | None:
    """Where the street's name that ends at `end` begins, if it is one; `has_more`: a door or a cross street follows."""
    words = _words_before(reader, end)
    name: list[_Word] = []
    while words and len(name) < _LONGEST_NAME and _may_belong(reader, words[-1], name):
        name.insert(0, words.pop())
    while name and name[0].text in _PARTICLES and name[0].text not in ("san", "santa"):
        words.append(name.pop(0))
    if not name or any(word.text in LISTS["numbered_things"] or is_brand(word.text) for word in name):
        return None
    before = words[-1].text if words else ""
    if before in LISTS["numbered_things"] or is_brand(before):
        return None
    is_located = before in LISTS["located"]
    is_known = _is_known(name)
    is_first = not words and not reader.plain[: name[0].start].strip(" ¡¿\"'(")
    is_inner = name[0].is_capital and reader.has_case and not (is_first or _ends_sentence(reader.plain, name[0].start))
    tells_home = not reader.view.words.isdisjoint(LISTS["homes"])
    is_weak_number = _YEAR.fullmatch(number) or _SPEED_OR_SCORE.fullmatch(number)
    if is_weak_number and not ((has_more or tells_home) and (is_located or is_known)):
        return None
    if (is_located and (is_known or is_inner)) or (is_known and (is_inner or is_first or is_located or tells_home)):
        return name[0].start
    is_shown = is_inner and (tells_home or len(name) > 1)
    return name[0].start if is_shown or (has_more and name[0].is_capital) else None


def _words_before(reader: Reader, end: int) -> list[_Word]:
    """The words before `end` with nothing but spaces and full stops of abbreviations between, in their order."""
    found: list[_Word] = []
    for match in _WORD.finditer(reader.plain, max(0, end - _LOOK_BACK), end):
        if found:
            between = reader.plain[found[-1].end : match.start()]
            if between not in (" ", ". ", "."):
                found = []
        shown = reader.view.visible[match.start()]
        found.append(_Word(match.group(), match.start(), match.end(), shown.isupper()))
    return found


def _may_belong(reader: Reader, word: _Word, name: list[_Word]) -> bool:
    if word.text in LISTS["streets"]:
        return False
    if name and word.text in LISTS["honours"]:
        return True
    if word.text in LISTS["ranks"] or word.text in ("san", "santa"):
        return True
    if word.text in _PARTICLES:
        return bool(name) and word.text != "y"
    if word.text in STOP or word.text in LISTS["located"] or len(word.text) < 3:
        return word.is_capital and reader.has_case and len(word.text) == 1
    if reader.has_case:
        return word.is_capital
    return not name or word.text in LISTS["known"] or is_known_name(word.text)


def _is_known(name: list[_Word]) -> bool:
    texts = [word.text for word in name]
    return (
        " ".join(texts) in LISTS["known"]
        or texts[-1] in LISTS["known"]
        or is_known_name(texts[-1])
        or (len(texts) > 1 and (texts[0] in LISTS["ranks"] or texts[0] in LISTS["honours"]))
    )


def _ends_sentence(plain: str, start: int) -> bool:
    return plain[:start].rstrip(" ¡¿\"'(").endswith((".", "!", "?", "\n")) if start else True
