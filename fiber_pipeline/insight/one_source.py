"""The warehouse as one source sees it: its comments, and every figure measured on them alone."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import duckdb
import pandas as pd

from fiber_pipeline.insight.executive_summary import summary_frame
from fiber_pipeline.insight.forecasts import measure_forecasts
from fiber_pipeline.insight.known_names import check_source
from fiber_pipeline.insight.metrics import measure_insights
from fiber_pipeline.insight.recommendations import recommend
from fiber_pipeline.insight.summary import summarise
from fiber_pipeline.insight.themes import measure_themes

_COMMENTS = "SELECT * FROM comments WHERE contains(batch, '/') AND split_part(batch, '/', 1) = $source"
_TAXONOMY = "SELECT theme, label_es, label_en, category FROM themes ORDER BY theme"
_METADATA_COLUMNS = "SELECT DISTINCT substr(dimension, 10) FROM insights WHERE starts_with(dimension, 'metadata:')"
# A temporary table stands before the stored one of the same name wherever it is read without a schema. A view of that
# name, which a connection has where a stored table lacks declared columns, steps aside for a while.
_NARROW = "CREATE TEMPORARY TABLE narrowed_{name} AS {query}"
_HAS_VIEW = "SELECT count(*) FROM duckdb_views() WHERE temporary AND view_name = $name"
_MOVE_VIEW_ASIDE = "ALTER VIEW temp.{name} RENAME TO whole_{name}"
_MOVE_VIEW_BACK = "ALTER VIEW temp.whole_{name} RENAME TO {name}"
_STAND_BEFORE = "ALTER TABLE temp.narrowed_{name} RENAME TO {name}"
_DROP = "DROP TABLE temp.{name}"


class _Theme(NamedTuple):
    slug: str
    label_es: str
    label_en: str
    category: str


@contextmanager
def one_source(
    connection: duckdb.DuckDBPyConnection, source: str | None, *, with_figures: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Let `connection` see one source alone for a while; everything, as it is, for None.

    Inside, `comments` holds the rows of the batches under the folder `source`, and `insights`, `themes`, `forecasts`,
    `executive_summary` and `recommendations` are made of them as the stored tables are of all, so that whatever reads
    these tables speaks of the source: its own months, its own impacts, its own advice. The words are always the
    rules': no service is asked about a single source. The stored tables stay as they are. Tables of single comments
    other than `comments` still hold every source; they are read by joining `comments`. `emergent_themes` are found in
    everything and stay so.

    with_figures: whether the measured tables are wanted too, or the comments alone.
    Raises UnknownName for a source that no batch is of.
    """
    if source is None:
        yield connection
        return
    check_source(connection, source)
    with ExitStack() as shadows:
        shadows.enter_context(_shadowed(connection, "comments", _COMMENTS, {"source": source}))
        if with_figures:
            for name, measure in _measures(connection):
                connection.register("measured", measure())
                shadows.enter_context(_shadowed(connection, name, "SELECT * FROM measured"))
                connection.unregister("measured")
        yield connection


def _measures(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, Callable[[], pd.DataFrame]]]:
    """The measured tables, each of which reads the ones before it."""
    taxonomy = {row[0]: _Theme(*row) for row in connection.execute(_TAXONOMY).fetchall()}
    metadata_columns = [name for (name,) in connection.execute(_METADATA_COLUMNS).fetchall()]
    yield "insights", lambda: measure_insights(connection, metadata_columns=metadata_columns)
    yield "themes", lambda: measure_themes(connection, taxonomy)
    yield "forecasts", lambda: measure_forecasts(connection)
    yield "executive_summary", lambda: summary_frame(summarise(connection))
    yield "recommendations", lambda: recommend(connection)


@contextmanager
def _shadowed(
    connection: duckdb.DuckDBPyConnection, name: str, query: str, parameters: Mapping[str, object] | None = None
) -> Iterator[None]:
    """Let the rows of `query` stand in the place of a table for a while."""
    connection.execute(_NARROW.format(name=name, query=query), parameters)
    (views,) = connection.execute(_HAS_VIEW, {"name": name}).fetchone() or (0,)
    if views:
        connection.execute(_MOVE_VIEW_ASIDE.format(name=name))
    connection.execute(_STAND_BEFORE.format(name=name))
    try:
        yield
    finally:
        connection.execute(_DROP.format(name=name))
        if views:
            connection.execute(_MOVE_VIEW_BACK.format(name=name))
