"""What the Dagster UI shows of a table on its asset: figures and a plot, made from the frame just written.

Events keep what they are given, in files that no key seals and that outlive the rows they speak of. So nothing here
quotes anybody: it tells how many, how many of a kind, from when until when. Whoever wants the rows asks the warehouse.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd
import pandera.pandas as pr
import pyarrow as pa

from fiber_pipeline.outputs import charts
from fiber_pipeline.outputs.rendering import chart_markdown
from fiber_pipeline.tables import Table

Metadata = dict[str, Any]
_ROWS = 40
_LETTERS = 120
_WITH_BOUNDS = (pa.types.is_temporal, pa.types.is_integer, pa.types.is_floating)


def preview(table: Table, frame: pd.DataFrame) -> Metadata:
    """Metadata for the materialization of `table` with the rows of `frame`; empty for an empty frame."""
    if frame.empty:
        return {}
    make = _PREVIEWS.get(table.name)
    return {"filled": _filled(table, frame), **(make(frame) if make is not None else {})}


def _filled(table: Table, frame: pd.DataFrame) -> dg.TableMetadataValue:
    """Of each column, how many rows have a value, and between what the numbers and moments lie, or of which kinds."""
    rows = []
    for field in table.arrow_schema:
        values = frame[field.name].dropna()
        row = {"column": field.name, "filled": len(values), "share": len(values) / len(frame), "from": "", "to": ""}
        if len(values) and any(is_one(field.type) for is_one in _WITH_BOUNDS):
            row |= {"from": _cell(values.min()), "to": _cell(values.max())}
        row["values"] = _kinds(table.columns[field.name], values)
        rows.append(row)
    return _table(pd.DataFrame(rows), rows=len(rows))


def _kinds(column: pr.Column, values: pd.Series) -> str:
    """How often each value of a declared vocabulary comes; nothing of columns that hold anything else."""
    declared = any(check.name == "isin" for check in column.checks)
    if not declared and not pa.types.is_boolean(column.dtype.type.pyarrow_dtype):
        return ""
    return ", ".join(f"{value}: {count}" for value, count in values.value_counts().items())


def _raw_comments(frame: pd.DataFrame) -> Metadata:
    dates = frame["commented_at"].dropna()
    scores = frame["nps"].dropna().value_counts().rename_axis("nps").reset_index(name="comments")
    metadata: Metadata = {
        "with_nps": int(frame["nps_group"].notna().sum()),
        "with_comment": int(frame["comment"].notna().sum()),
        "rows_with_problems": int((frame["problems"].list.len() > 0).sum()),
    }
    if len(dates):
        metadata["first_comment"] = dg.MetadataValue.text(dates.min().isoformat())
        metadata["last_comment"] = dg.MetadataValue.text(dates.max().isoformat())
    if len(scores):
        metadata["plot"] = _plot(charts.nps_histogram(scores), "Answers by NPS score")
    return metadata


def _rejected_rows(frame: pd.DataFrame) -> Metadata:
    return {"reasons": _table(_counted(frame["reason"]))}


def _comments(frame: pd.DataFrame) -> Metadata:
    # Duplicates are linked inside the write; what they come to is in the table and in the insights.
    return {
        "informative": int(frame["is_informative"].sum()),
        "with_personal_data": int((frame["pii_types"].list.len() > 0).sum()),
        "personal_data": _table(_counted(frame["pii_types"].explode().dropna())),
    }


def _translated_comments(frame: pd.DataFrame) -> Metadata:
    languages = _counted(frame["language"]).rename(columns={"rows": "comments"})
    return {
        "plot": _plot(charts.language_chart(languages), "Comments by language"),
        "glossed": int(frame["is_gloss"].sum()),
        "engines": _table(_counted(frame["translation_engine"].dropna())),
    }


def _sentiment_scores(frame: pd.DataFrame) -> Metadata:
    emotions = _counted(frame["emotions"].explode().dropna().struct.field("emotion"))
    metadata = {
        "sentiments": _table(_counted(frame["sentiment"])),
        "urgency": _table(_counted(frame["urgency"])),
        "mean_score": float(frame["score"].mean()),
        "mean_confidence": float(frame["confidence"].mean()),
        "contradicts_score": int(frame["contradicts_score"].sum()),
    }
    if len(emotions):
        chart = charts.emotion_chart(emotions.rename(columns={"rows": "comments"}))
        metadata["plot"] = _plot(chart, "Comments by emotion")
    return metadata


def _comment_themes(frame: pd.DataFrame) -> Metadata:
    counts = frame.groupby(["theme", "sentiment"], as_index=False).agg(mentions=("comment_id", "size"))
    totals = _counted(frame["theme"]).rename(columns={"rows": "mentions"})
    chart = charts.theme_chart(counts.rename(columns={"theme": "label"}))
    return {
        "plot": _plot(chart, "Mentions by theme and sentiment"),
        "comments_with_theme": int(frame["comment_id"].nunique()),
        "mentions": _table(totals),
    }


def _themes(frame: pd.DataFrame) -> Metadata:
    shown = frame.sort_values("priority", ascending=False)[
        ["label_es", "mentions", "share", "negative_share", "nps", "nps_impact", "priority", "trend"]
    ]
    return {"by_theme": _table(shown)}


def _emergent_themes(frame: pd.DataFrame) -> Metadata:
    # Labels and keywords are customers' own words.
    return {"discovered": len(frame), "mentions": int(frame["mentions"].sum())}


def _insights(frame: pd.DataFrame) -> Metadata:
    overall = frame[(frame["dimension"] == "all") & (frame["period_kind"] == "all")]
    months = frame[(frame["dimension"] == "all") & (frame["period_kind"] == "month") & (frame["metric"] == "nps")]
    metadata: Metadata = {
        "overall": _table(overall[["metric", "value", "low", "high", "sample_size"]]),
    }
    if months["value"].notna().any():
        metadata["plot"] = _plot(charts.nps_chart(months.sort_values("period")), "NPS by month")
    return metadata


def _forecasts(frame: pd.DataFrame) -> Metadata:
    return {"expected": _table(frame[["metric", "member", "period", "value", "low", "high", "model", "note"]])}


def _executive_summary(frame: pd.DataFrame) -> Metadata:
    return {"sentences": len(frame), "engines": _table(_counted(frame["engine"]))}


def _recommendations(frame: pd.DataFrame) -> Metadata:
    return {"by_effect": _table(frame[["rank", "theme", "impact", "effort", "engine"]])}


def _engine_agreement(frame: pd.DataFrame) -> Metadata:
    overall = frame[frame["label"] == "all"]
    shown = overall[["kind", "first", "second", "measure", "value", "low", "high", "sample_size"]]
    return {"agreement": _table(shown)}


def _engine_disputes(frame: pd.DataFrame) -> Metadata:
    said = frame["labels"].map(lambda labels: "; ".join(f"{it['engine']}: {', '.join(it['labels'])}" for it in labels))
    return {"disputed": _table(_counted(frame["kind"])), "said": _table(_counted(said.rename("said")))}


def _corrections(frame: pd.DataFrame) -> Metadata:
    # Not who reviewed: events are seen by more people than the table.
    return {
        "in_force": int(frame["is_in_force"].sum()),
        "contested": int(frame.loc[frame["is_contested"], "text_key"].nunique()),
        "reviewers": int(frame["reviewer"].nunique()),
        "verdicts": _table(_counted(frame["verdict"])),
        "changed": _table(_counted(frame["changed"].explode().dropna())),
    }


def _engine_accuracy(frame: pd.DataFrame) -> Metadata:
    overall = frame[frame["label"] == "all"]
    shown = overall[["kind", "engine", "scope", "measure", "value", "low", "high", "sample_size", "is_small_sample"]]
    return {"accuracy": _table(shown)}


_PREVIEWS: Mapping[str, Callable[[pd.DataFrame], Metadata]] = {
    "raw_comments": _raw_comments,
    "rejected_rows": _rejected_rows,
    "comments": _comments,
    "translated_comments": _translated_comments,
    "sentiment_scores": _sentiment_scores,
    "comment_themes": _comment_themes,
    "themes": _themes,
    "emergent_themes": _emergent_themes,
    "insights": _insights,
    "forecasts": _forecasts,
    "executive_summary": _executive_summary,
    "recommendations": _recommendations,
    "engine_agreement": _engine_agreement,
    "engine_disputes": _engine_disputes,
    "corrections": _corrections,
    "engine_accuracy": _engine_accuracy,
}


def _counted(values: pd.Series) -> pd.DataFrame:
    name = str(values.name)
    return values.value_counts().rename_axis(name).reset_index(name="rows")


def _plot(spec: charts.Spec, description: str) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md(chart_markdown(spec, description))


def _table(frame: pd.DataFrame, rows: int = _ROWS) -> dg.TableMetadataValue:
    columns: Sequence[str] = [str(name) for name in frame.columns]
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord({name: _cell(value) for name, value in zip(columns, row, strict=True)})
            for row in frame.head(rows).itertuples(index=False, name=None)
        ],
        schema=dg.TableSchema([dg.TableColumn(name) for name in columns]),
    )


def _cell(value: object) -> str | int | float | bool:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return round(value, 3)
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    return value.isoformat() if isinstance(value, pd.Timestamp) else str(value)[:_LETTERS]
