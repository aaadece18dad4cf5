"""Postal addresses as Paraguayans write them: street and number, street and cross street, block and lot, kilometre.

A town or a barrio by itself is no address: "en el barrio Obrero no hay fibra" is what the business must learn. It
becomes one with a house, a lot or a street, or where somebody says that they live there.
"""

import re
from collections.abc import Iterator

from fiber_pipeline.cleaning.personal_data.places import protected_spans
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView
from fiber_pipeline.cleaning.word_lists import alternatives, read_word_lists

_LISTS = read_word_lists(__package__, "streets.yaml")
_STREETS = alternatives(_LISTS["streets"])
_RANKS = alternatives(_LISTS["ranks"])
_DWELLINGS = alternatives(_LISTS["dwellings"])
_SETTLEMENTS = alternatives(_LISTS["settlements"])
_STOP = _LISTS["not_streets"]

# Nearly every comment lacks all of these, and is done with.
_TRIGGERS = frozenset(
    word
    for kind in ("streets", "ranks", "dwellings", "settlements", "triggers")
    for phrase in _LISTS[kind]
    for word in phrase.split()
)
_TRIGGER_SIGNS = re.compile(r"\b[ce]/|\bb°|\br\.? ?i\.? ?\d|-\d\d\.\d{3}")
_STREET = re.compile(rf"\b(?:{_STREETS})\b\.? ?")
_RANK = re.compile(rf"\b(?:(?:{_RANKS})\b\.? ?|r\.? ?i\.? ?\d{{1,2}} )")
_LIVES = re.compile(
    r"\b(?:vivo|vivimos|resido|residimos|mi (?:direccion|domicilio|casa) (?:es|queda|esta|esta ubicada)"
    r"|(?:direccion|domicilio|dir)(?: es)? ?:?|estoy ubicad[oa]|aikova?|i live)\b"
    r"[ :,]{0,3}(?:(?:aca|actualmente|yo|ahora|justo|es|en|at|on|sobre|por|pe|la|el|mi) ){0,4}"
)
_WORD = re.compile(r"[a-z][a-z]*\.?")
_ORDINAL = re.compile(
    r"\d{1,2} (?:de [a-z]+|proyectada?s?)\b|\d{1,2}(?:ra|da|ta|va|na|ma|era|er|a|°|ª) ?(?:proyectada)?\b"
)
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "san", "santa"})
_SAID = r"(?:n(?:[ro]o?)?[°º.]{0,2} ?|numero |nro\.? |# ?)?"
_NOT_COUNTED = r"(?! ?(?:megas?|mb|mbps|gb|dias|horas|anos|meses|mil|gs|veces|%|canales|minutos|pisos?|plantas?))"
_NUMBER = re.compile(rf",? ?(?:al )?{_SAID}\d{{2,5}}\b{_NOT_COUNTED}(?![.,:/]\d|-\d{{3}})")
_HOUSE = re.compile(
    rf"[,.;-]? ?(?:y |en |la |el )?(?:{_DWELLINGS})\b\.? ?{_SAID}(?:\d{{1,5}}(?:[ -]?[a-z]\b)?|[a-h]\b){_NOT_COUNTED}"
)
_STREET_NUMBER = re.compile(rf"\d{{1,5}}\b{_NOT_COUNTED}")
_HOUSE_BEFORE = re.compile(
    rf"\b(?:{_DWELLINGS})\b\.? ?\d{{1,4}} ?[a-z]?[ ,]{{1,2}}(?:\d{{1,2}}[a-z]{{0,2}} piso[ ,]{{1,2}})?(?:del? )?$"
)
_CROSS = re.compile(r",? ?(?:\bcasi\b|\bc/|\be/|\besq(?:uina)?\b\.?|\bentre\b|\by\b|\bc\.) ?")
_CROSS_FIRST = re.compile(r"(?:\bcasi\b|\bc/|\be/|\besq(?:uina)?\b\.?|\bentre\b) ?")
_BLOCK = r"\b(?:mza|mz|mzna|manzana)\b\.? ?(?:n[ro°º.]{0,3} ?)?(?:\d{1,4}|[a-z])\b"
_PLOT = r"(?:casa|lote|lt)\b\.? ?(?:n[ro°º.]{0,3} ?)?\d{1,4}[a-z]?\b"
_LOT = re.compile(
    rf"{_BLOCK}[ ,y-]{{0,4}}{_PLOT}|\b{_PLOT}[ ,y-]{{0,4}}(?:de la )?{_BLOCK}"
    r"|\bcasa (?:n(?:ro|°|º|o\.?|um(?:ero)?)\.? ?|# ?)\d{1,5}\b"
)
_BARRIO = re.compile(rf"\b(?:(?:{_SETTLEMENTS})\b ?|bo\. ?|b° ?)")
_KM = r"\bkm\.? ?\d{1,3}(?:[.,]\d{1,2})?(?: ?½| y medio)?"
_ROAD = re.compile(
    rf"\b(?:ruta|rta)\b\.? ?(?:n[ro°º.]{{0,3}} ?)?(?:py ?)?\d{{1,2}}[ ,]{{1,2}}(?:[a-z]+ ){{0,3}}?(?:al |en el )?{_KM}"
    rf"|{_KM}[ ,]{{1,2}}(?:de (?:la )?|sobre (?:la )?|por )?"
    r"(?:ruta|rta|acceso|supercarretera|autopista|lado|calle|avda|avenida)\b(?: (?:[a-z]+|\d{1,2})\b){0,2}"
)
# What stands before "km 14": the road's or the town's name.
_BEFORE_KM = re.compile(
    r"(?P<road>\b(?:ruta|rta|acceso|autopista|avda|avenida)\b\.? (?:[a-z]+ ){0,3})$"
    r"|(?P<name>(?:[a-z]+ ){1,2})$"
)
_LANDMARK = re.compile(
    r"(?:a (?:la vuelta|\w+ cuadras?(?: y media)?|\d+ (?:metros|mts))|frente|al lado|detras|atras|enfrente)"
    r" (?:del?|al?)\b"
    r"[a-z0-9 ]{3,40}?(?=[.,;!?]|$| (?:y|e|pero|no|que|se|ni|hace|sin|ha|desde|nunca|con) )"
)
_KILOMETRE = re.compile(r"km\.? ?\d{1,3}(?:[.,]\d{1,2})?\b(?: ?½| y medio)?")
# Links to a map, and coordinates within Paraguay and around it.
_PLACE = re.compile(
    r"(?:https?://)?(?:maps\.app\.goo\.gl|goo\.gl/maps|(?:www\.)?google\.[a-z.]+/maps|maps\.google\.[a-z.]+)\S*"
    r"|-(?:19|2\d)\.\d{3,}[ ,;]{1,3}-(?:5[4-9]|6[0-3])\.\d{3,}"
)
_AND = re.compile(",? (?:y|e) ")
_DAY_BEFORE = re.compile(r"\b\d{1,2} de $")
_THEN_BARRIO = re.compile(r",? ?(?:del? |en (?:el )?)?(?:barrio|b°|bo\.) ")
_BEFORE_CROSS = re.compile(r"(?:[a-z]+\.? ){0,2}[a-z]+\.?(?: \d{1,5})?[ ,]{1,2}$")
_GAP = re.compile(r"[ ,.;-]{0,3}(?:(?:del?|en|el|la|y|casi|entre|esquina|c/|e/) ?){0,2}")
_LOOK_BACK = 48
_LONGEST_TAIL = 8


class _Reader:
    """Reads the parts of an address off a view, from a place onwards."""

    def __init__(self, view: PlainView) -> None:
        self.view = view
        self.plain = view.plain
        # In text without telling capitals, only numbers and cross streets make a street's name.
        self.has_case = view.has_inner_capital
        self._protected: dict[bool, list[tuple[int, int]]] = {}

    def protected(self, *, towns_only: bool) -> list[tuple[int, int]]:
        """Where towns, or towns and other names that are no street's, stand; worked out when first asked."""
        if towns_only not in self._protected:
            self._protected[towns_only] = protected_spans(self.plain, towns_only=towns_only)
        return self._protected[towns_only]

    def name(self, start: int, longest: int = 4) -> tuple[int, bool] | None:
        """The end of a street's name that begins at `start`, and whether its capital shows it to be one."""
        place, end, count, is_capital = start, start, 0, False
        ordinal = _ORDINAL.match(self.plain, start)
        if ordinal:
            return ordinal.end(), True
        while count < longest:
            rank = _RANK.match(self.plain, place)
            word = rank or _WORD.match(self.plain, place)
            if not word:
                break
            bare = word.group().strip(". ")
            if self.plain.startswith("/", word.end()):
                break
            capital = self.view.shown(word.start(), word.start() + 1).isupper()
            if not rank and bare in _PARTICLES:
                following = _WORD.match(self.plain, word.end() + 1)
                while following and following.group() in _PARTICLES:
                    following = _WORD.match(self.plain, following.end() + 1)
                if (
                    not following
                    or following.group().strip(".") in _STOP
                    or (count == 0 and not bare.startswith("san") and bare not in ("la", "los", "las", "del", "de"))
                ):
                    break
                if self.has_case and not self.view.shown(following.start(), following.start() + 1).isupper():
                    break
                place = following.start()
                continue
            if not rank and (bare in _STOP and not (self.has_case and capital and count == 0 and len(bare) > 3)):
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
        number = _STREET_NUMBER.match(self.plain, start)
        return (number.end(), True) if number and cross.strip(" ,") != "y" else None

    def tail(self, start: int) -> int:
        """The end of what follows a street's name: numbers, cross streets, house, floor; `start` if nothing does."""
        end = start
        for _ in range(_LONGEST_TAIL):
            step = _HOUSE.match(self.plain, end) or (
                _NUMBER.match(self.plain, end) if end == start or not self.plain[end - 1].isdigit() else None
            )
            if step:
                end = step.end()
                continue
            cross = _CROSS.match(self.plain, end)
            if cross:
                street = _STREET.match(self.plain, cross.end())
                place = street.end() if street else cross.end()
                name = self.name(place, 3) or self._numbered(place, cross.group())
                is_plain_and = cross.group().strip(" ,") == "y"
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


def find_addresses(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` addresses stand, neighbouring parts as one."""
    if view.words.isdisjoint(_TRIGGERS) and not _TRIGGER_SIGNS.search(view.plain):
        return
    spans = sorted(_parts(_Reader(view)))
    while spans:
        start, end = spans.pop(0)
        while spans and (spans[0][0] <= end or _GAP.fullmatch(view.plain, end, spans[0][0])):
            end = max(end, spans.pop(0)[1])
        yield start, end


def _parts(reader: _Reader) -> Iterator[tuple[int, int]]:
    plain = reader.plain
    for pattern in (_LOT, _ROAD, _PLACE):
        for match in pattern.finditer(plain):
            yield match.span()
    for match in re.finditer(_KM, plain):
        yield from _on_road(reader, match)
    for match in _STREET.finditer(plain):
        found = reader.name(match.end())
        if found:
            end = reader.tail(found[0])
            if found[1] or end > found[0]:
                yield match.start(), end
        elif number := _STREET_NUMBER.match(plain, match.end()):
            end = reader.tail(number.end())
            if end > number.end() or _NUMBER.match(plain, match.end()):
                yield match.start(), end
    for match in _RANK.finditer(plain):
        found = reader.name(match.start())
        if found and found[0] > match.end():
            end = reader.tail(found[0])
            # "Coronel Oviedo y Caaguazú" are two towns; "Coronel Oviedo 1234" is a street.
            is_two_towns = _is_town(reader, match.start()) and _AND.match(plain, found[0])
            if end > found[0] and not is_two_towns:
                yield match.start(), end
    for match in _CROSS_FIRST.finditer(plain):
        yield from _crossing(reader, match)
        yield from _corner(reader, match)
    for match in _BARRIO.finditer(plain):
        found = reader.name(match.end(), 3)
        if found:
            end = reader.tail(found[0])
            house = _HOUSE_BEFORE.search(plain, max(0, match.start() - _LOOK_BACK), match.start())
            if house or (end > found[0] and not _AND.match(plain, found[0])):
                yield house.start() if house else match.start(), end
    for match in _LIVES.finditer(plain):
        yield from _home(reader, match.end())


def _crossing(reader: _Reader, cross: re.Match[str]) -> Iterator[tuple[int, int]]:
    """A street's name, capital first, on both sides of "casi" or its like."""
    after = reader.name(cross.end(), 3)
    if not after or not after[1]:
        return
    before = _BEFORE_CROSS.search(reader.plain, max(0, cross.start() - _LOOK_BACK), cross.start())
    if not before:
        return
    for word in re.finditer(r"[a-z]+", before.group()):
        start = before.start() + word.start()
        found = reader.name(start)
        is_name = word.group() not in _STOP and word.group() not in ("de", "del")
        if is_name and found and found[1] and cross.start() - found[0] <= 8:
            day = _DAY_BEFORE.search(
                reader.plain, max(0, start - _LOOK_BACK), start
            )  # streets named after dates: "14 de Mayo"
            yield day.start() if day else start, reader.tail(after[0])
            return


def _corner(reader: _Reader, cross: re.Match[str]) -> Iterator[tuple[int, int]]:
    """ "Esquina Brasil y 25 de Mayo", "entre Iturbe y Yegros"; not "entre Luque y Areguá", "entre Tigo y Personal"."""
    first = reader.name(cross.end(), 3)
    both = _AND.match(reader.plain, first[0]) if first else None
    second = reader.name(both.end(), 3) if both else None
    if not first or not second or not (first[1] and second[1]):
        return
    protected = reader.protected(towns_only=False)
    end = reader.tail(second[0])
    if end > second[0] or not any(first < second[0] and cross.end() < last for first, last in protected):
        yield cross.start(), end


def _on_road(reader: _Reader, kilometre: re.Match[str]) -> Iterator[tuple[int, int]]:
    """ "Ruta Transchaco km 18", "Eusebio Ayala km 4,5"."""
    first = max(0, kilometre.start() - _LOOK_BACK)
    before = _BEFORE_KM.search(reader.plain, first, kilometre.start())
    if not before:
        return
    if before["road"]:
        yield before.start(), kilometre.end()
        return
    for word in re.finditer(r"[a-z]+", before.group()):
        start = before.start() + word.start()
        if reader.has_case and word.group() not in _STOP and reader.view.shown(start, start + 1).isupper():
            yield start, kilometre.end()
            return


def _home(reader: _Reader, start: int) -> Iterator[tuple[int, int]]:
    """What follows "vivo en": a street, a barrio, a kilometre; not a town."""
    plain = reader.plain
    landmark = _LANDMARK.match(plain, start)
    if landmark:
        yield landmark.span()
        return
    kilometre = _KILOMETRE.match(plain, start)
    if kilometre:
        yield start, reader.tail(kilometre.end())
        return
    barrio = _BARRIO.match(plain, start)
    found = reader.name(barrio.end() if barrio else start)
    if not found:
        return
    end = reader.tail(found[0])
    if (barrio and (found[1] or end > found[0])) or (end > found[0] and not _is_town(reader, start)):
        yield start, end


def _is_town(reader: _Reader, start: int) -> bool:
    return any(first <= start < last for first, last in reader.protected(towns_only=True))
