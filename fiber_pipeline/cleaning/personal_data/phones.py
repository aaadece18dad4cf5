"""Telephone numbers: Paraguayan mobiles and landlines in any grouping, foreign ones with their prefix.

Shapes after the national numbering plan (CONATEL): mobiles 09xx and six digits, landlines a trunk 0, an area code
(021, 061, 0336, …) and five to seven digits, +595 in place of the 0.
"""

import re
from collections.abc import Iterator

import phonenumbers

from fiber_pipeline.cleaning.personal_data.plain_numbers import DATE, is_of_a_thing, is_quantity, is_round
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

_S = r"[ .,/()_*-]{0,3}"
_COUNTRY = rf"(?:(?:\+|00){_S})?\(?595{_S}"
_MOBILE = re.compile(
    rf"(?<!\d)\(?(?:{_COUNTRY}(?:\(?0\)?{_S})?|(?:0|(?<![a-z])o){_S})9{_S}[6-9]{_S}\d"
    rf"(?:(?:{_S}\d){{6}}|(?:{_S}\d){{5,7}})(?: ?/ ?\d{{1,4}}(?![\d/]| ?\d))?(?!\d)"
)
_LANDLINE = re.compile(rf"(?<![\d.,])\(?(?:{_COUNTRY}(?:\(?0\)?{_S})?|0{_S})[2-8](?:{_S}\d){{6,8}}(?!\d|[.,]\d)")
# As people say them, without the 0.
_SHORT = re.compile(r"(?<![\d.,/+-])9[6-9]\d(?:[ -]?\d{3}){2}(?!\d|[.,/-]\d)")
_FOREIGN = re.compile(rf"(?<![\d+])(?:\+|\b00(?=[1-9])) ?\(?[1-9](?:{_S}\d){{6,14}}(?!\d)")
_TOLL_FREE = re.compile(r"\(?0[ -]?800")
# Words that may stand between what announces a number and the number.
_BETWEEN = (
    r"(?:[^\w\x00]|\b(?:mi|es|al?|el|la|del?|est[ea]|n|no|nro|num|numero|cel|celular|tel|telefono|linea|contacto|personal|tigo"
    r"|claro|vox|por|favor|porfa(?:vor)?|me|nos|con|wsp|whatsapp|si|ya|y|o|at|is|particular|baja|fij[ao]|movil|directo"
    r"|puede[ns]?|llam(?:ar|en|enme|ame)|escrib(?:ir|anme|ime))\b){0,12}?"
)
_ANNOUNCED = re.compile(
    r"\b(?:cel(?:u|ular(?:es)?)?|tel(?:ef?|efonos?|efone|fno|f)?|fono|wh?ats?(?:ap+)?|wss?p|wpp|wsap|wasap?|guasap|ws|wa"
    r"|nros?|numeros?|num|lineas?|llam\w{1,5}|contact\w{1,6}|comuni\w{2,8}|escrib\w{1,5}|mar(?:car|que)|phone|call me"
    rf"|mensaje|mi n)\b{_BETWEEN}(?P<number>(?:\+ ?)?\(?\d(?:{_S}\d){{5,12}})(?!\d|[.,]\d)"
)
_NAMED_DIGITS = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
_NAMED_DIGIT = rf"(?:{'|'.join(_NAMED_DIGITS)})"
_DIGIT = rf"(?:{_NAMED_DIGIT}|un|\d{{1,3}})"
_LARGER = (
    r"(?:diez|once|doce|trece|catorce|quince|dieci\w+|veint\w+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa"
    r"|cien|ciento|\w{3,6}cientos|quinientos)"
)
_MORE = rf"(?:[ ,.-]{{1,3}}(?:y )?(?:{_LARGER}|{_DIGIT}))"
_SPELLED = re.compile(
    rf"\b(?:cero|\+|0)[ ,.-]{{0,2}}(?:nueve|9|veintiuno|sesenta|setenta){_MORE}{{3,14}}\b"
    rf"|\bnueve{_MORE}{{4,14}}\b|\b0?9[6-9]\d{_MORE}{{2,12}}\b"
    rf"|\b{_DIGIT}(?:[ ,.-]{{1,2}}{_NAMED_DIGIT}){{6,12}}\b"
)
_LINK = re.compile(r"(?:https?://)?(?:wa\.me|(?:api\.|web\.|chat\.)?whatsapp\.com)/\S{3,}")


def find_phone_links(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` links stand that open a conversation with a number."""
    if "wa.me" in view.plain or "whatsapp.com" in view.plain:
        for match in _LINK.finditer(view.plain):
            yield match.span()


def find_phones(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` numbers stand that can only be telephones.

    Toll-free 0800 lines and short codes name no person and are left out.
    """
    plain = view.plain
    for match in _SPELLED.finditer(plain):
        if any(digit in match.group() for digit in _NAMED_DIGITS):
            yield match.span()
    dates = [match.span() for match in DATE.finditer(plain)]
    for pattern in (_MOBILE, _LANDLINE):
        for match in pattern.finditer(plain):
            start, end = match.span()
            if _TOLL_FREE.match(plain, start) or _begins_in(start, dates) or is_quantity(plain, start, end):
                continue
            if pattern is _LANDLINE and is_of_a_thing(plain, start):
                continue
            yield start, end
    for match in _SHORT.finditer(plain):
        start, end = match.span()
        if not (is_quantity(plain, start, end) or is_of_a_thing(plain, start) or is_round(match.group())):
            yield start, end
    for match in _FOREIGN.finditer(plain):
        if _is_possible(match.group()):
            yield match.span()


def find_announced_phones(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` other numbers of six digits and more stand that are called telephones."""
    plain = view.plain
    dates = [match.span() for match in DATE.finditer(plain)]
    for match in _ANNOUNCED.finditer(plain):
        start, end = match.span("number")
        digits = "".join(character for character in match.group("number") if character.isdigit())
        if (
            not _TOLL_FREE.match(plain, start)
            and not _meets(start, end, dates)
            and not is_round(digits)
            and not is_quantity(plain, start, end)
            and not is_of_a_thing(plain, start)
        ):
            yield start, end


def _begins_in(start: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a number begins in one of `spans`: "0982 33-11-22" has a date's form only at its end."""
    return any(first <= start < last for first, last in spans)


def _meets(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in spans)


def _is_possible(number: str) -> bool:
    digits = "".join(character for character in number if character.isdigit())
    try:
        parsed = phonenumbers.parse("+" + digits.removeprefix("00"))
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(parsed)
