import duckdb
import pytest

from fiber_pipeline.tables.identifiers import CUSTOMER_KEY_SQL, customer_key

ALIKE = [
    ["0981 471-130", "+595 (981) 471130", "981471130", "00595981471130", "0981.471.130"],
    ["4.567.890", "4567890", "4 567 890"],
    ["Juan  Pérez", "JUAN PÉREZ", "juan\u00a0pérez "],
    ["Ñandú  SA", "ÑANDÚ SA", "N\u0303andu\u0301 SA", "ñan du\u0301sa"],
    ["a.b@example.com", "A.B@EXAMPLE.COM"],
]
APART = ["1-23456", "12-3456", "123456", "000123", "123", "ab@example.com", "1.234", "981471130x", "٠٩٨١٤٧١١٣٠", ""]


@pytest.mark.parametrize("spellings", ALIKE)
def test_spellings_of_one_customer_share_a_key(spellings: list[str]):
    assert len({customer_key(spelling) for spelling in spellings}) == 1


def test_two_customers_never_share_one():
    different = [*APART, *(spellings[0] for spellings in ALIKE)]
    assert len({customer_key(one) for one in different}) == len(different)


@pytest.mark.parametrize("text", [*APART, *(spelling for spellings in ALIKE for spelling in spellings)])
def test_the_database_computes_the_same(text: str):
    query = f"SELECT {CUSTOMER_KEY_SQL.format('$text')}"
    assert duckdb.execute(query, {"text": text}).fetchone() == (customer_key(text),)
