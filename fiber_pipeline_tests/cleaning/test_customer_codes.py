import re

import pytest

from fiber_pipeline.cleaning.customer_codes import customer_codes, is_code, recoded_customer
from fiber_pipeline.installation import InstallationKeys

KEYS = InstallationKeys((b"a" * 32, b"b" * 32))


def code(customer: str, header: str = "Cliente", keys: InstallationKeys = KEYS, *, code_all: bool = False) -> str:
    return str(customer_codes(keys, [customer], [header], code_all=code_all)[0])


@pytest.mark.parametrize(
    ("customer", "header"),
    [
        ("0981 471 130", "Línea"),
        ("+595 21 555 123", "Cliente"),
        ("4.567.890", "Cliente"),
        ("4567890", "C.I."),
        ("80012345-6", "RUC"),
        ("rosa.benitez@example.com", "Usuario"),
        ("Rosa Benítez", "Cliente"),
        ("rbenitez", "Usuario"),
    ],
)
def test_who_would_be_known_by_the_id_gets_a_code(customer: str, header: str):
    assert re.fullmatch("c-[0-9a-f]{16}", code(customer, header))


@pytest.mark.parametrize("customer", ["CLI-00123", "A7", "100234", "c-12", "PY-2023-118"])
def test_an_opaque_number_stays(customer: str):
    assert code(customer, "N° de cliente") == customer
    assert is_code(code(customer, "N° de cliente", code_all=True))


def test_spellings_of_one_customer_have_one_code():
    spellings = ["0981 471 130", "+595981471130", "(0981) 471-130", "981471130"]
    assert len({code(spelling, "Línea") for spelling in spellings}) == 1
    assert code("4.567.890", "CI") == code("4567890", "CI")
    assert code("Rosa Benítez") == code("ROSA  BENÍTEZ ")
    assert code("0981471130", "Línea") != code("0981471131", "Línea")


def test_what_looks_like_a_code_is_never_taken_for_one():
    code_like = "c-0123456789abcdef"
    assert code(code_like) != code_like
    assert is_code(code(code_like))


def test_nobody_stays_nobody():
    assert customer_codes(KEYS, [None, "A7"], [None, "Cliente"]) == [None, "A7"]


def test_a_further_key_changes_codes_and_nothing_else():
    first, both = InstallationKeys(KEYS.keys[:1]), KEYS
    lacking = both.after(first.fingerprints)
    for customer in ("0981 471 130", "Rosa Benítez", "CLI-00123"):
        assert recoded_customer(lacking, code(customer, keys=first)) == code(customer, keys=both)
        assert recoded_customer(both, customer) == code(customer, keys=both)
    assert recoded_customer(both.after(both.fingerprints), "0981 471 130") == "0981 471 130"
