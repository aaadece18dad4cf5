import datetime as dt

import pytest

from fiber_pipeline.readers.dates import detect_order, read_date


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
     "15 de febrerito de 2025", "15/03/2025 13:00 p. m.", "2025-03-15T10:00:00+99:00"],
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
