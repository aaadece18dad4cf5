"""The warehouse as a resource."""

import dagster as dg
from pydantic import Field

from fiber_pipeline.warehouse import Warehouse


class WarehouseResource(dg.ConfigurableResource[Warehouse]):
    """Where the tables are. Connections are opened per read or write, never held."""

    location: str = Field(description="The DuckDB file.")
    key: str | None = Field(default=None, description="Encrypts the file; FIBER_WAREHOUSE_KEY.")

    def open(self) -> Warehouse:
        """The warehouse at this location."""
        return Warehouse(self.location, self.key)
