"""Agreement of raters who label the same texts.

Intervals are bootstrap percentiles at 95 % (Efron and Tibshirani 1993, ch. 13) over texts, with a fixed seed.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_REPLICATES = 1000
_SEED = 20260101
_PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True)
class Measure:
    """A figure with its interval and the texts (or uses of a label) behind it; NaN where it is not defined."""

    value: float
    low: float
    high: float
    sample_size: int


def cross_table(first: Sequence[str], second: Sequence[str], labels: Sequence[str]) -> npt.NDArray[np.int64]:
    """How often the first says row and the second says column. Both speak of the same texts, in `labels` only."""
    from sklearn.metrics import confusion_matrix

    if not first:
        return np.zeros((len(labels), len(labels)), dtype=np.int64)
    table: npt.NDArray[np.int64] = confusion_matrix(first, second, labels=list(labels))
    return table


def agreement(table: npt.NDArray[np.int64]) -> Measure:
    """The share of texts with the same label, with Wilson's interval."""
    from fiber_pipeline.insight.intervals import wilson

    same, size = np.trace(table).astype(float), table.sum().astype(float)
    low, high = wilson(np.array([same]), np.array([size]))
    return Measure(same / size if size else np.nan, float(low[0]), float(high[0]), int(size))


def kappa(table: npt.NDArray[np.int64]) -> Measure:
    """Cohen's kappa (1960): agreement beyond what the raters' own habits would give by chance.

    Not defined where both always say the same one label.
    """
    return bootstrapped(table, _kappa)


def specific_agreement(table: npt.NDArray[np.int64], label: int) -> Measure:
    """Agreement on one label, in [0, 1]: of all uses of it by either, the share in which the other uses it too.

    Cicchetti and Feinstein (1990), "High agreement but low kappa: II". The sample size is the texts in which at
    least one of them uses it.
    """

    def share(tables: Floats) -> Floats:
        uses = tables[:, label, :].sum(axis=1) + tables[:, :, label].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(2 * tables[:, label, label] / uses)

    found = bootstrapped(table, share)
    used = int(table[label].sum() + table[:, label].sum() - table[label, label])
    return Measure(found.value, found.low, found.high, used)


def fleiss(labels: Sequence[Sequence[str]]) -> Measure:
    """Fleiss' kappa (1971) of several raters who all labelled the same texts. labels: one sequence a rater."""
    from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

    size = len(labels[0]) if labels else 0
    if size == 0:
        return Measure(np.nan, np.nan, np.nan, 0)
    counts, _ = aggregate_raters(np.array(labels, dtype=object).T)
    if counts.shape[1] < 2:
        return Measure(np.nan, np.nan, np.nan, size)
    dice = np.random.default_rng(_SEED)
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        drawn = np.array([fleiss_kappa(counts[dice.integers(size, size=size)]) for _ in range(_REPLICATES)])
        return Measure(float(fleiss_kappa(counts)), *_interval(drawn), size)


def micro_f1(first: Sequence[frozenset[str]], second: Sequence[frozenset[str]]) -> Measure:
    """F1 over all themes of all texts together, of one rater against the other; the same whichever is the measure."""
    shared = np.array([len(one & other) for one, other in zip(first, second, strict=True)], dtype=float)
    named = np.array([len(one) + len(other) for one, other in zip(first, second, strict=True)], dtype=float)
    if not len(shared):
        return Measure(np.nan, np.nan, np.nan, 0)
    rows = np.random.default_rng(_SEED).integers(len(shared), size=(_REPLICATES, len(shared)))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = float(2 * shared.sum() / named.sum()) if named.sum() else np.nan
        return Measure(value, *_interval(2 * shared[rows].sum(axis=1) / named[rows].sum(axis=1)), len(shared))


def _replicates(table: npt.NDArray[np.int64]) -> Floats:
    """Tables of texts drawn with replacement, along the first axis."""
    size = int(table.sum())
    drawn = np.random.default_rng(_SEED).multinomial(size, (table / size).ravel(), size=_REPLICATES)
    return drawn.reshape(_REPLICATES, *table.shape).astype(float)


def bootstrapped(table: npt.NDArray[np.int64], measure: Callable[[Floats], Floats]) -> Measure:
    """A measure of a table of counts with its interval. `measure` takes tables along the first axis."""
    size = int(table.sum())
    if size == 0:
        return Measure(np.nan, np.nan, np.nan, 0)
    return Measure(float(measure(table[None].astype(float))[0]), *_interval(measure(_replicates(table))), size)


def _interval(drawn: Floats) -> tuple[float, float]:
    """The percentiles of the replicates in which the measure is defined."""
    defined = drawn[~np.isnan(drawn)]
    if not len(defined):
        return np.nan, np.nan
    low, high = np.percentile(defined, _PERCENTILES)
    return float(low), float(high)


def _kappa(tables: Floats) -> Floats:
    # As sklearn's cohen_kappa_score, which takes one table at a time; a thousand replicates are one expression here.
    size = tables.sum(axis=(1, 2))
    observed = np.trace(tables, axis1=1, axis2=2) / size
    expected = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / size**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected < 1, (observed - expected) / (1 - expected), np.nan)
