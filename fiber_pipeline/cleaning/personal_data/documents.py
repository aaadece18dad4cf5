"""Identity documents: the cédula, the RUC (taxpayer number), foreign ones where they are named."""

import re
from collections.abc import Iterator

from stdnum.py import ruc

from fiber_pipeline.cleaning.personal_data.plain_numbers import DATE, SPELLED, is_of_a_thing, is_quantity, is_round
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

_RUC = re.compile(r"(?<![\d.,/-])(?<![a-z]-)(?P<base>\d{1,2}[. ]?\d{3}[. ]?\d{3}|\d{6,8}) ?- ?\d(?![\d]|-\d|[.,]\d)")
_RUC_NAMED = re.compile(r"\br\.? ?u\.? ?c\b\.?[^\d\x00]{0,18}(?P<number>\d(?:[ .]?\d){4,9}(?: ?- ?\d)?)(?!\d)")
_NAMES = (
    r"(?:c\. ?i\. ?c?\.?|c ?[/-]? ?i|cic|cedulas?(?: de identidad)?(?: civil)?|cedu|ced"
    r"|docum(?:ento)?(?: de identidad)?|doc|d\.? ?n\.? ?i|identidad|pasaporte|cpf|rg)(?![a-z])"
)
_NUMBER = r"(?:[a-z]{1,2})?\d(?:[ .,-]{0,2}\d){4,8}"
_CEDULA_NAMED = re.compile(
    rf"\b(?:{_NAMES})(?:[^\w\x00]|\b(?:n|no|nro|nros|num|numero|es|la|el|de|del|mi|titular|y|paraguay[ao]|civil|senora|es[ae]|con|che|argentin[oa]"
    rf"|brasiler[oa]|extranjer[oa])\b|(?<=[a-z])n[ro]?o?\b){{0,16}}?"
    rf"(?P<number>{_NUMBER})(?!\d)"
)
_CEDULA_THEN_NAME = re.compile(
    rf"(?<![\d.,])(?P<number>{_NUMBER})(?!\d)[ ,(]{{0,3}}(?:(?:es|con|mi|el|la|numero|nro|de|n)[ .°º]{{1,2}}){{0,5}}"
    r"(?:cedula|documento|ci\b|c\.i)"
)
_SPELLED_NAMED = re.compile(rf"\b(?:{_NAMES})[^\d\x00]{{0,24}}?(?P<number>\b{SPELLED})")
_SPELLED_THEN_NAME = re.compile(
    rf"\b(?P<number>{SPELLED})[ ,]{{1,3}}(?:(?:es|mi|el|la|numero|nro|de) ){{1,4}}(?:cedula|documento|ci)\b"
)
_DOTTED = re.compile(r"(?<![\d.,/$₲-])(?<!\$ )\d{1,2}(?P<point>[.,])\d{3}(?P=point)\d{3}(?!\d|[.,/-]\d)")
_BARE = re.compile(r"(?<![\w.,/$₲#*+-])[1-9]\d{6}(?![\w]|[.,/:-]\d)")
# Spaced like this a number may be many things, unless the comment speaks of documents.
_SPACED = re.compile(r"(?<![\w.,/$₲#*+-])(?<!\d )[1-9] \d{3} \d{3}(?![\w]| ?\d|[.,:/-]\d)")
_HOLDER_WORDS = frozenset({"ci", "cedula", "documento", "titular", "identidad"})
_LARGE = frozenset({"mil", "millon", "millones"})
_SHORTEST_BASE = 6
_ALONE = re.compile(r"\W*(?:\d{6,8}|\d{1,2}[. ]\d{3}[. ]\d{3})\W*")


def is_valid_ruc(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return ruc.is_valid(digits)


def find_rucs(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` RUCs stand: any that is named, others by their form."""
    plain = view.plain
    for match in _RUC_NAMED.finditer(plain):
        yield match.span("number")
    for match in _RUC.finditer(plain):
        base = re.sub(r"\D", "", match["base"])
        # People mistype the check digit too; of six digits, which many numbers have, it is asked for.
        has_form = len(base) > _SHORTEST_BASE or is_valid_ruc(re.sub(r"\D", "", match.group()))
        if has_form and not is_of_a_thing(plain, match.start()):
            yield match.span()


def find_cedulas(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` numbers stand that are called a cédula or another identity document."""
    plain = view.plain
    dates = [match.span() for match in DATE.finditer(plain)]
    if not view.words.isdisjoint(_LARGE):
        for pattern in (_SPELLED_NAMED, _SPELLED_THEN_NAME):
            for match in pattern.finditer(plain):
                if not is_quantity(plain, *match.span("number")):
                    yield match.span("number")
    for pattern in (_CEDULA_NAMED, _CEDULA_THEN_NAME):
        for match in pattern.finditer(plain):
            start, end = match.span("number")
            if not any(start < last and first < end for first, last in dates) and not is_quantity(plain, start, end):
                yield start, end


def find_bare_cedulas(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` cédulas stand that nothing announces.

    Seven digits are one unless they are round or their neighbours make them a price, a quantity or a case number:
    customers leave their cédula so that somebody looks into their case.
    """
    plain = view.plain
    for pattern in (_DOTTED, _BARE):
        for match in pattern.finditer(plain):
            start, end = match.span()
            digits = re.sub(r"\D", "", match.group())
            if not (is_round(digits) or is_quantity(plain, start, end) or is_of_a_thing(plain, start)):
                yield start, end
    if not view.words.isdisjoint(_HOLDER_WORDS):
        for match in _SPACED.finditer(plain):
            if not is_quantity(plain, *match.span()) and not is_round(match.group()):
                yield match.span()
    if _ALONE.fullmatch(plain):
        digits = "".join(character for character in plain if character.isdigit())
        if not is_round(digits) and not digits.startswith(("19", "20")):
            first = re.search(r"\d", plain)
            if first:
                yield first.start(), first.start() + len(re.sub(r"\D+$", "", plain[first.start() :]))
