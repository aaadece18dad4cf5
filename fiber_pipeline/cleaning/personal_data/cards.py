"""Payment cards: whole ones by their check digit (Luhn, ISO/IEC 7812-1) or their name, parts of one, security codes."""

import re
from collections.abc import Iterator

from stdnum import luhn

from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

_NAMES = (
    r"tarjetas?|visa|mastercard|master|maestro|amex|american(?: express)?|diners(?: club)?|discover|cabal"
    r"|panal|credicard|cards?|cartao|tc|td|debito|credito"
)
_CARD = re.compile(r"(?<![\d.,+])[2-6](?:[ .-]{0,3}\d){12,18}(?!\d)")
_NAMED = re.compile(rf"\b(?:{_NAMES})\b[^\d\x00]{{0,24}}(?P<number>\d(?:[ .-]{{0,3}}\d){{11,18}})(?!\d)")
_MASKED = re.compile(
    r"(?<!\d)\d{4}[ -]?(?:[x*•]{2,4}[ -]?){1,3}\d{2,4}(?!\d)|(?<![\w*])(?:[x*•]{4}[ -]?|\*{2,3} ?){1,3}\d{4}(?!\d)"
)
_LAST = re.compile(
    r"\b(?:termina(?:d[ao]|ndo|cion)?|finaliza(?:d[ao])?|acaba(?:d[ao])?"
    r"|ultim[oa]s (?:4|cuatro)(?: (?:digitos|numeros|cifras))?)"
    r"[ :]{1,2}(?:(?:en|es|son|de|con|la|mi|tarjeta|nro|numero)[ :]{1,2}){0,4}(?P<number>\d{4})(?!\d)"
)
_CODE = re.compile(r"\b(?:cvv2?|cvc2?|cod(?:igo|\.)? de seguridad)[^\d\x00]{0,8}(?P<number>\d{3,4})(?!\d)")
_CARD_WORDS = frozenset(re.findall(r"[a-z]{4,}", _NAMES)) | {"tc", "td", "tarjeta", "tarjetas"}


def find_cards(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` payment cards, whole or in part, and their security codes stand."""
    plain = view.plain
    for match in _CARD.finditer(plain):
        digits = re.sub(r"\D", "", match.group())
        if len(set(digits)) > 1 and luhn.is_valid(digits):
            yield match.span()
    for pattern in (_NAMED, _CODE):
        for match in pattern.finditer(plain):
            yield match.span("number")
    for match in _MASKED.finditer(plain):
        yield match.span()
    if not view.words.isdisjoint(_CARD_WORDS):
        for match in _LAST.finditer(plain):
            yield match.span("number")
