"""Fills `themes`: how often each theme comes up, how badly, what it does to NPS, and where it is going."""

from collections.abc import Mapping
from typing import Protocol

import duckdb
import numpy as np
import pandas as pd

from fiber_pipeline.insight import intervals
from fiber_pipeline.insight.counted_comments import SMALL_SAMPLE, counted_comments, read_sql
from fiber_pipeline.insight.intervals import Floats
from fiber_pipeline.insight.months import complete_months
from fiber_pipeline.insight.trends import find_trends, is_spike
from fiber_pipeline.tables import THEMES

MOST_EXAMPLES = 5
_COUNTS = ("mentions", "negative", "surveyed", "promoters", "detractors")


class TaxonomyTheme(Protocol):
    """What a theme of the taxonomy is called and belongs to."""

    @property
    def slug(self) -> str:
        """Its name in tables."""

    @property
    def label_es(self) -> str:
        """Its name in Spanish."""

    @property
    def label_en(self) -> str:
        """Its name in English."""

    @property
    def category(self) -> str:
        """The slug of its category."""


def measure_themes(connection: duckdb.DuckDBPyConnection, taxonomy: Mapping[str, TaxonomyTheme]) -> pd.DataFrame:
    """Return the THEMES frame: the taxonomy's themes by priority, then any other that an engine found.

    Everything is measured among informative comments that count, and NPS among their responses, each once. `nps_impact`
    is the NPS of those that speak of the theme less the NPS of those that do not, with the interval of a difference of
    two samples; it is a comparison, and says nothing about causes. `priority` is share × negative share × NPS points
    lost (0 where the impact is not negative), scaled so that the most pressing theme has 100; where no comment has an
    NPS at all, it is share × negative share alone, and `nps_impact` is null. `trend` and `is_spike` are over the months
    that count as history (`complete_months`) and hold at least 30 comments (`find_trends`, whose adjusted p-value is
    `trend_p_value`).
    Up to five examples, negative ones first. Under 30 mentions a theme is marked as a small sample.
    """
    with counted_comments(connection):
        months = connection.execute(read_sql("theme_months")).df()
        examples = connection.execute(read_sql("theme_examples"), {"most_examples": MOST_EXAMPLES}).df()
    is_whole = months["theme"].isna()
    whole, mentions = months[is_whole], months[~is_whole]
    counts = mentions.groupby("theme")[list(_COUNTS)].sum()
    slugs = [*taxonomy, *sorted(set(counts.index) - set(taxonomy))]
    counts = counts.reindex(slugs, fill_value=0).astype("float64")
    categories = mentions.groupby("theme")["category"].min().to_dict()

    columns = _levels(counts, whole[list(_COUNTS)].sum().astype("float64"))
    columns |= _movements(mentions, whole, slugs)
    shown = dict(zip(examples["theme"], examples["examples"], strict=True))
    frame = THEMES.frame(
        {
            "theme": slugs,
            "label_es": [taxonomy[slug].label_es if slug in taxonomy else slug for slug in slugs],
            "label_en": [taxonomy[slug].label_en if slug in taxonomy else slug for slug in slugs],
            "category": [taxonomy[slug].category if slug in taxonomy else categories[slug] for slug in slugs],
            "examples": [list(shown.get(slug, ())) for slug in slugs],
            **columns,
        }
    )
    ordered = frame.sort_values(["priority", "mentions", "theme"], ascending=[False, False, True], ignore_index=True)
    return THEMES.validate(ordered)


def _levels(counts: pd.DataFrame, whole: "pd.Series[float]") -> dict[str, object]:
    mentions, negative, surveyed, promoters, detractors = (counts[name].to_numpy() for name in _COUNTS)
    rest = {name: whole[name] - counts[name].to_numpy() for name in _COUNTS}
    with np.errstate(divide="ignore", invalid="ignore"):
        share = mentions / whole["mentions"]
        negative_share = negative / mentions
        nps = 100 * (promoters - detractors) / surveyed
        impact = nps - 100 * (rest["promoters"] - rest["detractors"]) / rest["surveyed"]
    low, high = intervals.net_promoter_difference(
        (promoters, rest["promoters"]), (detractors, rest["detractors"]), (surveyed, rest["surveyed"])
    )
    return {
        "mentions": mentions.astype("int64"),
        "share": share,
        "negative_share": negative_share,
        "nps": nps,
        "nps_sample": surveyed.astype("int64"),
        "nps_impact": impact,
        "nps_impact_low": low,
        "nps_impact_high": high,
        "priority": _priority(share, negative_share, impact, has_nps=bool(whole["surveyed"])),
        "is_small_sample": mentions < SMALL_SAMPLE,
    }


def _priority(share: Floats, negative_share: Floats, impact: Floats, *, has_nps: bool) -> Floats:
    lost = np.maximum(-impact, 0) if has_nps else np.ones_like(share)
    # A theme nobody speaks of presses nobody; one whose impact cannot be told has no priority.
    pressure = np.where(np.nan_to_num(share) == 0, 0.0, share * np.nan_to_num(negative_share) * lost)
    most = np.nanmax(pressure, initial=0.0)
    scaled: Floats = np.clip(100 * pressure / most, 0, 100) if most > 0 else pressure
    return scaled


def _movements(mentions: pd.DataFrame, whole: pd.DataFrame, slugs: list[str]) -> dict[str, object]:
    dated = whole.dropna(subset=["month"]).set_index("month")
    days = {
        str(month): (first.date(), last.date())
        for month, first, last in zip(dated.index, dated["first_day"], dated["last_day"], strict=True)
    }
    history = [month for month in complete_months(days) if dated["mentions"][month] >= SMALL_SAMPLE]
    totals: Floats = dated["mentions"].reindex(history).to_numpy(dtype="float64")
    by_month = mentions.pivot_table(index="theme", columns="month", values="mentions", aggfunc="sum")
    counts: Floats = by_month.reindex(index=slugs, columns=history).fillna(0).to_numpy(dtype="float64")
    trends = find_trends([row / totals for row in counts])
    return {
        "trend": [trend.direction for trend in trends],
        "trend_p_value": [trend.p_value for trend in trends],
        "is_spike": [is_spike(row, totals) for row in counts],
    }
