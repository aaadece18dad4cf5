"""Measures of answers against the truth: shares with Wilson's interval, F1 with a bootstrapped one."""

import numpy as np
import numpy.typing as npt

from fiber_pipeline.insight.intervals import wilson
from fiber_pipeline.review.agreement import Floats, Measure, bootstrapped

Counts = npt.NDArray[np.int64]


def share(successes: int, size: int) -> Measure:
    """A share of `size` texts with Wilson's interval; NaN without any."""
    low, high = wilson(np.array([float(successes)]), np.array([float(size)]))
    return Measure(successes / size if size else np.nan, float(low[0]), float(high[0]), size)


def precision(table: Counts, label: int) -> Measure:
    """Of what was given the label, the share that has it. `table`: truth in rows, answers in columns."""
    return share(int(table[label, label]), int(table[:, label].sum()))


def recall(table: Counts, label: int) -> Measure:
    """Of what has the label, the share that was given it."""
    return share(int(table[label, label]), int(table[label].sum()))


def f1(table: Counts, label: int) -> Measure:
    """The harmonic mean of precision and recall of a label; the sample is what has it."""
    found = bootstrapped(table, lambda tables: _f1(tables)[:, label])
    return Measure(found.value, found.low, found.high, int(table[label].sum()))


def macro_f1(table: Counts) -> Measure:
    """F1 averaged over the labels that the truth or the answers use."""
    return bootstrapped(table, _macro)


def _f1(tables: Floats) -> Floats:
    hits = np.diagonal(tables, axis1=1, axis2=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(2 * hits / (tables.sum(axis=1) + tables.sum(axis=2)))


def _macro(tables: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        scores = _f1(tables)
        used = ~np.isnan(scores)
        return np.asarray(np.nansum(scores, axis=1) / np.maximum(used.sum(axis=1), 1))
