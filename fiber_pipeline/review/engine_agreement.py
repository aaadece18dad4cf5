"""Fills `engine_agreement` and `engine_disputes`: every engine asked about the same sample of texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.engines import Engine
from fiber_pipeline.insight.counted_comments import SMALL_SAMPLE
from fiber_pipeline.review.agreement import (
    Measure,
    agreement,
    cross_table,
    fleiss,
    kappa,
    micro_f1,
    specific_agreement,
)
from fiber_pipeline.review.asking import Opinion, Themes, ask_each
from fiber_pipeline.tables import ENGINE_AGREEMENT, ENGINE_DISPUTES
from fiber_pipeline.tables.vocabulary import RATING_SCALES, SENTIMENTS

ALL = "all"
CUSTOMER = "customer"
# What a customer's score stands for, as a label; nobody scores "mixed".
_OF_NPS = {"promoter": "positive", "passive": "neutral", "detractor": "negative"}
_SCORE_LABELS = ("positive", "neutral", "negative")
_REQUEST = ["text", "text_es", "language"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """The two tables' frames, and in words what could not be measured and why."""

    figures: pd.DataFrame
    disputes: pd.DataFrame
    notes: Sequence[str]


def compare_engines(sample: pd.DataFrame, sentiment: Mapping[str, Engine], themes: Mapping[str, Engine]) -> Comparison:
    """Ask the engines about `sample` (see `sample_texts`) and measure how far they agree.

    sentiment, themes: engines by name. A single engine is compared with the customers' own scores alone; the notes
    then say that engines could not be compared.
    """
    sample = sample.reset_index(drop=True)
    request = sample[_REQUEST]
    notes = [] if len(sample) else ["there are no informative comments to draw a sample from"]
    asked: dict[str, dict[str, Opinion]] = {}
    for kind, engines in (("sentiment", sentiment), ("themes", themes)):
        asked[kind] = ask_each(engines, request) if len(sample) else {}
        if len(engines) < 2:
            only = ", ".join(engines) or "none"
            notes.append(
                f"{kind}: one engine is set up ({only}), so there is no other to compare it with; "
                "`engine_accuracy` compares it with people"
            )
        notes += [
            f"{kind}: {opinion.engine} left {len(opinion.unanswered)} texts unanswered"
            for opinion in asked[kind].values()
            if opinion.unanswered
        ]
    labels = {name: opinion.labels("sentiment", len(sample)) for name, opinion in asked["sentiment"].items()}
    found = {name: opinion.themes(len(sample)) for name, opinion in asked["themes"].items()}
    models = {(kind, name): opinion.model for kind, opinions in asked.items() for name, opinion in opinions.items()}
    figures = [*_sentiment_figures(labels, _customer_labels(sample)), *_theme_figures(found)]
    spoken = {name: [None if one is None else (one,) for one in said] for name, said in labels.items()}
    listed = {name: [None if one is None else tuple(sorted(one)) for one in said] for name, said in found.items()}
    return Comparison(
        _figures_frame(figures, models),
        _disputes_frame([*_disputes("sentiment", sample, spoken), *_disputes("themes", sample, listed)]),
        notes,
    )


def _customer_labels(sample: pd.DataFrame) -> list[str | None]:
    """What each comment's own score stands for: NPS if there is one, else the rating; None without either."""
    labels: list[str | None] = []
    columns = pa.Table.from_pandas(sample[["nps_group", "rating", "rating_scale"]], preserve_index=False)
    for group, rating, scale in zip(*(column.to_pylist() for column in columns.columns), strict=True):
        if group is not None:
            labels.append(_OF_NPS[group])
        elif rating is not None and scale is not None:
            of_scale = RATING_SCALES[scale]
            unhappy, happy = rating <= of_scale.unhappy_to, rating >= of_scale.happy_from
            labels.append("negative" if unhappy else "positive" if happy else "neutral")
        else:
            labels.append(None)
    return labels


def _sentiment_figures(labels: Mapping[str, Sequence[str | None]], customers: Sequence[str | None]) -> Iterator[Row]:
    for first, second in combinations(labels, 2):
        said = [(one, other) for one, other in zip(labels[first], labels[second], strict=True) if one and other]
        yield from _pair_figures(first, second, said, SENTIMENTS)
    if len(labels) > 2:
        complete = [said for said in zip(*labels.values(), strict=True) if all(said)]
        raters = [[str(said[place]) for said in complete] for place in range(len(labels))]
        yield _row("sentiment", ALL, ALL, "fleiss_kappa", ALL, fleiss(raters if complete else []))
    for name, own in labels.items():
        scored = [
            ("neutral" if one == "mixed" else one, other)
            for one, other in zip(own, customers, strict=True)
            if one and other
        ]
        if scored:
            yield from _pair_figures(name, CUSTOMER, scored, _SCORE_LABELS)


def _pair_figures(first: str, second: str, said: Sequence[tuple[str, str]], labels: Sequence[str]) -> Iterator[Row]:
    table = cross_table([one for one, _ in said], [other for _, other in said], labels)
    yield _row("sentiment", first, second, "agreement", ALL, agreement(table))
    yield _row("sentiment", first, second, "kappa", ALL, kappa(table))
    for place, label in enumerate(labels):
        yield _row("sentiment", first, second, "specific_agreement", label, specific_agreement(table, place))


def _theme_figures(found: Mapping[str, Sequence[Themes | None]]) -> Iterator[Row]:
    for first, second in combinations(found, 2):
        said = [
            (one, other)
            for one, other in zip(found[first], found[second], strict=True)
            if one is not None and other is not None
        ]
        ones, others = [one for one, _ in said], [other for _, other in said]
        same = ["same" if one == other else "other" for one, other in said]
        yield _row(
            "themes",
            first,
            second,
            "agreement",
            ALL,
            agreement(cross_table(same, ["same"] * len(same), ["same", "other"])),
        )
        yield _row("themes", first, second, "micro_f1", ALL, micro_f1(ones, others))
        for theme in sorted(frozenset().union(*ones, *others)):
            table = cross_table(
                ["yes" if theme in one else "no" for one in ones],
                ["yes" if theme in other else "no" for other in others],
                ["yes", "no"],
            )
            yield _row("themes", first, second, "specific_agreement", theme, specific_agreement(table, 0))
            measured = kappa(table)
            used = int(table.sum() - table[1, 1])
            yield _row(
                "themes", first, second, "kappa", theme, Measure(measured.value, measured.low, measured.high, used)
            )


def _row(kind: str, first: str, second: str, measure: str, label: str, found: Measure) -> Row:
    return {
        "kind": kind,
        "first": first,
        "second": second,
        "measure": measure,
        "label": label,
        "value": _or_none(found.value),
        "low": _or_none(found.low),
        "high": _or_none(found.high),
        "sample_size": found.sample_size,
        "is_small_sample": found.sample_size < SMALL_SAMPLE,
    }


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value


def _figures_frame(rows: Sequence[Row], models: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    columns = {name: [row[name] for row in rows] for name in ENGINE_AGREEMENT.columns if not name.endswith("_model")}
    for side in ("first", "second"):
        columns[f"{side}_model"] = [models.get((str(row["kind"]), str(row[side]))) for row in rows]
    return ENGINE_AGREEMENT.frame(columns)


def _disputes(kind: str, sample: pd.DataFrame, said: Mapping[str, Sequence[tuple[str, ...] | None]]) -> Iterator[Row]:
    """The texts on which engines that answered differ, those with most comments first."""
    texts = zip(sample["text_key"], sample["comment_id"], sample["comments"], strict=True)
    found = []
    for item, (text_key, comment_id, comments) in enumerate(texts):
        labels = {name: given[item] for name, given in said.items() if given[item] is not None}
        if len(set(labels.values())) > 1:
            found.append(
                {
                    "kind": kind,
                    "text_key": text_key,
                    "comments": comments,
                    "labels": [{"engine": name, "labels": list(label or ())} for name, label in labels.items()],
                    "examples": [comment_id],
                }
            )
    yield from sorted(found, key=lambda row: -row["comments"])


def _disputes_frame(rows: Sequence[Row]) -> pd.DataFrame:
    return ENGINE_DISPUTES.frame({name: [row[name] for row in rows] for name in ENGINE_DISPUTES.columns})
