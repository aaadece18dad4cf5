"""Fills `engine_accuracy`: each engine's own answers on reviewed texts against the people's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.chains import Chains
from fiber_pipeline.annotation.translation.translated_comments import translate_comments
from fiber_pipeline.insight.counted_comments import SMALL_SAMPLE
from fiber_pipeline.review.agreement import Measure, cross_table, micro_f1
from fiber_pipeline.review.asking import Themes, ask_each
from fiber_pipeline.review.scoring import f1, macro_f1, precision, recall, share
from fiber_pipeline.review.statements import fetch
from fiber_pipeline.tables import ENGINE_ACCURACY
from fiber_pipeline.tables.vocabulary import LANGUAGES, SENTIMENTS, URGENCIES

ALL = "all"
RANDOM = "random"
_LABELS = {"sentiment": SENTIMENTS, "urgency": URGENCIES, "language": LANGUAGES}
_PER_LABEL = {"precision": precision, "recall": recall, "f1": f1}
Row = dict[str, Any]


@dataclass(frozen=True)
class _Answers:
    """One engine's answers of one kind, beside the truth; None where it did not answer."""

    kind: str
    engine: str
    model: str
    truth: Sequence[Any]
    given: Sequence[Any]


def reviewed_texts(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the distinct texts with a correction in force: a comment that has each, and the people's labels."""
    return fetch(connection, "reviewed_texts")


def score_engines(reviewed: pd.DataFrame, chains: Chains) -> pd.DataFrame:
    """Ask every engine by itself about the `reviewed_texts` and return the table's frame; empty without any.

    Sentiment and themes are asked with the language as it is detected and translated from that: the figures stand for
    texts on which no person has helped.
    """
    if reviewed.empty:
        return ENGINE_ACCURACY.empty()
    reviewed = reviewed.reset_index(drop=True)
    truth = pa.Table.from_pandas(reviewed, preserve_index=False).to_pydict()
    is_random = [reason == RANDOM for reason in truth["reason"]]
    rows: list[Row] = []
    for answers in _ask(reviewed, truth, chains):
        for scope, picked in ((ALL, [True] * len(is_random)), (RANDOM, is_random)):
            pairs = [
                pair
                for pair, is_in in zip(zip(answers.truth, answers.given, strict=True), picked, strict=True)
                if is_in
            ]
            told = [(right, given) for right, given in pairs if given is not None]
            measures = _theme_measures(told) if answers.kind == "themes" else _label_measures(answers.kind, told)
            rows += [
                _row(answers, scope, measure, label, found, len(pairs) - len(told))
                for measure, label, found in measures
            ]
    return ENGINE_ACCURACY.frame({name: [row[name] for row in rows] for name in ENGINE_ACCURACY.columns})


def _ask(reviewed: pd.DataFrame, truth: Mapping[str, Sequence[Any]], chains: Chains) -> Iterator[_Answers]:
    size = len(reviewed)
    translated = translate_comments(reviewed, chains.language, chains.translation)
    request = translated[["text_es", "language"]].assign(text=reviewed["text"])
    for opinion in ask_each({engine.name: engine for engine in chains.sentiment}, request).values():
        for kind in ("sentiment", "urgency"):
            yield _Answers(kind, opinion.engine, opinion.model, truth[kind], opinion.labels(kind, size))
    for opinion in ask_each({engine.name: engine for engine in chains.themes}, request).values():
        people: list[Themes] = [frozenset(named) for named in truth["themes"]]
        yield _Answers("themes", opinion.engine, opinion.model, people, opinion.themes(size))
    for opinion in ask_each({engine.name: engine for engine in chains.language_detectors}, request[["text"]]).values():
        yield _Answers("language", opinion.engine, opinion.model, truth["language"], opinion.labels("language", size))


def _label_measures(kind: str, told: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, Measure]]:
    labels = _LABELS[kind]
    table = cross_table([right for right, _ in told], [given for _, given in told], labels)
    yield "accuracy", ALL, share(int(np.trace(table)), len(told))
    yield "macro_f1", ALL, macro_f1(table)
    for place, label in enumerate(labels):
        if table[place].sum() + table[:, place].sum():
            for name, measure in _PER_LABEL.items():
                yield name, label, measure(table, place)


def _theme_measures(told: Sequence[tuple[Themes, Themes]]) -> Iterator[tuple[str, str, Measure]]:
    right, given = [pair[0] for pair in told], [pair[1] for pair in told]
    yield "accuracy", ALL, share(sum(one == other for one, other in told), len(told))
    yield "micro_f1", ALL, micro_f1(right, given)
    scores = []
    for theme in sorted(frozenset[str]().union(*right, *given)):
        table = cross_table(
            ["yes" if theme in one else "no" for one in right],
            ["yes" if theme in one else "no" for one in given],
            ["yes", "no"],
        )
        for name, measure in _PER_LABEL.items():
            found = measure(table, 0)
            yield name, theme, found
            if name == "f1":
                scores.append(found.value)
    # Averaged over themes of very different size: no interval is claimed.
    yield "macro_f1", ALL, Measure(float(np.mean(scores)) if scores else np.nan, np.nan, np.nan, len(told))


def _row(answers: _Answers, scope: str, measure: str, label: str, found: Measure, unanswered: int) -> Row:
    figures = {name: None if np.isnan(value := getattr(found, name)) else value for name in ("value", "low", "high")}
    return {
        "kind": answers.kind,
        "engine": answers.engine,
        "model": answers.model,
        "scope": scope,
        "measure": measure,
        "label": label,
        **figures,
        "sample_size": found.sample_size,
        "unanswered": unanswered,
        "is_small_sample": found.sample_size < SMALL_SAMPLE,
    }
