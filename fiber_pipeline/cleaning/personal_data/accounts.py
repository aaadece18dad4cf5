"""Bank accounts: IBANs by their check digits (ISO 13616), others by what announces them."""

import re
from collections.abc import Iterator

from stdnum import iban

from fiber_pipeline.cleaning.personal_data.cues import LISTS, announced
from fiber_pipeline.cleaning.personal_data.plain_numbers import is_date, is_quantity, is_round
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView
from fiber_pipeline.cleaning.word_lists import alternatives

_IBAN = re.compile(r"(?<!\w)[a-z]{2}\d{2}(?:[a-z0-9]{11,30}|(?:[ -][a-z0-9]{4}){2,7}(?:[ -][a-z0-9]{1,3})?)(?!\w)")
_BANKS = alternatives(LISTS["banks"])
_ACCOUNT = re.compile(
    announced("accounts", "account_fillers", "banks")
    + r"(?P<number>(?:[a-z]{1,4}-?)?\d(?:[ ./-]{0,2}\d){3,23})(?!\d|[.,]\d)"
)
_ALIAS = re.compile(
    r"\balias(?: (?:bancario|cbu|de|la|mi|cuenta|es)){0,4}[ :]{1,3}(?P<number>[a-z0-9]+(?:\.[a-z0-9]+)+)"
)
_BANK = re.compile(
    rf"\b(?:banco|bco|transfer\w+|deposit\w+|{_BANKS})\b[^\d\x00]{{0,30}}"
    r"(?P<number>\d(?:[ ./-]?\d){7,23})(?!\d|[.,]\d)"
)
_SAID = re.compile(r"\b(?:n|no|nro|nros|num|numero|number)\b|[#°º:]")


def find_accounts(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` IBANs and bank accounts stand.

    A number counts if it is announced as one and is no price; four digits only after "nro" or a sign like it.
    """
    plain = view.plain
    for match in _IBAN.finditer(plain):
        if iban.is_valid(match.group(), check_country=False):
            yield match.span()
    for match in _ACCOUNT.finditer(plain):
        start, end = match.span("number")
        digits = re.sub(r"\D", "", match.group("number"))
        is_price = is_quantity(plain, start, end) or (is_round(digits) and "." in match.group("number"))
        if (len(digits) > 4 or _SAID.search(match.group("gap"))) and not is_price and not is_date(plain, start, end):
            yield start, end
    for match in _BANK.finditer(plain):
        start, end = match.span("number")
        digits = re.sub(r"\D", "", match.group("number"))
        if not (is_quantity(plain, start, end) or is_round(digits) or is_date(plain, start, end)):
            yield start, end


def find_aliases(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` words stand that banks take in place of an account's number."""
    if "alias" in view.words:
        for match in _ALIAS.finditer(view.plain):
            yield match.span("number")
