from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiber_pipeline.tables import ALL_TABLES, SchemaViolation, Table, columns
from fiber_pipeline.warehouse import to_arrow
from fiber_pipeline.warehouse.conversion import to_frame
from fiber_pipeline_tests.warehouse.frames import small_frame

KINDS = Table(
    name="kinds",
    row="one of each kind",
    partitioned=False,
    columns={
        "word": columns.text("Text.", nullable=True),
        "whole": columns.integer("Integer.", nullable=True),
        "real": columns.real("Float.", nullable=True),
        "yes": columns.boolean("Boolean.", nullable=True),
        "moment": columns.timestamp("Moment.", nullable=True),
        "words": columns.texts("List.", nullable=True),
        "parts": columns.structs("Structs.", [("name", pa.string()), ("value", pa.float64())], nullable=True),
    },
)
MOMENT = datetime(2026, 3, 5, 12, tzinfo=UTC)


def convert(name: str, values: object) -> list[object]:
    length = len(values)  # type: ignore[arg-type]
    frame = pd.DataFrame({other: [None] * length for other in KINDS.columns if other != name})
    frame[name] = values
    found: list[object] = to_arrow(KINDS, frame)[name].to_pylist()
    return found


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_declared_frames_convert_to_the_declared_schema_and_back(table: Table) -> None:
    frame = small_frame(table)
    rows = to_arrow(table, frame)
    assert rows.schema.types == table.arrow_schema.types
    assert rows.schema.names == list(table.columns)
    pd.testing.assert_frame_equal(to_frame(table, rows), frame)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("whole", [1, 2], [1, 2]),
        ("whole", [1.0, None], [1, None]),
        ("whole", np.array([7, 8], dtype="int8"), [7, 8]),
        ("whole", pd.array([1, None], dtype="Int64"), [1, None]),
        ("real", [1, 2], [1.0, 2.0]),
        ("real", np.array([0.5, np.nan], dtype="float32"), [0.5, None]),
        ("yes", [True, None], [True, None]),
        ("yes", pd.array([True, None], dtype="boolean"), [True, None]),
        ("word", ["a", None], ["a", None]),
        ("word", [np.nan, np.nan], [None, None]),
        ("words", np.array([], dtype="float64"), []),
        ("word", pd.Categorical(["a", "b"]), ["a", "b"]),
        ("word", pd.array(["a", None], dtype="string"), ["a", None]),
        ("word", pd.Series(["a", "b"], dtype=pd.ArrowDtype(pa.large_string())), ["a", "b"]),
        ("moment", [MOMENT, None], [MOMENT, None]),
        ("moment", [MOMENT.astimezone(ZoneInfo("America/Asuncion")), None], [MOMENT, None]),
        ("moment", pd.Series([MOMENT]).dt.as_unit("ns"), [MOMENT]),
        ("words", [["a", "b"], [], None], [["a", "b"], [], None]),
        ("words", [np.array(["a"], dtype=object), []], [["a"], []]),
        ("words", [(), ()], [[], []]),
        ("parts", [[{"value": 1, "name": "a"}], []], [[{"name": "a", "value": 1.0}], []]),
        ("parts", [[{"name": "a"}], None], [[{"name": "a", "value": None}], None]),
    ],
)
def test_what_loses_nothing_is_converted(name: str, values: object, expected: list[object]) -> None:
    assert convert(name, values) == expected


@pytest.mark.parametrize(
    ("name", "values", "complaint"),
    [
        ("whole", [1.6], "truncated"),
        ("whole", ["1"], "found string"),
        ("whole", [True], "found bool"),
        ("whole", np.array([2**63], dtype="uint64"), "not in range"),
        ("whole", [float("inf")], "truncated"),
        ("real", [2**53 + 1], "not in range"),
        ("real", [Decimal("1.1")], "found decimal"),
        ("yes", [1], "found int64"),
        ("word", [1], "found int64"),
        ("word", [b"bytes"], "found binary"),
        ("word", [{"a": 1}], "found struct"),
        ("word", ["hola", 7], "of no one kind Arrow knows"),
        ("word", ["\ud800"], "of no one kind Arrow knows"),
        ("moment", [datetime(2026, 3, 5)], "without a zone"),
        ("moment", pd.Series([MOMENT, datetime(2026, 3, 5)], dtype=object), "without a zone"),
        ("moment", ["2026-03-05T12:00:00Z"], "found string"),
        ("moment", [MOMENT.date()], "found date32"),
        ("moment", pd.to_datetime([1], unit="ns", utc=True), "would lose data"),
        ("words", ["not a list"], "found string"),
        ("words", [[1]], "found int64"),
        ("parts", [[{"name": "a", "value": 1.0, "extra": 2}]], r"struct keys \['extra'\] are not declared"),
        ("parts", [[{"name": 1, "value": 1.0}]], "found int64"),
    ],
)
def test_what_would_lose_or_guess_is_refused_by_name(name: str, values: object, complaint: str) -> None:
    with pytest.raises(SchemaViolation, match=f"kinds: column '{name}' should be .*{complaint}"):
        convert(name, values)


def test_messages_hold_no_values() -> None:
    with pytest.raises(SchemaViolation) as raised:
        convert("word", ["llamame al 0981 123 456", 7])
    assert "0981" not in str(raised.value)


def test_columns_are_matched_by_name() -> None:
    frame = small_frame(KINDS)
    shuffled = frame[list(reversed(frame.columns))]
    assert to_arrow(KINDS, shuffled).equals(to_arrow(KINDS, frame))


def test_missing_unknown_and_repeated_columns_are_all_named() -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=["whole", "whole", "guess"])
    with pytest.raises(SchemaViolation, match=r"repeated columns \['whole'\]; missing columns \['word', .*'guess'"):
        to_arrow(KINDS, frame)


def test_slices_and_several_chunks_convert_like_whole_columns() -> None:
    frame = pd.concat([small_frame(KINDS, count=4), small_frame(KINDS, count=5)], ignore_index=True)
    for start in range(9):
        assert to_arrow(KINDS, frame[start:]).to_pylist() == to_arrow(KINDS, frame).slice(start).to_pylist()


def test_an_index_is_no_column() -> None:
    frame = small_frame(KINDS).set_index(pd.Index([9, 9, 9], name="index"))
    assert to_arrow(KINDS, frame).num_rows == 3


_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(
    st.lists(st.none() | st.datetimes(timezones=_ZONES, min_value=datetime(1700, 1, 1), max_value=datetime(2200, 1, 1)))
)
def test_moments_of_one_zone_or_many_become_the_same_utc(moments: list[datetime | None]) -> None:
    assert convert("moment", pd.Series(moments, dtype=object)) == moments


@given(st.lists(st.none() | st.lists(st.text(st.characters(exclude_categories=["Cs"])))))
def test_any_lists_of_texts_come_through(words: list[list[str] | None]) -> None:
    assert convert("words", pd.Series(words, dtype=object)) == words
