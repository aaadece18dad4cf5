"""What a customer is called outside `raw_comments`.

A telephone, a document, an e-mail, an account or a name becomes a code, the same wherever the customer comes again. A
customer number that tells nothing to whoever has not the company's files stays, since people must be able to call.
"""

import re
from collections.abc import Callable, Sequence

from fiber_pipeline.cleaning.personal_data import kind_of_identifier
from fiber_pipeline.installation import CODE_BYTES, InstallationKeys
from fiber_pipeline.tables.identifiers import customer_key

_PREFIX = "c-"
_CODE = re.compile(rf"{_PREFIX}[0-9a-f]{{{2 * CODE_BYTES['customer']}}}")


def is_code(name: str) -> bool:
    """Whether a customer is named by a code."""
    return _CODE.fullmatch(name) is not None


def customer_codes(
    keys: InstallationKeys, customers: Sequence[str | None], headers: Sequence[str | None], *, code_all: bool = False
) -> list[str | None]:
    """The name of each of `customers`; None where there is none.

    headers: of the columns they stand in, which tell a document from a customer number. code_all: code every one.
    """
    code = keys.coder("customer")
    known: dict[tuple[str, str | None], str] = {}
    names: list[str | None] = []
    for customer, header in zip(customers, headers, strict=True):
        if customer is None:
            names.append(None)
            continue
        if (customer, header) not in known:
            known[customer, header] = _name(customer, header or "", code, code_all=code_all)
        names.append(known[customer, header])
    return names


def recoded_customer(lacking: InstallationKeys, name: str, *, code_all: bool = False) -> str:
    """The name of a customer who had `name` before the keys `lacking`; of whom nothing but the name is known."""
    if not lacking.keys:
        return name
    code = lacking.coder("customer")
    if is_code(name):
        return _PREFIX + code(name.removeprefix(_PREFIX))
    return _name(name, "", code, code_all=code_all)


def _name(customer: str, header: str, code: Callable[[str], str], *, code_all: bool) -> str:
    kind = kind_of_identifier(" ".join(customer.split()), header)
    # What looks like a code already would be taken for one that was made here.
    if kind is None and not code_all and not is_code(customer):
        return customer
    return _PREFIX + code(customer_key(customer))
