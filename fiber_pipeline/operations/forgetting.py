"""Erasing a batch or a customer from everything the pipeline keeps."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fiber_pipeline.assets.output_files import output_paths
from fiber_pipeline.inbox import Inbox, Quarantine
from fiber_pipeline.resources import ResponseStoreResource
from fiber_pipeline.resources.openai_batches import OpenAIBatchesResource
from fiber_pipeline.review.folder import workbooks_quoting
from fiber_pipeline.services.openai.batches.journal.opening import is_there
from fiber_pipeline.services.openai.operations import PROVIDER, SUMMARISE_PROMPT
from fiber_pipeline.services.operation import text_hash
from fiber_pipeline.services.store.opening import has_store, store_of
from fiber_pipeline.settings import LOCAL, Settings
from fiber_pipeline.tables import EXECUTIVE_SUMMARY, RECOMMENDATIONS
from fiber_pipeline.warehouse import Warehouse


@dataclass(frozen=True)
class Forgotten:
    """What was erased: rows by table, files, services' answers, and submissions whose answers will not be kept."""

    rows: Mapping[str, int]
    files: tuple[str, ...]
    answers: int = 0
    submissions: int = 0

    def lines(self) -> list[str]:
        """The same in words, a line each."""
        told = [f"{table}: {count} rows" for table, count in self.rows.items() if count]
        if self.answers:
            told.append(f"response store: {self.answers} answers")
        if self.submissions:
            told.append(f"OpenAI's Batch API: {self.submissions} submissions, deleted there when they have ended")
        told += [f"deleted {file}" for file in self.files]
        if not told:
            return ["nothing was found to erase"]
        return [*told, "run `fiber run` to measure and write the reports anew"]


def forget_batch(settings: Settings, batch: str) -> Forgotten:
    """Erase a batch's rows, its file in the inbox or the quarantine, and all that quotes it."""
    texts = _text_keys(settings, "batch", batch)
    answers = _forget_answers(settings, _texts(settings, "batch", batch))
    submissions = _abandon_submissions(settings, [batch])
    _forget_words(settings, texts)
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
    deleted = (*files, *_delete_outputs(settings), *_delete_reviews(settings, texts))
    return Forgotten(rows, deleted, answers, submissions)


def forget_customer(settings: Settings, customer_id: str) -> Forgotten:
    """Erase a customer's rows and all that quotes them. Files of the inbox are not rewritten."""
    texts = _text_keys(settings, "customer_id", customer_id)
    answers = _forget_answers(settings, _texts(settings, "customer_id", customer_id))
    submissions = _abandon_submissions(settings, _batches_of(settings, customer_id))
    _forget_words(settings, texts)
    rows = _warehouse(settings).erase(customer_id=customer_id)
    deleted = (*_delete_outputs(settings), *_delete_reviews(settings, texts))
    return Forgotten(rows, deleted, answers, submissions)


def _warehouse(settings: Settings) -> Warehouse:
    return Warehouse(settings.warehouse_location, settings.warehouse_key)


def _text_keys(settings: Settings, column: Literal["batch", "customer_id"], value: str) -> set[str]:
    rows = "comments JOIN raw_comments USING (batch, row_id)"
    with _warehouse(settings).reader() as connection:
        found = connection.execute(
            f"SELECT DISTINCT text_key FROM {rows} WHERE raw_comments.{column} = ?",  # noqa: S608
            [value],
        ).fetchall()
    return {key for (key,) in found}


def _delete_reviews(settings: Settings, texts: set[str]) -> tuple[str, ...]:
    """Delete reviewed workbooks that quote what nobody else wrote; what people said in them is in `corrections`."""
    with _warehouse(settings).reader() as connection:
        known = connection.execute("SELECT DISTINCT text_key FROM comments").fetchall()
    paths = workbooks_quoting(settings.reviews_dir, texts - {key for (key,) in known})
    for path in paths:
        path.unlink()
    return tuple(map(str, paths))


def _texts(settings: Settings, column: Literal["batch", "customer_id"], value: str) -> set[str]:
    """The redacted texts of a batch or a customer, and their translations: all that services can have been told."""
    of_whom = f"FROM comments JOIN raw_comments USING (batch, row_id) WHERE raw_comments.{column} = $value"
    with _warehouse(settings).reader() as connection:
        found = connection.execute(
            f"SELECT text {of_whom} UNION SELECT text_es FROM translated_comments "  # noqa: S608
            f"WHERE comment_id IN (SELECT comment_id {of_whom})",
            {"value": value},
        ).fetchall()
    return {text for (text,) in found}


def _forget_answers(settings: Settings, texts: set[str]) -> int:
    """Drop what services answered about these texts, before the tables that name them are erased.

    Answers are kept by text, not by comment: where somebody else wrote the same, their answer goes too and is asked
    for again. The books stay: they hold the names of batches and what was paid, and no text.
    """
    if not texts or not has_store(settings):
        return 0
    store = store_of(settings)
    try:
        # What was written about all comments together may speak of these.
        summaries = store.clear(provider=PROVIDER, prompt_version=SUMMARISE_PROMPT)
        return summaries + store.forget([text_hash(text) for text in texts])
    finally:
        store.close()


def _forget_words(settings: Settings, texts: set[str]) -> None:
    """Empty the tables in which a service wrote about all comments together, before their bytes are erased.

    The next run fills them again. The rules' words stay: they are the figures', and quote nobody.
    """
    warehouse = _warehouse(settings)
    for table in (EXECUTIVE_SUMMARY, RECOMMENDATIONS):
        if texts and (warehouse.read(table, ["engine"])["engine"] != LOCAL).any():
            warehouse.write(table, table.empty())


def _batches_of(settings: Settings, customer_id: str) -> list[str]:
    with _warehouse(settings).reader() as connection:
        found = connection.execute("SELECT DISTINCT batch FROM raw_comments WHERE customer_id = ?", [customer_id])
        return [batch for (batch,) in found.fetchall()]


def _abandon_submissions(settings: Settings, batches: Sequence[str]) -> int:
    """Keep nothing of what OpenAI is still answering about these batches."""
    if not is_there(settings.cache_url, settings.cache_dir):
        return 0
    desk = OpenAIBatchesResource(settings, ResponseStoreResource(settings)).open()
    return sum(desk.abandon(batch) for batch in batches)


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
