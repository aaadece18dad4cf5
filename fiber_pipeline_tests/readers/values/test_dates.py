import datetime as dt

import pytest

from fiber_pipeline.readers.values.dates import detect_order, is_placeholder, read_date
from fiber_pipeline.readers.values.relative_dates import is_relative_date
from fiber_pipeline.readers.values.zones import zone_of_header


def _utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15/03/2025", _utc(2025, 3, 15, 3)),
        ("5-3-25", _utc(2025, 3, 5, 3)),
        ("05.03.2025", _utc(2025, 3, 5, 3)),
        ("2025-03-15", _utc(2025, 3, 15, 3)),
        ("20250315", _utc(2025, 3, 15, 3)),
        ("2025-03-15T10:20:30", _utc(2025, 3, 15, 13, 20, 30)),
        ("2025-03-15T10:20:30.5Z", _utc(2025, 3, 15, 10, 20, 30, 500_000)),
        ("2025-03-15 10:20:30-04:00", _utc(2025, 3, 15, 14, 20, 30)),
        ("15/03/2025 10:20", _utc(2025, 3, 15, 13, 20)),
        ("15/03/2025 10:20 hs", _utc(2025, 3, 15, 13, 20)),
        ("15/03/2025, 1:20 p. m.", _utc(2025, 3, 15, 16, 20)),
        ("15/03/2025 12:05 AM", _utc(2025, 3, 15, 3, 5)),
        ("15 de marzo de 2025", _utc(2025, 3, 15, 3)),
        ("sábado, 15 de marzo de 2025", _utc(2025, 3, 15, 3)),
        ("3 set. 2024", _utc(2024, 9, 3, 4)),
        ("15-mar-25", _utc(2025, 3, 15, 3)),
        ("March 15, 2025", _utc(2025, 3, 15, 3)),
        ("45731", _utc(2025, 3, 15, 3)),
        (45731.5, _utc(2025, 3, 15, 15)),
        (1742034000, _utc(2025, 3, 15, 10, 20)),
        (1742034000000, _utc(2025, 3, 15, 10, 20)),
        ("2025/03/15 10:20:30 a. m. GMT-3", _utc(2025, 3, 15, 13, 20, 30)),
        ("2025/03/15 1:20:30 p.\u202fm. GMT-4", _utc(2025, 3, 15, 17, 20, 30)),
        ("Sat Mar 15 2025 10:20:30 GMT-0300 (hora estándar de Paraguay)", _utc(2025, 3, 15, 13, 20, 30)),
        ("Sat Mar 15 13:20:30 +0000 2025", _utc(2025, 3, 15, 13, 20, 30)),
        ("Sat, 15 Mar 2025 08:20:30 EST", _utc(2025, 3, 15, 13, 20, 30)),
        ("/Date(1742034000000)/", _utc(2025, 3, 15, 10, 20)),
        ("new Date(2025, 2, 15, 10, 20)", _utc(2025, 3, 15, 13, 20)),
        ("202503151020", _utc(2025, 3, 15, 13, 20)),
        ("20250315T102030Z", _utc(2025, 3, 15, 10, 20, 30)),
        ("1,742034000E+12", _utc(2025, 3, 15, 10, 20)),
        ("1,74203E+12", _utc(2025, 3, 15, 3)),
        ("1742034000000000", _utc(2025, 3, 15, 10, 20)),
        ("45731,5", _utc(2025, 3, 15, 15)),
        ("2025-W11-6", _utc(2025, 3, 15, 3)),
        ("2025-074", _utc(2025, 3, 15, 3)),
        ("15 de março de 2025 às 10:20", _utc(2025, 3, 15, 13, 20)),
        ("lun 17/03/2025 10:20", _utc(2025, 3, 17, 13, 20)),
        ("10:20 15/03/2025", _utc(2025, 3, 15, 13, 20)),
        ("2025-03-15 10:20 America/Asuncion", _utc(2025, 3, 15, 13, 20)),
        ("2025-03-15T10:20-03:00[America/Asuncion]", _utc(2025, 3, 15, 13, 20)),
        ("March 15th, 2025 at 10:20 AM", _utc(2025, 3, 15, 13, 20)),
        ("marzo de 2025", _utc(2025, 3, 1, 3)),
        ("mar-25", _utc(2025, 3, 1, 3)),
        ('="15/03/2025"', _utc(2025, 3, 15, 3)),
        (dt.date(2025, 3, 15), _utc(2025, 3, 15, 3)),
        (dt.datetime(2025, 3, 15, 10, 20), _utc(2025, 3, 15, 13, 20)),
    ],
)
def test_dates_as_people_and_programs_write_them(text, expected):
    moment = read_date(text)
    assert moment is not None
    assert moment.at == expected


@pytest.mark.parametrize(
    "text",
    ["31/02/2024", "2024-13-01", "00/01/2024", "hola", "", "9", "15/03/1890", "25:00", "15/03/2025 25:10", True, None,
     "15 de febrerito de 2025", "15/03/2025 13:00 p. m.", "2025-03-15T10:00:00+99:00", "1,7E+12", "0981123456",
     "595981123456", "40001234", "5 días sin internet", "4 de 5", "1980-01-01", "01/01/1970 00:00", "0000-00-00",
     "9999-12-31", "hace 2 semanas"],
)  # fmt: skip
def test_what_is_no_date_is_none(text):
    assert read_date(text) is None


def test_the_offset_of_asuncion_follows_its_law():
    winter_2024, summer_2024, winter_2025 = (
        read_date(text) for text in ("01/07/2024 12:00", "01/01/2024 12:00", "01/07/2025 12:00")
    )
    assert winter_2024.at.hour == 16
    assert summer_2024.at.hour == 15
    assert winter_2025.at.hour == 15


def test_midnight_without_a_zone_is_a_date_alone():
    assert not read_date("2025-03-15 00:00:00").has_time
    assert not read_date(dt.datetime(2025, 3, 15)).has_time
    assert read_date("2025-03-15T00:00:00Z").has_time
    assert read_date("15/03/2025 00:01").has_time


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["03/04/2025", "25/04/2025"], "day_first"),
        (["03/04/2025", "04/25/2025"], "month_first"),
        (["25/04/2025", "04/25/2025"], "day_first"),
        (["03/04/2025"], "day_first"),
        ([dt.date(2025, 4, 3), None, 5], "day_first"),
    ],
)
def test_the_order_of_a_column_is_day_first_unless_it_cannot_be(values, order):
    assert detect_order(values) == order
    if order == "month_first":
        assert read_date("03/04/2025", "month_first").at == _utc(2025, 3, 4, 3)


@pytest.mark.parametrize(
    ("header", "hour"),
    [("Submit Date (UTC)", 10), ("fecha_utc", 10), ("createdAtUtc", 10), ("Fecha (GMT-4)", 14), ("Fecha", 13),
     ("Fecha (hora de Asunción)", 13), ("Ubicación UTCA", 13)],
)  # fmt: skip
def test_a_header_states_the_zone_of_times_without_one(header, hour):
    assert read_date("15/03/2025 10:00", zone=zone_of_header(header)).at.hour == hour
    assert read_date("2025-03-15 10:00-01:00", zone=zone_of_header(header)).at.hour == 11


def test_midnight_in_a_stated_zone_is_a_time_and_a_date_alone_is_not():
    utc = zone_of_header("Date (UTC)")
    assert read_date("2025-03-15 00:00:00", zone=utc) == (_utc(2025, 3, 15), True)
    assert read_date("2025-03-15", zone=utc) == (_utc(2025, 3, 15, 3), False)


@pytest.mark.parametrize("cell", ["1980-01-01", "0001-01-01", "31/12/9999", "0000-00-00", dt.date(1900, 1, 1)])
def test_placeholders_are_told_from_slips(cell):
    assert is_placeholder(cell)
    assert not is_placeholder("31/02/2024")
    assert not is_placeholder("01/01/2025")


@pytest.mark.parametrize(
    "text", ["hace una semana", "2 weeks ago", "ayer", "há 3 dias", "Editado hace un mes", "a year ago"]
)
def test_relative_dates_are_told_from_complaints(text):
    assert is_relative_date(text)
    assert read_date(text) is None
    assert not is_relative_date(f"{text} que espero")
