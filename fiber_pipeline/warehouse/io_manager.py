"""The warehouse as Dagster's IO manager: an asset's frame goes into the table of its name, and comes back typed."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from dagster import ConfigurableIOManager, InputContext, MetadataValue, OutputContext
from pydantic import Field, PrivateAttr

from fiber_pipeline.tables import TABLES, Table
from fiber_pipeline.warehouse.dagster_metadata import table_metadata
from fiber_pipeline.warehouse.versions import carried
from fiber_pipeline.warehouse.warehouse import Warehouse, WriteReport


class WarehouseIOManager(ConfigurableIOManager):
    """Writes assets to the warehouse and reads them from it, a partition at a time.

    The table is the one named like the last part of the asset's key. An asset that returns None has written its table
    itself. An input may ask for some columns only, by its metadata `{"columns": ["batch", "text"]}`.
    """

    location: str = Field(description="The warehouse: path of a DuckDB file (FIBER_WAREHOUSE).")
    key: str | None = Field(default=None, description="Turns on encryption at rest (FIBER_WAREHOUSE_KEY).", repr=False)
    write_timeout: float = Field(default=600.0, gt=0, description="Seconds to wait for other writers and readers.")
    read_timeout: float = Field(default=600.0, gt=0, description="Seconds to wait for writers.")
    _warehouse: Warehouse | None = PrivateAttr(default=None)

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse itself, for assets that read or write it in SQL."""
        if self._warehouse is None:
            self._warehouse = Warehouse(
                self.location, self.key, read_timeout=self.read_timeout, write_timeout=self.write_timeout
            )
        return self._warehouse

    def handle_output(self, context: OutputContext, obj: pd.DataFrame | None) -> None:
        """Replace the asset's partition by the frame's rows and report the write as metadata.

        Raises Overtaken if the batch has moved on since the step read what the frame carries as its sources.
        """
        table = _table(context.asset_key.path)
        if obj is None:
            return
        if not isinstance(obj, pd.DataFrame):
            raise TypeError(f"the asset {table.name} should return a frame, or None if it wrote it, not {type(obj)}")
        if table.partitioned:
            batch = context.partition_key
            report = self.warehouse.write(table, obj, batch, carried(obj).get(batch, ()))
        else:
            report = self.warehouse.write(table, obj)
        context.add_output_metadata(write_metadata(table, report))

    def load_input(self, context: InputContext) -> pd.DataFrame:
        """The upstream partitions this input depends on; the whole table if the upstream asset has none.

        What a step of a batch reads says in which version it was read (`versions.take_sources`).
        """
        table = _table(context.asset_key.path)
        columns: Sequence[str] | None = (context.definition_metadata or {}).get("columns")
        if not (table.partitioned and context.has_asset_partitions):
            return self.warehouse.read(table, columns)
        batches = list(context.asset_partition_keys)
        if context.has_partition_key:
            return self.warehouse.read_batches(table, columns, batches)
        return self.warehouse.read(table, columns, batches)


def write_metadata(table: Table, report: WriteReport) -> Mapping[str, Any]:
    """A write as Dagster metadata, for the IO manager and for assets that write by themselves."""
    return {
        **table_metadata(table),
        "dagster/row_count": report.rows,
        "replaced_rows": MetadataValue.int(report.replaced_rows),
        "write_seconds": MetadataValue.float(report.seconds),
        "write_locked_seconds": MetadataValue.float(report.locked_seconds),
        **({"added_columns": MetadataValue.text(", ".join(report.added_columns))} if report.added_columns else {}),
    }


def _table(path: Sequence[str]) -> Table:
    if path[-1] not in TABLES:
        raise ValueError(f"the asset {'/'.join(path)} has no table; declared are {', '.join(TABLES)}")
    return TABLES[path[-1]]
