"""The warehouse as a resource."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import duckdb
from pydantic import Field

from fiber_pipeline.insight import without_incomplete
from fiber_pipeline.warehouse import Warehouse


class WarehouseResource(dg.ConfigurableResource[Warehouse]):
    """Where the tables are. Connections are opened per read or write, never held."""

    location: str = Field(description="The DuckDB file.")
    key: str | None = Field(default=None, description="Encrypts the file; FIBER_WAREHOUSE_KEY.")
    count_incomplete: bool = Field(
        default=False, description="Whether figures also count batches that are not whole; FIBER_INCOMPLETE_BATCHES."
    )

    def open(self) -> Warehouse:
        """The warehouse at this location."""
        return Warehouse(self.location, self.key)

    @contextmanager
    def counted(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A reader for whatever counts comments: without the batches that are not whole, unless they are to count."""
        with self.open().reader() as connection:
            if self.count_incomplete:
                yield connection
                return
            with without_incomplete(connection):
                yield connection
