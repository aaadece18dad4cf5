"""Encrypting what is there already, and changing its key: the warehouse, and the response store with it."""

from typing import NamedTuple

import dagster as dg

from fiber_pipeline.operations.under_way import runs_under_way
from fiber_pipeline.problems import Problem
from fiber_pipeline.services.openai.batches.journal.opening import is_there, open_journal
from fiber_pipeline.services.store.resealing import reseal_store
from fiber_pipeline.settings import Settings
from fiber_pipeline.warehouse import Warehouse


class InUse(Problem):
    """The key cannot be changed while somebody works with the old one."""


class Encrypted(NamedTuple):
    """Whether the warehouse, and the response store, got the key; False where they had it or are not there."""

    warehouse: bool
    response_store: bool


def change_key(settings: Settings, instance: dg.DagsterInstance, old: str | None, new: str) -> Encrypted:
    """Put warehouse and response store under the key `new`. old: their key so far, None if they lie open.

    Cut short, it is finished by calling it again. Raises InUse while runs are under way or OpenAI's Batch API still
    answers for us, KeyMismatch if neither key is right.
    """
    under_way = runs_under_way(instance)
    if under_way:
        raise InUse(f"{len(under_way)} runs are under way; wait for them or end them, and stop `fiber ui`")
    if is_there(settings.cache_url, settings.cache_dir):
        journal = open_journal(settings.cache_url, settings.cache_dir, old)
        if any(submission.is_open for submission in journal.submissions()):
            raise InUse("OpenAI's Batch API is at work for us; collect its answers first (`fiber batches`)")
    # The store first: cut short, the warehouse still opens with the old key, and nothing runs until both are done.
    store = reseal_store(settings.cache_url, settings.cache_dir, old, new)
    return Encrypted(Warehouse(settings.warehouse_location, old).change_key(new), store)
