"""Running the jobs in this process, as the command line does: batch by batch, doing only what is not up to date."""

from dataclasses import dataclass
from typing import Any

import dagster as dg

from fiber_pipeline.assets.jobs import ANNOTATION_ASSETS, BATCH_ASSETS, INSIGHT_ASSETS, REPORT_ASSETS
from fiber_pipeline.assets.output_files import REPORT_NAMES
from fiber_pipeline.assets.partitions import FEEDBACK_BATCHES
from fiber_pipeline.inbox import Inbox, Quarantine, UnusableName, check_batch_key, printable_name
from fiber_pipeline.operations.failures import NEVER_AGAIN, reason_of
from fiber_pipeline.operations.healing import process_tags
from fiber_pipeline.settings import Settings
from fiber_pipeline.warehouse import Warehouse

CODE_VERSION_TAG = "dagster/code_version"


@dataclass(frozen=True)
class Result:
    """What became of a batch, or of the insights. `problem` is None if it succeeded or was up to date."""

    name: str
    skipped: bool = False
    problem: str | None = None

    @property
    def failed(self) -> bool:
        """Whether it did not work."""
        return self.problem is not None


class Pipeline:
    """The jobs, over one Dagster instance; engines and lexicons are loaded once for all batches."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance, definitions: dg.Definitions) -> None:
        """definitions: the code location as `build_definitions` assembles it, for these settings."""
        self._settings = settings
        self._instance = instance
        self._definitions = definitions
        self._warehouse = Warehouse(settings.warehouse_location, settings.warehouse_key)
        self._inbox = Inbox(settings.inbox_url)
        self._versions = _code_versions(self._definitions)
        self._changed = False

    def analyse(self, batch: str, *, force: bool = False) -> Result:
        """Run `analyse_batch` for a batch unless its content and the code that reads it are as when last run."""
        try:
            check_batch_key(batch)
        except UnusableName as problem:
            Quarantine(self._settings.quarantine_dir).take(self._inbox, batch, str(problem))
            return Result(printable_name(batch), problem=str(problem))
        if not force and self._is_current(batch):
            return Result(batch, skipped=True)
        self._changed = True
        self._instance.add_dynamic_partitions(_partitions_name(), [batch])
        return Result(batch, problem=self._execute("analyse_batch", partition_key=batch))

    def annotate(self, batch: str) -> Result:
        """Run what of `analyse_batch` follows `comments`, whether or not anything has changed; no file is read."""
        self._changed = True
        self._instance.add_dynamic_partitions(_partitions_name(), [batch])
        selection = [dg.AssetKey(name) for name in ANNOTATION_ASSETS]
        return Result(batch, problem=self._execute("analyse_batch", partition_key=batch, asset_selection=selection))

    def refresh(self, *, force: bool = False) -> Result:
        """Run `refresh_insights` unless nothing that it reads has changed since."""
        if not (force or self._changed) and self._insights_are_current():
            return Result("insights", skipped=True)
        return Result("insights", problem=self._execute("refresh_insights"))

    def run(self, job: str) -> Result:
        """Run an unpartitioned job by its name, whether or not anything has changed."""
        return Result(job, problem=self._execute(job))

    def _execute(self, job: str, **arguments: Any) -> str | None:
        definition = self._definitions.resolve_job_def(job)
        result = definition.execute_in_process(
            instance=self._instance,
            raise_on_error=False,
            # Unnamed, Dagster would bring its own console log instead of the listener's.
            run_config={"loggers": {"console": {}}},
            # Who called is told at once, and decides; the daemon has nothing to add.
            tags={**process_tags(self._instance), **NEVER_AGAIN},
            **arguments,
        )
        if result.success:
            return None
        return reason_of(result.get_step_failure_events())

    def _is_current(self, batch: str) -> bool:
        content = self._warehouse.batches()
        known = content.loc[content["batch"] == batch, "file_sha256"].tolist()
        if known != [self._inbox.sha256(batch)]:
            return False
        return all(self._latest_version(asset, batch) == self._versions[asset] for asset in BATCH_ASSETS)

    def _insights_are_current(self) -> bool:
        # What is missing was deleted by a person, or because figures and words speak of what was to be forgotten.
        if not all((self._settings.outputs_dir / name).exists() for name in REPORT_NAMES):
            return False
        assets = (*INSIGHT_ASSETS, *REPORT_ASSETS)
        if not all(self._latest_version(asset) == self._versions[asset] for asset in assets):
            return False
        done = [self._latest_time(asset) for asset in assets]
        read = [self._latest_time(asset) for asset in BATCH_ASSETS]
        return min(done) >= max(read)

    def _latest(self, asset: str, batch: str | None = None) -> dg.EventLogRecord | None:
        wanted = dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[batch] if batch else None)
        records = self._instance.fetch_materializations(wanted, limit=1).records
        return records[0] if records else None

    def _latest_version(self, asset: str, batch: str | None = None) -> str | None:
        record = self._latest(asset, batch)
        event = record.asset_materialization if record else None
        return (event.tags or {}).get(CODE_VERSION_TAG) if event else None

    def _latest_time(self, asset: str) -> float:
        record = self._latest(asset)
        return record.timestamp if record else 0.0


def _partitions_name() -> str:
    name = FEEDBACK_BATCHES.name
    assert name is not None
    return name


def _code_versions(definitions: dg.Definitions) -> dict[str, str | None]:
    specs = definitions.resolve_all_asset_specs()
    return {spec.key.to_user_string(): spec.code_version for spec in specs}
