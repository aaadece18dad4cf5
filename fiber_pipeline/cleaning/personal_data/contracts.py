"""Numbers that lead to a customer: of the customer, the contract, the subscription, a ticket, a claim or an order."""

import re
from collections.abc import Iterator

from fiber_pipeline.cleaning.personal_data.cues import LISTS, announced, cue_words
from fiber_pipeline.cleaning.personal_data.plain_numbers import is_date, is_quantity, is_round
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

# Digits, also in groups and after or between some letters: 558812, CL-449120, 2023-114478, #TK-448120.
_CODE = r"(?P<number>(?:[a-z]{1,5}[/-]?)?\d(?:(?:[ ./-]{0,2}|[./-]?[a-z]{1,3}[./-]?)\d){3,23})(?![\da-z]|[.,]\d)"
_CONTRACT = re.compile(announced("contracts", "contract_fillers") + _CODE)
_CASE = re.compile(announced("cases", "case_fillers") + _CODE)
_SAID = re.compile(r"\b(?:n|no|nro|nros|num|numero|number)\b|[#°º:]")
_CONTRACT_WORDS = cue_words("contracts")
_CASE_WORDS = cue_words("cases")


def find_contracts(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` such numbers stand, always announced.

    Customers and contracts have five digits and more, cases and mere codes six; four do after "nro" or a sign like it.
    """
    plain = view.plain
    kinds = []
    if not view.words.isdisjoint(_CONTRACT_WORDS):
        kinds.append((_CONTRACT, 5))
    if not view.words.isdisjoint(_CASE_WORDS):
        kinds.append((_CASE, 6))
    for pattern, fewest in kinds:
        for match in pattern.finditer(plain):
            start, end = match.span("number")
            number = match.group("number")
            digits = re.sub(r"\D", "", number)
            least = 6 if match.group("cue") in LISTS["vague_contracts"] else fewest
            has_letter = number[0].isalpha() and not number[:3].startswith(("gs", "usd", "de "))
            is_price = is_quantity(plain, start, end) or (is_round(digits) and "." in number)
            if pattern is _CASE and "," in match.group("gap"):
                continue
            if (
                (len(digits) >= least or has_letter or _SAID.search(match.group("gap")))
                and not is_price
                and not is_date(plain, start, end)
            ):
                yield start, end
