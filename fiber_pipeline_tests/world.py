"""A whole pipeline over a temporary data directory, as tests use it."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from fiber_pipeline.definitions import build_definitions
from fiber_pipeline.settings import Settings
from fiber_pipeline.warehouse import Warehouse

HEADER = ("Comentario Final", "NPS", "Nota", "Fecha", "Cliente", "Ciudad")
ROWS = (
    ("El internet se corta todas las noches, llamen al 0981 123 456", 2, 3, "05/01/2026", "C1", "Luque"),
    ("Excelente servicio, nunca se corta", 10, 10, "17/01/2026", "C2", "Asunción"),
    ("Ndaipóri internet, mbegueterei la conexión", 1, 2, "20/01/2026", "C3", "Areguá"),
    ("No", 7, 7, "21/01/2026", "C4", "Luque"),
    ("Muy caro para lo que es pero anda bien", 6, 6, "02/02/2026", "C5", "Luque"),
    ("", 9, 9, "03/02/2026", "C6", "Asunción"),
)


@dataclass
class World:
    """A data directory with an inbox, a warehouse and a Dagster instance of its own."""

    settings: Settings
    instance: dg.DagsterInstance

    @property
    def inbox(self) -> Path:
        return Path(self.settings.inbox_url)

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.settings.warehouse_location, self.settings.warehouse_key)

    def drop(self, batch: str, rows: Sequence[Sequence[object]] = ROWS, header: Sequence[str] = HEADER) -> Path:
        path = self.inbox / batch
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])
        return path

    def definitions(self, overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
        return build_definitions(overrides, self.settings)

    def analyse(self, batch: str, overrides: Mapping[str, Any] | None = None) -> dg.ExecuteInProcessResult:
        self.instance.add_dynamic_partitions("feedback_batch", [batch])
        return self.execute("analyse_batch", overrides, partition_key=batch)

    def refresh(self) -> dg.ExecuteInProcessResult:
        return self.execute("refresh_insights")

    def execute(
        self, job: str, overrides: Mapping[str, Any] | None = None, **arguments: Any
    ) -> dg.ExecuteInProcessResult:
        definition = self.definitions(overrides).resolve_job_def(job)
        return definition.execute_in_process(instance=self.instance, raise_on_error=False, **arguments)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self.warehouse.reader() as connection:
            return connection.execute(sql).fetchall()
