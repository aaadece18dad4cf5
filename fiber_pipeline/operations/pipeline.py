"""Running the jobs in this process, as the command line does: batch by batch, doing only what is not up to date."""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dagster as dg

from fiber_pipeline.assets.jobs import ANNOTATION_ASSETS, BATCH_ASSETS, INSIGHT_ASSETS, REPORT_ASSETS
from fiber_pipeline.assets.output_files import REPORT_NAMES
from fiber_pipeline.assets.partitions import FEEDBACK_BATCHES
from fiber_pipeline.assets.publishing import HISTORY
from fiber_pipeline.inbox import Inbox, Quarantine, UnusableName, check_batch_key, printable_name
from fiber_pipeline.insight import incomplete_batches
from fiber_pipeline.operations.corrections import note_corrections
from fiber_pipeline.operations.failures import NEVER_AGAIN, reason_of
from fiber_pipeline.operations.healing import end_dead_runs, process_tags
from fiber_pipeline.operations.under_way import batches_under_way
from fiber_pipeline.settings import Settings
from fiber_pipeline.warehouse import Overtaken, Warehouse

CODE_VERSION_TAG = "dagster/code_version"
# A batch that is overtaken is done again so often, each time after whoever was faster has finished.
_ATTEMPTS = 3
_PATIENCE_SECONDS = 600.0
_PAUSE_SECONDS = 0.5


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
        self._overtaken = False

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
        note_corrections(self._instance, self._warehouse)
        return Result(batch, problem=self._execute_alone(batch))

    def annotate(self, batch: str) -> Result:
        """Run what of `analyse_batch` follows `comments`, whether or not anything has changed; no file is read."""
        self._changed = True
        self._instance.add_dynamic_partitions(_partitions_name(), [batch])
        selection = [dg.AssetKey(name) for name in ANNOTATION_ASSETS]
        return Result(batch, problem=self._execute_alone(batch, asset_selection=selection))

    def refresh(self, *, force: bool = False) -> Result:
        """Run `refresh_insights` unless nothing that it reads has changed since; again if that changes meanwhile."""
        if not (force or self._changed) and self._insights_are_current():
            return Result("insights", skipped=True)
        problem = None
        for _ in range(_ATTEMPTS):
            problem = self._execute("refresh_insights")
            if problem is not None or self._insights_are_current():
                break
        return Result("insights", problem=problem)

    def run(self, job: str) -> Result:
        """Run an unpartitioned job by its name, whether or not anything has changed."""
        return Result(job, problem=self._execute(job))

    def _execute_alone(self, batch: str, **arguments: Any) -> str | None:
        """Run `analyse_batch`; do it again if another run, which no queue holds back, has overtaken it."""
        problem = None
        for _ in range(_ATTEMPTS):
            problem = self._execute("analyse_batch", partition_key=batch, **arguments)
            if problem is None or not self._overtaken:
                break
            self._wait_for_others(batch)
        if problem is None:
            self._incomplete.discard(batch)
        return problem

    def _wait_for_others(self, batch: str) -> None:
        """Let who has overtaken us finish: both beginning again at once would only overtake each other again."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while batch in batches_under_way(self._instance) and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
            # Whoever has died meanwhile finishes nothing.
            end_dead_runs(self._instance)

    @cached_property
    def _incomplete(self) -> set[str]:
        """The batches that were not whole when first asked, less those that were run since."""
        with self._warehouse.reader() as connection:
            return {item.batch for item in incomplete_batches(connection)}

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
        self._overtaken = False
        if result.success:
            return None
        failures = result.get_step_failure_events()
        self._overtaken = any(_was_overtaken(event) for event in failures)
        return reason_of(failures)

    def _is_current(self, batch: str) -> bool:
        if batch in self._incomplete:
            return False
        content = self._warehouse.batches()
        known = content.loc[content["batch"] == batch, "file_sha256"].tolist()
        if known != [self._inbox.sha256(batch)]:
            return False
        return all(self._latest_version(asset, batch) == self._versions[asset] for asset in BATCH_ASSETS)

    def _insights_are_current(self) -> bool:
        # What is missing was deleted by a person, or because figures and words speak of what was to be forgotten.
        if not all((self._settings.outputs_dir / name).exists() for name in REPORT_NAMES):
            return False
        history = self._warehouse.history()
        return all(
            self._latest_version(asset) == self._versions[asset] and self._latest_history(asset) == history
            for asset in (*INSIGHT_ASSETS, *REPORT_ASSETS)
        )

    def _latest(self, asset: str, batch: str | None = None) -> dg.EventLogRecord | None:
        wanted = dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[batch] if batch else None)
        records = self._instance.fetch_materializations(wanted, limit=1).records
        return records[0] if records else None

    def _latest_version(self, asset: str, batch: str | None = None) -> str | None:
        record = self._latest(asset, batch)
        event = record.asset_materialization if record else None
        return (event.tags or {}).get(CODE_VERSION_TAG) if event else None

    def _latest_history(self, asset: str) -> str | None:
        """What the history was at when the asset read it."""
        record = self._latest(asset)
        event = record.asset_materialization if record else None
        told = event.metadata.get(HISTORY) if event else None
        return str(told.value) if told else None


def _was_overtaken(failure: dg.DagsterEvent) -> bool:
    error = failure.step_failure_data.error
    while error is not None:
        if error.cls_name == Overtaken.__name__:
            return True
        error = error.cause
    return False


def _partitions_name() -> str:
    name = FEEDBACK_BATCHES.name
    assert name is not None
    return name


def _code_versions(definitions: dg.Definitions) -> dict[str, str | None]:
    specs = definitions.resolve_all_asset_specs()
    return {spec.key.to_user_string(): spec.code_version for spec in specs}
