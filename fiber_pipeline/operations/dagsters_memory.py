"""What Dagster's own storage remembers of a batch, and of texts that earlier versions showed there; and forgetting it.

Events of today quote nobody (`assets.telling`). Those of earlier versions may: they are known by the names of what
they told. With a run go its events and its captured output; an SQLite file is written anew, so that no byte stays.
What a PostgreSQL database keeps of deleted rows is its vacuum's business.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg

from fiber_pipeline.assets.partitions import FEEDBACK_BATCHES

_PARTITION_TAG = "dagster/partition"
# What earlier versions called what they showed of texts, files and customers.
_QUOTING = {"preview", "notes", "copy_of", "how_it_was_read", "columns", "left_out", "refusals", "dropped_sentences"}
_AT_ONCE = 500
_BUSY_SECONDS = 60.0


def runs_of(instance: dg.DagsterInstance, batch: str) -> set[str]:
    """The runs of a batch that have ended. One that is at work is overtaken, and then names the batch alone."""
    runs = instance.get_runs(dg.RunsFilter(tags={_PARTITION_TAG: batch}))
    return {run.run_id for run in runs if run.is_finished}


def quoting_runs(instance: dg.DagsterInstance) -> set[str]:
    """The runs in whose events earlier versions may have quoted somebody."""
    return {
        record.run_id
        for key in instance.all_asset_keys()
        for record in _materializations(instance, key)
        if _is_quoting(record.asset_materialization)
    }


def forget_runs(instance: dg.DagsterInstance, runs: set[str], batch: str | None = None) -> None:
    """Delete these runs with all that was told and printed in them; a batch's partition too, if one is named."""
    for run in sorted(runs):
        instance.delete_run(run)
        instance.compute_log_manager.delete_logs(prefix=[run])
        # Named after the run, and empty by now.
        shutil.rmtree(Path(instance.root_directory) / "storage" / run, ignore_errors=True)
    # Dagster keeps an asset's last event once more, with the asset; all before it are older still, and gone by now.
    latest = {key: instance.get_latest_materialization_event(key) for key in instance.all_asset_keys()}
    quoting = [key for key, event in latest.items() if event and _is_quoting(event.asset_materialization)]
    if quoting:
        instance.wipe_assets(quoting)
    partitions = FEEDBACK_BATCHES.name or ""
    if batch is not None and batch in instance.get_dynamic_partitions(partitions):
        instance.delete_dynamic_partition(partitions, batch)
    for path in Path(instance.root_directory).rglob("*.db"):
        with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as file:
            file.execute("VACUUM")
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _is_quoting(told: dg.AssetMaterialization | None) -> bool:
    return told is not None and bool(told.metadata.keys() & _QUOTING)


def _materializations(instance: dg.DagsterInstance, key: dg.AssetKey) -> Iterator[dg.EventLogRecord]:
    cursor = None
    while True:
        page = instance.fetch_materializations(key, limit=_AT_ONCE, cursor=cursor)
        yield from page.records
        if not page.has_more:
            return
        cursor = page.cursor
