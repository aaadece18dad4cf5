"""The comments that count, prepared once for the measures that read them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import duckdb
import yaml

from fiber_pipeline.tables.vocabulary import RATING_SCALES

# Below this, a figure is marked as a small sample: its interval is wider than what it would be used to decide.
SMALL_SAMPLE = 30


@dataclass(frozen=True)
class ChurnRules:
    """The rules in churn.yaml.

    weights: by sign, in (0, 1). labels_es: how each sign reads in Spanish. at_risk: the risk from which a comment
    counts as at risk. competitors: names of other providers, lower case.
    """

    weights: Mapping[str, float]
    labels_es: Mapping[str, str]
    at_risk: float
    competitors: Sequence[str]


@cache
def read_sql(name: str) -> str:
    """Return the text of a .sql file of this package."""
    return files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


@cache
def load_churn_rules() -> ChurnRules:
    """Return the rules of churn.yaml."""
    document = yaml.safe_load(files(__package__).joinpath("churn.yaml").read_text(encoding="utf-8"))
    signals = document["signals"]
    return ChurnRules(
        weights={name: float(signal["weight"]) for name, signal in signals.items()},
        labels_es={name: str(signal["label_es"]) for name, signal in signals.items()},
        at_risk=float(document["at_risk"]),
        competitors=tuple(document["competitors"]),
    )


@contextmanager
def counted_comments(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Offer the temporary table `insight_comments` for a while: one row per comment that counts, by response.

    It lives on `connection` itself (read-only connections may hold temporary tables), since another connection to
    the same database need not see the same snapshot, and is dropped at the end.
    """
    rules = load_churn_rules()
    connection.execute(
        read_sql("counted_comments"),
        {
            **rules.weights,
            "competitors": list(rules.competitors),
            "rating_scales": list(RATING_SCALES),
            "happy_from": [scale.happy_from for scale in RATING_SCALES.values()],
        },
    )
    try:
        yield connection
    finally:
        connection.execute("DROP TABLE IF EXISTS temp.insight_comments")
