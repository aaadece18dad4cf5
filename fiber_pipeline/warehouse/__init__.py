"""The tables in DuckDB: typed by their declarations, written whole or not at all, read while others write.

    location     what FIBER_WAREHOUSE may name
    access       who may have the file open, and for how long others wait
    waiting      what is said to those who do
    schema       the declaration as SQL, and what to do when the stored table differs from it
    conversion   any pandas frame as the declared Arrow table, nothing narrowed
    versions     whether a batch has moved on since a step read it
    warehouse    reading and writing
    erasure      taking a batch or a customer out, to the last byte
    dagster_metadata, io_manager   the same as Dagster sees it

Which tables there are is declared in `tables`; what is in them is made elsewhere. Only the last two modules know
Dagster, and they are not imported from here.
"""

from fiber_pipeline.warehouse.conversion import to_arrow
from fiber_pipeline.warehouse.errors import (
    KeyMismatch,
    Overtaken,
    SchemaMismatch,
    UnsupportedLocation,
    WarehouseBusy,
    WarehouseError,
)
from fiber_pipeline.warehouse.schema import ddl
from fiber_pipeline.warehouse.warehouse import Warehouse, WriteReport

__all__ = [
    "KeyMismatch",
    "Overtaken",
    "SchemaMismatch",
    "UnsupportedLocation",
    "Warehouse",
    "WarehouseBusy",
    "WarehouseError",
    "WriteReport",
    "ddl",
    "to_arrow",
]
