from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from fiber_pipeline.insight import measure_forecasts, measure_insights, measure_themes
from fiber_pipeline.tables import FORECASTS, INSIGHTS, THEMES
from fiber_pipeline_tests.insight.history import TAXONOMY, create_tables, write_history, write_table


def measure_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables that recommendations and summaries read."""
    write_table(connection, INSIGHTS, measure_insights(connection))
    write_table(connection, THEMES, measure_themes(connection, TAXONOMY))
    write_table(connection, FORECASTS, measure_forecasts(connection))


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """An open warehouse whose tables are all empty."""
    with duckdb.connect() as opened:
        create_tables(opened)
        yield opened


@pytest.fixture(scope="session")
def measured_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with a seeded history of twenty months and all that is measured of it."""
    path = tmp_path_factory.mktemp("insight") / "history.duckdb"
    with duckdb.connect(str(path)) as opened:
        write_history(opened, comments=4000)
        measure_all(opened)
    return path


@pytest.fixture
def history(measured_history: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """That warehouse, read-only, as the pipeline hands it to measures."""
    with duckdb.connect(str(measured_history), read_only=True) as opened:
        yield opened
