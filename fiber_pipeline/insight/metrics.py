"""Fills `insights`: every figure, by period and by what comments can be split by."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from fiber_pipeline.insight import intervals
from fiber_pipeline.insight.counted_comments import SMALL_SAMPLE, counted_comments, load_churn_rules, read_sql
from fiber_pipeline.insight.intervals import Floats
from fiber_pipeline.tables import INSIGHTS

NO_MEMBER = "(none)"
OTHER_MEMBERS = "(other)"
# A metadata column with more distinct values than this keeps the most frequent; the rest count as OTHER_MEMBERS.
MOST_MEMBERS = 100

# By metric: the column that counts its cases, and the column that counts the comments it is a share of.
_SHARES = {
    "csat": ("satisfied", "rated"),
    "promoter_share": ("promoters", "surveyed"),
    "passive_share": ("passives", "surveyed"),
    "detractor_share": ("detractors", "surveyed"),
    "informative_share": ("informative", "comments"),
    "positive_share": ("positive", "scored"),
    "neutral_share": ("neutral", "scored"),
    "negative_share": ("negative", "scored"),
    "mixed_share": ("mixed", "scored"),
    "urgent_share": ("urgent", "scored"),
    "churn_risk_share": ("at_risk", "assessed"),
}
# What counts a response once, however many comments it has.
OF_RESPONSES = frozenset(
    {"volume", "nps", "csat", "promoter_share", "passive_share", "detractor_share", "churn_risk_share"}
)
_THEME_SHARES = {"theme_share": ("comments", "all_informative"), "theme_negative_share": ("theme_negative", "comments")}
METRICS = ("nps", "volume", "sentiment_mean", *_SHARES, *_THEME_SHARES)
_KEYS = ("period_kind", "period", "dimension", "member")


def measure_insights(connection: duckdb.DuckDBPyConnection, *, metadata_columns: Sequence[str] = ()) -> pd.DataFrame:
    """Return the INSIGHTS frame over all comments that count (duplicates once).

    What is said is measured over comments, of which a response has one for each open question it answers; scores,
    volume and churn risk over responses, each once for a member however many of its comments belong to it.

    Metrics: `nps` (promoters less detractors among comments with an NPS group, in points; Reichheld 2003);
    `csat` (the share of ratings in the two best of five boxes: 4 and 5 of 1-5, and likewise on other scales);
    promoter, passive and detractor shares; `volume` (responses, a full count and so without an interval) and
    `informative_share`; positive, neutral, negative and mixed shares, `sentiment_mean` and `urgent_share` (high
    urgency) among informative comments with a sentiment; `churn_risk_share` among responses that say something or
    have an NPS group (rules in churn.yaml); `theme_share` among the period's informative comments and
    `theme_negative_share` among mentions, for the dimensions theme and category alone.

    Periods are of Asunción time; comments without a date count in `all` only. The whole is given by day, ISO week
    and month; batches by month; every other dimension by week and month. Intervals are of 95 %: Wilson for
    shares, adjusted Wald for NPS, Student's t for the mean (`intervals`). A figure without a sample has no row,
    but for `all` by `all`, where its value is null; under 30 comments it is marked as a small sample.

    metadata_columns: headers of further columns to split by, as `metadata:NAME`; a column's hundred most frequent
    values stand for themselves, the others together as `(other)`. A comment without a source, language, question or
    value is under `(none)`. The dimension `question` is there where comments answer more than one; rows
    without an answer are in none of its members.
    """
    names = list(dict.fromkeys(metadata_columns))
    parameters = {
        "metadata_names": names,
        "metadata_pointers": [json_pointer(name) for name in names],
        "most_members": MOST_MEMBERS,
        "no_member": NO_MEMBER,
        "other_members": OTHER_MEMBERS,
        "at_risk": load_churn_rules().at_risk,
    }
    with counted_comments(connection):
        connection.execute(read_sql("member_days"), parameters)
        try:
            counts = connection.execute(read_sql("period_counts")).df()
        finally:
            connection.execute("DROP TABLE IF EXISTS temp.insight_member_days")
    return INSIGHTS.validate(_long(_with_whole(counts)))


def json_pointer(name: str) -> str:
    """Point at a key of a JSON object (RFC 6901); unlike a JSONPath, this can name every key there is."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _with_whole(counts: pd.DataFrame) -> pd.DataFrame:
    """An empty warehouse still says that it counted nothing."""
    if len(counts):
        return counts
    whole = {column: ["all"] if column in _KEYS else [0.0] for column in counts.columns}
    return pd.DataFrame(whole)


def _long(counts: pd.DataFrame) -> pd.DataFrame:
    columns: dict[str, Floats] = {
        name: counts[name].to_numpy(dtype="float64", na_value=0) for name in counts.columns if name not in _KEYS
    }
    columns["surveyed"] = columns["promoters"] + columns["passives"] + columns["detractors"]
    is_theme = counts["dimension"].isin(["theme", "category"]).to_numpy(dtype=bool)
    is_whole = ((counts["period_kind"] == "all") & (counts["dimension"] == "all")).to_numpy(dtype=bool)
    parts = []
    for metric in METRICS:
        value, sample, low, high = _figures(metric, columns)
        kept = (sample > 0) | is_whole
        if metric in _THEME_SHARES:
            kept &= is_theme
        part = counts.loc[kept, list(_KEYS)].assign(
            metric=metric, value=value[kept], sample_size=sample[kept], low=low[kept], high=high[kept]
        )
        parts.append(part)
    rows = pd.concat(parts, ignore_index=True).sort_values([*_KEYS, "metric"], ignore_index=True)
    sample_sizes = rows["sample_size"].to_numpy(dtype="int64")
    return INSIGHTS.frame(
        {
            **{name: rows[name].tolist() for name in (*_KEYS, "metric")},
            **{name: rows[name].to_numpy(dtype="float64") for name in ("value", "low", "high")},
            "sample_size": sample_sizes,
            "is_small_sample": sample_sizes < SMALL_SAMPLE,
        }
    )


def _figures(metric: str, columns: dict[str, Floats]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return value, sample size, low and high of a metric for every row of counts."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if metric == "nps":
            promoters, detractors, sample = columns["promoters"], columns["detractors"], columns["surveyed"]
            value = 100 * (promoters - detractors) / sample
            return value, sample, *intervals.net_promoter(promoters, detractors, sample)
        if metric == "volume":
            sample = columns["responses"]
            none = np.full_like(sample, np.nan)
            return sample, sample, none, none
        if metric == "sentiment_mean":
            sample = columns["scored"]
            low, high = intervals.mean(columns["score_sum"], columns["score_squares"], sample)
            return columns["score_sum"] / sample, sample, np.maximum(low, -1), np.minimum(high, 1)
        cases, of = {**_SHARES, **_THEME_SHARES}[metric]
        sample = columns[of]
        return columns[cases] / sample, sample, *intervals.wilson(columns[cases], sample)
