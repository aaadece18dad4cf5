"""Streets in a text: their names, the numbers of houses, the cross streets and doors that follow."""

import re

from fiber_pipeline.cleaning.personal_data.places import protected_spans
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView
from fiber_pipeline.cleaning.word_lists import alternatives, read_word_lists

LISTS = read_word_lists(__package__, "streets.yaml")
STREETS = alternatives(LISTS["streets"])
RANKS = alternatives(LISTS["ranks"])
DWELLINGS = alternatives(LISTS["dwellings"])
SETTLEMENTS = alternatives(LISTS["settlements"])
STOP = LISTS["not_streets"]
STREET = re.compile(rf"\b(?:{STREETS})\b\.? ?")
RANK = re.compile(rf"\b(?:(?:{RANKS})\b\.? ?|r\.? ?i\.? ?\d{{1,2}} )")
WORD = re.compile(r"[a-z][a-z]*\.?")
_ORDINAL = re.compile(
    r"\d{1,2} (?:de [a-z]+|proyectada?s?)\b|\d{1,2}(?:ra|da|ta|va|na|ma|era|er|a|°|ª) ?(?:proyectada)?\b"
)
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "san", "santa"})
SAID = r"(?:n(?:[ro]o?)?[°º.]{0,2} ?|numero |nro\.? |# ?)?"
NOT_COUNTED = (
    r"(?! ?(?:megas?|mb|mbps|gb|dias|horas|anos|meses|mil|gs|veces|%|canales|minutos|(?:pisos?|plantas?)(?! ?\d))"
    r"(?![a-z]))"
)
NUMBER = re.compile(rf",? ?(?:al )?{SAID}\d{{2,5}}\b{NOT_COUNTED}(?![.,:/]\d|-\d{{3}})")
HOUSE = re.compile(
    rf"[,.;-]? ?(?:y |en |la |el )?(?:{DWELLINGS})\b\.? ?{SAID}(?:\d{{1,5}}(?:[ -]?[a-z]\b)?|[a-h]\b){NOT_COUNTED}"
)
STREET_NUMBER = re.compile(rf"\d{{1,5}}\b{NOT_COUNTED}")
_CROSS = re.compile(r",? ?(?:\bcasi\b|\bc/|\be/|\besq(?:uina)?\b\.?|\bentre\b|\by\b|\bha\b|\bc\.) ?")
_THEN_BARRIO = re.compile(r",? ?(?:del? |en (?:el )?)?(?:barrio|b°|bo\.) ")
_ANDS = ("y", "ha")
_LONGEST_TAIL = 8


class Reader:
    """Reads the parts of an address off a view, from a place onwards."""

    def __init__(self, view: PlainView) -> None:
        self.view = view
        self.plain = view.plain
        # In text without telling capitals, only numbers and cross streets make a street's name.
        self.has_case = view.has_inner_capital
        self._protected: dict[tuple[str, ...], list[tuple[int, int]]] = {}

    def protected(self, *kinds: str) -> list[tuple[int, int]]:
        """Where names of these kinds of `places` stand; worked out when first asked."""
        if kinds not in self._protected:
            self._protected[kinds] = protected_spans(self.plain, *kinds)
        return self._protected[kinds]

    def name(self, start: int, longest: int = 4) -> tuple[int, bool] | None:
        """The end of a street's name that begins at `start`, and whether its capital shows it to be one."""
        place, end, count, is_capital = start, start, 0, False
        ordinal = _ORDINAL.match(self.plain, start)
        if ordinal:
            return ordinal.end(), True
        while count < longest:
            rank = RANK.match(self.plain, place)
            word = rank or WORD.match(self.plain, place)
            if not word:
                break
            bare = word.group().strip(". ")
            if len(bare) == 1 and count and word.group().endswith(".") and self.plain.startswith(" ", word.end()):
                place = word.end() + 1  # "Carlos A. López"
                continue
            if self.plain.startswith("/", word.end()):
                break
            capital = self.view.shown(word.start(), word.start() + 1).isupper()
            if not rank and bare in _PARTICLES:
                following = WORD.match(self.plain, word.end() + 1)
                while following and following.group() in _PARTICLES:
                    following = WORD.match(self.plain, following.end() + 1)
                if (
                    not following
                    or following.group().strip(".") in STOP
                    or (count == 0 and not bare.startswith("san") and bare not in ("la", "los", "las", "del", "de"))
                ):
                    break
                if self.has_case and not self.view.shown(following.start(), following.start() + 1).isupper():
                    break
                place = following.start()
                continue
            if not rank and (bare in STOP and not (self.has_case and capital and count == 0 and len(bare) > 3)):
                break
            if self.has_case and not capital and not rank:
                break
            is_capital = is_capital or (self.has_case and capital)
            end = word.end() - (1 if word.group().endswith(" ") else 0)
            ends_with_stop = self.plain[end - 1 : end] == "." and len(bare) > 3 and not rank
            if ends_with_stop:
                end -= 1
            count += 1
            place = end if rank and end == word.end() else end + 1
            if ends_with_stop or self.plain[end : end + 1] != " ":
                if not rank:
                    break
                place = word.end()
        return (end, is_capital) if end > start else None

    def _numbered(self, start: int, cross: str) -> tuple[int, bool] | None:
        """A cross street that is a number, as in "calle 1 casi 2"."""
        number = STREET_NUMBER.match(self.plain, start)
        return (number.end(), True) if number and cross.strip(" ,") not in _ANDS else None

    def tail(self, start: int) -> int:
        """The end of what follows a street's name: numbers, cross streets, house, floor; `start` if nothing does."""
        end = start
        for _ in range(_LONGEST_TAIL):
            step = HOUSE.match(self.plain, end) or (
                NUMBER.match(self.plain, end) if end == start or not self.plain[end - 1].isdigit() else None
            )
            if step:
                end = step.end()
                continue
            cross = _CROSS.match(self.plain, end)
            if cross:
                street = STREET.match(self.plain, cross.end())
                place = street.end() if street else cross.end()
                name = self.name(place, 3) or self._numbered(place, cross.group())
                is_plain_and = cross.group().strip(" ,") in _ANDS
                if name and (name[1] or not is_plain_and or street):
                    end = name[0]
                    continue
            barrio = _THEN_BARRIO.match(self.plain, end)
            if barrio and end > start:
                name = self.name(barrio.end(), 3)
                if name:
                    end = name[0]
                    continue
            break
        return end
