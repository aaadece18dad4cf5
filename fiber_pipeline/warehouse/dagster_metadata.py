"""A table's declaration as Dagster shows it: column schema, column lineage, name.

Assets carry it from their definition on; the IO manager adds it to every materialization.
"""

from collections.abc import Mapping
from typing import Any

from dagster import (
    AssetKey,
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableConstraints,
    TableSchema,
)

from fiber_pipeline.tables import TABLES, Table
from fiber_pipeline.warehouse.schema import sql_types


def table_schema(table: Table) -> TableSchema:
    """The columns with DuckDB types, descriptions and rules; a key of several columns is a rule of the table."""
    types = sql_types(table)
    columns = [
        TableColumn(
            name=name,
            type=types[name],
            description=column.description,
            constraints=TableColumnConstraints(
                nullable=bool(column.nullable),
                unique=tuple(table.key) == (name,),
                other=[str(check) if check.error is None else str(check.error) for check in column.checks],
            ),
        )
        for name, column in table.columns.items()
    ]
    rules = [f"unique together: {', '.join(table.key)}"] if len(table.key) > 1 else []
    return TableSchema(columns=columns, constraints=TableConstraints(other=rules))


def column_lineage(table: Table) -> TableColumnLineage:
    """Which columns of which tables each column is made from, as its `sources` say. An asset's key is its table's name.

    Raises ValueError for a source that names no declared column.
    """
    deps: dict[str, list[TableColumnDep]] = {}
    for name, column in table.columns.items():
        for source in (column.metadata or {}).get("sources") or ():
            upstream, _, upstream_column = source.partition(".")
            if upstream not in TABLES or upstream_column not in TABLES[upstream].columns:
                raise ValueError(f"{table.name}.{name} names the source {source!r}, which is no declared column")
            deps.setdefault(name, []).append(TableColumnDep(AssetKey(upstream), upstream_column))
    return TableColumnLineage(deps_by_column=deps)


def table_metadata(table: Table) -> Mapping[str, Any]:
    """What is true of the table before a row is in it, under Dagster's keys: name, storage, column schema, lineage."""
    return {
        "dagster/table_name": table.name,
        "dagster/storage_kind": "duckdb",
        "dagster/column_schema": table_schema(table),
        "dagster/column_lineage": column_lineage(table),
    }
