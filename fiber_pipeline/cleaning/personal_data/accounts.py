"""Numbers that stand for a customer's money or contract: cards, bank accounts, IBANs, client and contract numbers.

Cards are told by the Luhn check digit (ISO/IEC 7812-1), IBANs by their modulo 97 (ISO 13616).
"""

import re
from collections.abc import Iterator

from stdnum import iban, luhn

from fiber_pipeline.cleaning.personal_data.plain_numbers import is_quantity, is_round
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

_CARD = re.compile(r"(?<![\d.,+])[2-6](?:[ .-]{0,3}\d){12,18}(?!\d)")
_CARD_NAMED = re.compile(
    r"\b(?:tarjeta|visa|mastercard|master|card|cartao|tc|td|debito|credito)\b[^\d\x00]{0,24}"
    r"(?P<number>\d(?:[ .-]{0,3}\d){11,18})(?!\d)"
)
_CARD_MASKED = re.compile(r"(?<!\d)\d{4}[ -]?(?:[x*•]{2,4}[ -]?){1,3}\d{2,4}(?!\d)")
_CARD_CODE = re.compile(r"\b(?:cvv2?|cvc|codigo de seguridad)[^\d\x00]{0,8}(?P<number>\d{3,4})(?!\d)")
_IBAN = re.compile(r"(?<!\w)[a-z]{2}\d{2}(?:[a-z0-9]{11,30}|(?:[ -][a-z0-9]{4}){2,7}(?:[ -][a-z0-9]{1,3})?)(?!\w)")
_BANKS = (
    "itau|continental|atlas|familiar|vision|ueno|bnf|gnb|sudameris|basa|interfisa|regional|bancop|rio|fic|citi|amambay|zeta"
    "|fomento|solar"
)
_BETWEEN = (
    r"(?:[^\w\x00]|\b(?:n|no|nros?|num|numero|es|del?|la|el|mi|en|banco|bancaria|corriente|cte|guaranies|gs|ahorros?|id"
    rf"|codigo|cod|titular|cliente|cuenta|contrato|servicio|number|suscripcion|{_BANKS})\b){{0,14}}?"
)
_ACCOUNT = re.compile(
    r"\b(?P<kind>cuentas?|ctas?|cliente|contrato|abonad[oa]|suscriptor|nis|nic|socio|usuario|caja de ahorros?|cbu|alias"
    rf"|codigo|cod|id|conta|account)\b(?P<gap>{_BETWEEN})(?P<number>(?:[a-z]{{1,4}}-?)?\d(?:[ ./-]{{0,2}}\d){{3,23}})"
    r"(?!\d|[.,]\d)"
)
_BANK = re.compile(
    rf"\b(?:banco|bco|transferencia|deposit\w+|{_BANKS})\b[^\d\x00]{{0,30}}"
    r"(?P<number>\d(?:[ ./-]?\d){7,23})(?!\d|[.,]\d)"
)
_SAID = re.compile(r"\b(?:n|no|nro|nros|num|numero|number)\b|[#°º:]")
_CUSTOMER_NUMBER = frozenset({"codigo", "cod", "id", "usuario", "alias", "socio"})


def find_cards(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` payment cards, whole or masked, and their security codes stand."""
    plain = view.plain
    for match in _CARD.finditer(plain):
        digits = re.sub(r"\D", "", match.group())
        if len(set(digits)) > 1 and luhn.is_valid(digits):
            yield match.span()
    for pattern in (_CARD_NAMED, _CARD_CODE):
        for match in pattern.finditer(plain):
            yield match.span("number")
    for match in _CARD_MASKED.finditer(plain):
        yield match.span()


def find_accounts(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` IBANs, bank accounts and numbers of clients and contracts stand.

    A number counts if it is announced as one and is no price; four digits only after "nro" or a sign like it.
    """
    plain = view.plain
    for match in _IBAN.finditer(plain):
        if iban.is_valid(match.group(), check_country=False):
            yield match.span()
    for match in _ACCOUNT.finditer(plain):
        start, end = match.span("number")
        digits = re.sub(r"\D", "", match.group("number"))
        is_said = bool(_SAID.search(match.group("gap")))
        is_long_enough = len(digits) > 5 or is_said or (len(digits) > 4 and match.group("kind") not in _CUSTOMER_NUMBER)
        is_price = is_quantity(plain, start, end) or (is_round(digits) and "." in match.group("number"))
        if is_long_enough and not is_price:
            yield start, end
    for match in _BANK.finditer(plain):
        start, end = match.span("number")
        if not is_quantity(plain, start, end) and not is_round(re.sub(r"\D", "", match.group("number"))):
            yield start, end
