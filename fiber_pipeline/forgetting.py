"""Erasing a batch or a customer from everything the pipeline keeps."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from fiber_pipeline.assets.output_files import output_paths
from fiber_pipeline.inbox import Inbox, Quarantine
from fiber_pipeline.settings import Settings
from fiber_pipeline.warehouse import Warehouse


@dataclass(frozen=True)
class Forgotten:
    """What was erased: rows by table, and files."""

    rows: Mapping[str, int]
    files: tuple[str, ...]

    def lines(self) -> list[str]:
        """The same in words, a line each."""
        told = [f"{table}: {count} rows" for table, count in self.rows.items() if count]
        told += [f"deleted {file}" for file in self.files]
        if not told:
            return ["nothing was found to erase"]
        return [*told, "run `fiber run` to measure and write the reports anew"]


def forget_batch(settings: Settings, batch: str) -> Forgotten:
    """Erase a batch's rows, its file in the inbox or the quarantine, and the outputs that may quote it."""
    rows = _warehouse(settings).erase(batch=batch)
    files = []
    inbox = Inbox(settings.inbox_url)
    if any(file.batch == batch for file in inbox.files()):
        inbox.remove(batch)
        files.append(f"{inbox.url}/{batch}")
    quarantine = Quarantine(settings.quarantine_dir)
    if quarantine.why(batch) is not None:
        quarantine.release(batch)
        files.append(f"{settings.quarantine_dir}/{batch}")
    return Forgotten(rows, (*files, *_delete_outputs(settings)))


def forget_customer(settings: Settings, customer_id: str) -> Forgotten:
    """Erase a customer's rows and the outputs that may quote them. Files of the inbox are not rewritten."""
    rows = _warehouse(settings).erase(customer_id=customer_id)
    return Forgotten(rows, _delete_outputs(settings))


def _warehouse(settings: Settings) -> Warehouse:
    return Warehouse(settings.warehouse_location, settings.warehouse_key)


def _delete_outputs(settings: Settings) -> tuple[str, ...]:
    # A source's own outputs lie in folders beside the overall ones; any of them may quote what was erased.
    folders = [settings.outputs_dir]
    if settings.outputs_dir.exists():
        folders += [folder for folder in settings.outputs_dir.iterdir() if folder.is_dir()]
    deleted = []
    for path in (path for folder in folders for path in output_paths(folder)):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        deleted.append(str(path))
    return tuple(deleted)
