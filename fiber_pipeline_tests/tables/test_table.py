import pandas as pd
import pyarrow as pa
import pytest

from fiber_pipeline.tables import ALL_TABLES, REJECTED_ROWS, TABLES, SchemaViolation

ROW = {"batch": "b", "source_file": "f", "sheet": None, "row_number": [1], "reason": ["r"], "row": ["{}"]}
SPEC = {
    "raw_comments": "batch row_id source_file sheet row_number comment nps rating commented_at customer_id metadata "
    "file_sha256 ingested_at",
    "rejected_rows": "batch source_file sheet row_number reason row",
    "comments": "batch comment_id row_id text text_key is_informative duplicate_of nps nps_group rating commented_at "
    "pii_types",
    "translated_comments": "batch comment_id language language_confidence text_es text_en translation_engine",
    "sentiment_scores": "batch comment_id sentiment score intensity confidence emotions urgency engine model "
    "is_fallback",
    "comment_themes": "batch comment_id theme category relevance sentiment evidence engine model is_fallback",
    "themes": "theme category mentions share negative_share nps nps_impact priority trend examples",
    "emergent_themes": "cluster label keywords mentions first_seen examples",
    "insights": "period dimension member metric value sample_size low high",
    "forecasts": "metric member period value low high model",
    "recommendations": "rank title why theme impact effort evidence engine",
}


@pytest.mark.parametrize("name", SPEC)
def test_public_columns_are_declared(name):
    assert set(SPEC[name].split()) <= set(TABLES[name].columns)


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_an_empty_frame_is_typed_and_valid(table):
    empty = table.empty()
    table.validate(empty)
    assert pa.Table.from_pandas(empty, preserve_index=False).schema.types == table.arrow_schema.types


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_lineage_names_columns_that_exist(table):
    for column in table.columns.values():
        for source in column.metadata["sources"]:
            upstream, name = source.split(".")
            assert name in TABLES[upstream].columns, source


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_every_column_says_what_it_holds(table):
    assert all(column.description.endswith((".", ".)")) for column in table.columns.values())


def test_a_scalar_is_repeated_and_order_is_as_declared():
    frame = REJECTED_ROWS.frame({**ROW, "row_number": [1, 2], "reason": pd.Series(["a", "b"]), "row": ["{}", "{}"]})
    assert list(frame.columns) == list(REJECTED_ROWS.columns)
    assert frame["batch"].tolist() == ["b", "b"]
    assert frame["sheet"].isna().all()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"row_number": [1.5]}, "row_number"),
        ({"row_number": ["Juan Pérez"]}, "row_number"),
        ({"reason": ["a", "b"]}, "different lengths"),
        ({"more": ["x"]}, "more"),
    ],
)
def test_what_does_not_fit_is_named(change, told):
    with pytest.raises(SchemaViolation, match=told):
        REJECTED_ROWS.frame({**ROW, **change})


def test_a_failing_rule_names_column_rule_and_row():
    frame = REJECTED_ROWS.frame({**ROW, "row_number": [1, 0], "reason": ["a", "b"], "row": ["{}", "{}"]})
    with pytest.raises(
        SchemaViolation, match=r"row_number fails greater_than_or_equal_to\(1\) in 1 rows \(first at 1\)"
    ):
        REJECTED_ROWS.validate(frame)


def test_messages_never_quote_values():
    secret = "planted test secret"
    with pytest.raises(SchemaViolation) as caught:
        REJECTED_ROWS.frame({**ROW, "row_number": [secret]})
    assert secret not in str(caught.value)
    from fiber_pipeline.tables import SENTIMENT_SCORES

    frame = SENTIMENT_SCORES.empty().reindex([0])
    frame["sentiment"] = pd.Series([secret], dtype=frame["sentiment"].dtype)
    with pytest.raises(SchemaViolation) as caught:
        SENTIMENT_SCORES.validate(frame)
    assert secret not in str(caught.value)
    assert "sentiment fails isin" in str(caught.value)
