"""Postal addresses as Paraguayans write them: street and number, street and cross street, block and lot, kilometre.

A town or a barrio by itself is no address: "en el barrio Obrero no hay fibra" is what the business must learn. It
becomes one with a house, a lot or a street, or where somebody says that they live there.
"""

import re
from collections.abc import Iterator

from fiber_pipeline.cleaning.personal_data.house_numbers import find_house_numbers, may_hold_house_number
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView
from fiber_pipeline.cleaning.personal_data.streets import (
    DWELLINGS,
    LISTS,
    NOT_COUNTED,
    NUMBER,
    RANK,
    SAID,
    SETTLEMENTS,
    STOP,
    STREET,
    STREET_NUMBER,
    Reader,
)

# Nearly every comment lacks all of these, and is done with.
_TRIGGERS = frozenset(
    word
    for kind in ("streets", "ranks", "dwellings", "settlements", "triggers")
    for phrase in LISTS[kind]
    for word in phrase.split()
)
_TRIGGER_SIGNS = re.compile(r"\b[ce]/|\bb°|\br\.? ?i\.? ?\d")
_LIVES = re.compile(
    r"\b(?:vivo|vivimos|resido|residimos|mi (?:direccion|domicilio|casa) (?:es|queda|esta|esta ubicada)"
    r"|(?:direccion|domicilio|dir)(?: es)? ?:?|(?:estoy|estamos) ubicad[oa]s?|aikove?|roiko"
    r"|(?:che|ore|nande) roga(?: (?:oi|opyta|ko))?|i live)\b"
    r"[ :,]{0,3}(?:(?:aca|actualmente|yo|ahora|justo|es|en|at|on|sobre|por|pe|la|el|mi) ){0,4}"
)
_HOUSE_BEFORE = re.compile(
    rf"\b(?:{DWELLINGS})\b\.? ?\d{{1,4}} ?[a-z]?[ ,]{{1,2}}(?:\d{{1,2}}[a-z]{{0,2}} piso[ ,]{{1,2}})?(?:del? )?$"
)
_CROSS_FIRST = re.compile(r"(?:\bcasi\b|\bc/|\be/|\besq(?:uina)?\b\.?|\bentre\b) ?")
_BLOCK = r"\b(?:mza|mz|mzna|manzana)\b\.? ?(?:n[ro°º.]{0,3} ?)?(?:\d{1,4}|[a-z])\b"
_PLOT = r"(?:casa|lote|lt)\b\.? ?(?:n[ro°º.]{0,3} ?)?\d{1,4}[a-z]?\b"
_LOT = re.compile(
    rf"{_BLOCK}[ ,y-]{{0,4}}{_PLOT}|\b{_PLOT}[ ,y-]{{0,4}}(?:de la )?{_BLOCK}"
    r"|\bcasa (?:n(?:ro|°|º|o\.?|um(?:ero)?)\.? ?|# ?)\d{1,5}\b"
)
_BARRIO = re.compile(rf"\b(?:(?:{SETTLEMENTS})\b ?|bo\. ?|b° ?)")
_KM = r"\bkm\.? ?\d{1,3}(?:[.,]\d{1,2})?(?: ?½| y medio)?"
_AT_KM = re.compile(_KM)
_DIGIT = re.compile(r"\d")
_ROAD = re.compile(
    rf"\b(?:ruta|rta)\b\.? ?(?:n[ro°º.]{{0,3}} ?)?(?:py ?)?\d{{1,2}}[ ,]{{1,2}}(?:[a-z]+ ){{0,3}}?(?:al |en el )?{_KM}"
    rf"|{_KM}[ ,]{{1,2}}(?:de (?:la )?|sobre (?:la )?|por )?"
    r"(?:ruta|rta|acceso|supercarretera|autopista|lado|calle|avda|avenida)\b(?: (?:[a-z]+|\d{1,2})\b){0,2}"
)
# What stands before "km 14": the road's or the town's name.
_BEFORE_KM = re.compile(
    r"(?P<road>\b(?:ruta|rta|acceso|autopista|supercarretera|circunvalacion|avda|avenida)\b\.? (?:[a-z]+ ){0,3})$"
    r"|(?P<name>(?:[a-z]+ ){1,2})$"
)
_LANDMARK = re.compile(
    r"(?:a (?:la vuelta|\w+ cuadras?(?: y media)?|\d+ (?:metros|mts))|frente|al lado|detras|atras|enfrente)"
    r" (?:del?|al?)\b"
    r"[a-z0-9 ]{3,40}?(?=[.,;!?]|$| (?:y|e|pero|no|que|se|ni|hace|sin|ha|desde|nunca|con) )"
)
_DOOR = rf"\b(?:{DWELLINGS}|{'|'.join(LISTS['doors'])})\b\.? ?{SAID}(?:\d{{1,5}}(?:[ -]?[a-z]\b)?|[a-h]\b){NOT_COUNTED}"
_DOORS = re.compile(
    rf"{_DOOR}(?:[ ,y.-]{{1,3}}(?:del? |en (?:el )?)?{_DOOR}){{1,4}}"
    rf"(?:[ ,]{{1,2}}(?:del? |en (?:el )?)?(?:{SETTLEMENTS})(?: [a-z]{{3,}}){{1,3}})?"
    rf"|\bcasa {SAID}\d{{1,4}}[ ,]{{1,2}}(?:del? |en (?:el )?)?(?:{SETTLEMENTS})(?: [a-z]{{3,}}){{1,2}}"
)
_KILOMETRE = re.compile(r"km\.? ?\d{1,3}(?:[.,]\d{1,2})?\b(?: ?½| y medio)?")
_AND = re.compile(",? (?:y|e) ")
_DAY_BEFORE = re.compile(r"\b\d{1,2} de $")
_BEFORE_CROSS = re.compile(r"(?:[a-z]+\.? ){0,2}[a-z]+\.?(?: \d{1,5})?[ ,]{1,2}$")
_GAP = re.compile(r"[ ,.;-]{0,3}(?:(?:del?|en|el|la|y|casi|entre|esquina|c/|e/) ?){0,2}")
_LOOK_BACK = 48


def find_addresses(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` addresses stand, neighbouring parts as one."""
    if not view.words.isdisjoint(_TRIGGERS) or _TRIGGER_SIGNS.search(view.plain):
        spans = sorted(_parts(Reader(view)))
    elif may_hold_house_number(view.plain):
        spans = sorted(find_house_numbers(Reader(view)))
    else:
        return
    while spans:
        start, end = spans.pop(0)
        while spans and (spans[0][0] <= end or _GAP.fullmatch(view.plain, end, spans[0][0])):
            end = max(end, spans.pop(0)[1])
        yield start, end


def _parts(reader: Reader) -> Iterator[tuple[int, int]]:
    plain = reader.plain
    if _DIGIT.search(plain):
        for pattern in (_LOT, _ROAD, _DOORS):
            for match in pattern.finditer(plain):
                yield match.span()
        for match in _AT_KM.finditer(plain):
            yield from _on_road(reader, match)
    for match in STREET.finditer(plain):
        found = reader.name(match.end())
        if found:
            end = reader.tail(found[0])
            # A street by itself says where the service fails, not where somebody lives.
            if end > found[0]:
                yield match.start(), end
        elif number := STREET_NUMBER.match(plain, match.end()):
            end = reader.tail(number.end())
            if end > number.end() or NUMBER.match(plain, match.end()):
                yield match.start(), end
    for match in RANK.finditer(plain):
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
    yield from find_house_numbers(reader)
    for match in _LIVES.finditer(plain):
        yield from _home(reader, match.end())


def _crossing(reader: Reader, cross: re.Match[str]) -> Iterator[tuple[int, int]]:
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
        is_name = word.group() not in STOP and word.group() not in ("de", "del")
        if is_name and found and found[1] and cross.start() - found[0] <= 8:
            day = _DAY_BEFORE.search(
                reader.plain, max(0, start - _LOOK_BACK), start
            )  # streets named after dates: "14 de Mayo"
            yield day.start() if day else start, reader.tail(after[0])
            return


def _corner(reader: Reader, cross: re.Match[str]) -> Iterator[tuple[int, int]]:
    """ "Esquina Brasil y 25 de Mayo", "entre Iturbe y Yegros"; not "entre Luque y Areguá", "entre Tigo y Personal"."""
    first = reader.name(cross.end(), 3)
    both = _AND.match(reader.plain, first[0]) if first else None
    second = reader.name(both.end(), 3) if both else None
    if not first or not second or not (first[1] and second[1]):
        return
    protected = reader.protected("towns", "brands", "sayings")
    end = reader.tail(second[0])
    if end > second[0] or not any(first < second[0] and cross.end() < last for first, last in protected):
        yield cross.start(), end


def _on_road(reader: Reader, kilometre: re.Match[str]) -> Iterator[tuple[int, int]]:
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
        if reader.has_case and word.group() not in STOP and reader.view.shown(start, start + 1).isupper():
            yield start, kilometre.end()
            return


def _home(reader: Reader, start: int) -> Iterator[tuple[int, int]]:
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
    street = STREET.match(plain, start)
    if street and (found := reader.name(street.end())) and found[1]:
        yield start, reader.tail(found[0])
        return
    barrio = _BARRIO.match(plain, start)
    found = reader.name(barrio.end() if barrio else start)
    if not found:
        return
    end = reader.tail(found[0])
    if (barrio and (found[1] or end > found[0])) or (end > found[0] and not _is_town(reader, start)):
        yield start, end


def _is_town(reader: Reader, start: int) -> bool:
    return any(first <= start < last for first, last in reader.protected("towns"))
