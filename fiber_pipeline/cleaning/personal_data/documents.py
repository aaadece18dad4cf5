"""Identity documents: the cédula, the RUC (taxpayer number), foreign ones where they are named."""

import re
from collections.abc import Iterator

from stdnum.py import ruc

from fiber_pipeline.cleaning.personal_data.plain_numbers import DATE, is_case_number, is_quantity, is_round
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

_RUC = re.compile(r"(?<![\d.,/-])(?P<base>\d{1,2}[. ]?\d{3}[. ]?\d{3}|\d{6,8}) ?- ?(?P<check>\d)(?![\d]|-\d|[.,]\d)")
_RUC_NAMED = re.compile(r"\br\.? ?u\.? ?c\b\.?[^\d\x00]{0,18}(?P<number>\d(?:[ .]?\d){4,9}(?: ?- ?\d)?)(?!\d)")
_NAMES = (
    r"c\. ?i\. ?c?\.?|c i\b|cic?\b|cedula(?: de identidad)?(?: civil)?|cedulas?|cedu\b|ced\b"
    r"|documento(?: de identidad)?|doc\b|d\.? ?n\.? ?i\b|identidad|pasaporte|cpf|rg\b"
)
_NUMBER = r"\d(?:[ .,-]{0,2}\d){4,8}"
_CEDULA_NAMED = re.compile(
    rf"\b(?:{_NAMES})(?:[^\w\x00]|\b(?:n|no|nro|num|numero|es|la|el|de|del|mi|titular|y|paraguaya)\b){{0,10}}?"
    rf"(?P<number>{_NUMBER})(?!\d)"
)
_CEDULA_THEN_NAME = re.compile(
    rf"(?<![\d.,])(?P<number>{_NUMBER})(?!\d)[ ,(]{{0,3}}(?:(?:es|con|mi|el|la|numero|nro|de|n)[ .°º]{{1,2}}){{0,5}}"
    r"(?:cedula|documento|ci\b|c\.i)"
)
_DOTTED = re.compile(r"(?<![\d.,/$₲-])(?<!\$ )\d{1,2}\.\d{3}\.\d{3}(?!\d|[.,/-]\d)")
_BARE = re.compile(r"(?<![\w.,/$₲#*+-])[1-9]\d{6}(?![\w]|[.,/:-]\d)")
_ALONE = re.compile(r"\W*(?:\d{6,8}|\d{1,2}[. ]\d{3}[. ]\d{3})\W*")


def is_valid_ruc(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return ruc.is_valid(digits)


def find_rucs(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` RUCs stand: any that is named, others if their check digit is right."""
    plain = view.plain
    for match in _RUC_NAMED.finditer(plain):
        yield match.span("number")
    for match in _RUC.finditer(plain):
        if is_valid_ruc(re.sub(r"\D", "", match.group())) and not is_case_number(plain, match.start()):
            yield match.span()


def find_cedulas(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` numbers stand that are called a cédula or another identity document."""
    plain = view.plain
    dates = [match.span() for match in DATE.finditer(plain)]
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
            digits = match.group().replace(".", "")
            if not (is_round(digits) or is_quantity(plain, start, end) or is_case_number(plain, start)):
                yield start, end
    if _ALONE.fullmatch(plain):
        digits = "".join(character for character in plain if character.isdigit())
        if not is_round(digits) and not digits.startswith(("19", "20")):
            first = re.search(r"\d", plain)
            if first:
                yield first.start(), first.start() + len(re.sub(r"\D+$", "", plain[first.start() :]))
