"""Erasing a batch or a customer from everything the pipeline keeps."""

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from fiber_pipeline.assets.output_files import output_paths
from fiber_pipeline.cleaning.customer_codes import is_code
from fiber_pipeline.cleaning.forgotten import ForgottenCustomers
from fiber_pipeline.inbox import Inbox, Quarantine
from fiber_pipeline.operations.dagsters_memory import forget_runs, quoting_runs, runs_of
from fiber_pipeline.problems import UnknownName
from fiber_pipeline.resources import ResponseStoreResource
from fiber_pipeline.resources.openai_batches import OpenAIBatchesResource
from fiber_pipeline.review.folder import workbooks_quoting
from fiber_pipeline.services.openai.batches.journal.opening import is_there
from fiber_pipeline.services.openai.operations import PROVIDER, SUMMARISE_PROMPT
from fiber_pipeline.services.operation import text_hash
from fiber_pipeline.services.store.opening import has_store, store_of
from fiber_pipeline.settings import LOCAL, Settings
from fiber_pipeline.tables import EXECUTIVE_SUMMARY, RECOMMENDATIONS
from fiber_pipeline.tables.identifiers import CUSTOMER_KEY_SQL, customer_key
from fiber_pipeline.warehouse import Warehouse

_OF_BATCH = "raw_comments.batch = $name"
_OF_CUSTOMER = f"{CUSTOMER_KEY_SQL.format('raw_comments.customer_id')} = $name"
_RAW_OF_COMMENT = "comments JOIN raw_comments USING (batch, row_id)"
_IN_FILES = f"SELECT raw_comments.customer_id FROM {_RAW_OF_COMMENT} WHERE comments.customer_id = $name"  # noqa: S608
_BATCHES = (
    "SELECT DISTINCT batch FROM raw_comments UNION SELECT batch FROM rejected_rows UNION SELECT batch FROM comments"
)


@dataclass(frozen=True)
class Forgotten:
    """What was erased, or would be.

    rows: by table. files: deleted. answers: of services. submissions: whose answers will not be kept. still_in: files
    of the inbox that hold rows of the customer, which runs leave out from now on. is_dry: whether nothing was done.
    """

    rows: Mapping[str, int]
    files: tuple[str, ...]
    answers: int = 0
    submissions: int = 0
    still_in: tuple[str, ...] = ()
    runs: int = 0
    is_dry: bool = False

    def lines(self) -> list[str]:
        """The same in words, a line each."""
        told = [f"{table}: {count} rows" for table, count in self.rows.items() if count]
        if self.answers:
            told.append(f"response store: {self.answers} answers")
        if self.submissions:
            told.append(f"OpenAI's Batch API: {self.submissions} submissions, deleted there when they have ended")
        told += [f"{'would delete' if self.is_dry else 'deleted'} {file}" for file in self.files]
        if self.runs:
            told.append(f"Dagster's storage: {self.runs} runs with their events")
        if self.still_in:
            told += [f"still in {file}" for file in self.still_in]
            told.append("runs leave these rows out from now on; delete them in the files too")
        if self.is_dry:
            return [*told, "nothing was done"]
        return [*told, "run `fiber run` to measure and write the reports anew"]


def forget_batch(
    settings: Settings, batch: str, instance: dg.DagsterInstance | None = None, *, dry_run: bool = False
) -> Forgotten:
    """Erase a batch's rows, its file in the inbox or the quarantine, and all that quotes it.

    instance: of which the batch's partition and runs are deleted too, and what earlier versions quoted in its events.
    Raises UnknownName, having erased nothing, for a batch of which there is nothing. dry_run: say what would go.
    """
    inbox, quarantine = Inbox(settings.inbox_url), Quarantine(settings.quarantine_dir)
    waiting = {file.batch for file in inbox.files()}
    known = {*_column(settings, _BATCHES), *waiting, *quarantine.batches()}
    if batch not in known:
        raise UnknownName("batch", batch, known)
    erasing = _Erasing(settings, _OF_BATCH, batch, dry_run=dry_run)
    answers, submissions = erasing.answers(), erasing.submissions([batch])
    reviews = erasing.reviews()
    erasing.words()
    rows = _warehouse(settings).erase(batch=batch, dry_run=dry_run)
    files = []
    if batch in waiting:
        files.append(f"{inbox.url}/{batch}")
        if not dry_run:
            inbox.remove(batch)
    if quarantine.why(batch) is not None:
        files.append(f"{settings.quarantine_dir}/{batch}")
        if not dry_run:
            quarantine.release(batch)
    outputs, runs = erasing.outputs(), erasing.runs(instance, batch)
    return Forgotten(rows, (*files, *outputs, *reviews), answers, submissions, runs=runs, is_dry=dry_run)


def forget_customer(
    settings: Settings, customer_id: str, instance: dg.DagsterInstance | None = None, *, dry_run: bool = False
) -> Forgotten:
    """Erase a customer's rows and all that quotes them, and have runs leave them out of files from now on.

    customer_id: as the files name them, in any spelling (`tables.identifiers`), or by their code. Files of the inbox
    are not rewritten, but named. instance: of which the runs are deleted in whose events earlier versions quoted
    somebody. Raises UnknownName, having erased nothing, for a customer of whom there is nothing. dry_run: say what
    would go.
    """
    if is_code(customer_id):
        # Several are spellings of one customer, all of which the first stands for.
        customer_id = min(_column(settings, _IN_FILES, customer_id), default=customer_id)
    forgotten = ForgottenCustomers(settings.installation_dir, settings.secret_path)
    name = customer_key(customer_id)
    batches = _column(settings, f"SELECT DISTINCT batch FROM raw_comments WHERE {_OF_CUSTOMER}", name)  # noqa: S608
    if not batches and customer_id not in forgotten:
        # Rejected rows name their customer too, in one of their cells.
        found = _warehouse(settings).erase(customer_id=customer_id, dry_run=True) if name else {}
        if not any(found.values()):
            known = "SELECT DISTINCT customer_id FROM raw_comments WHERE customer_id IS NOT NULL"
            raise UnknownName("customer", customer_id, _column(settings, known))
    if not dry_run:
        # First of all: a file may come again at any moment, and what is cut short here is known by this.
        forgotten.add(customer_id)
    erasing = _Erasing(settings, _OF_CUSTOMER, name, dry_run=dry_run)
    answers, submissions = erasing.answers(), erasing.submissions(batches)
    reviews = erasing.reviews()
    erasing.words()
    rows = _warehouse(settings).erase(customer_id=customer_id, dry_run=dry_run)
    inbox = Inbox(settings.inbox_url)
    still_in = tuple(f"{inbox.url}/{file.batch}" for file in inbox.files() if file.batch in batches)
    outputs, runs = erasing.outputs(), erasing.runs(instance)
    return Forgotten(rows, (*outputs, *reviews), answers, submissions, still_in, runs, is_dry=dry_run)


class _Erasing:
    """What quotes a batch or a customer outside the tables. Each step does it and says what it was, or only says so."""

    def __init__(self, settings: Settings, of_whom: str, name: str, *, dry_run: bool) -> None:
        """of_whom: the SQL condition on `raw_comments`, in which `name` is $name."""
        self._settings = settings
        self._of_whom = of_whom
        self._name = name
        self._dry_run = dry_run

    def answers(self) -> int:
        """Drop what services answered about these texts, before the tables that name them are erased.

        Answers are kept by text, not by comment: where somebody else wrote the same, their answer goes too and is
        asked for again. The books stay: they hold the names of batches and what was paid, and no text.
        """
        texts = self._texts()
        if not texts or not has_store(self._settings):
            return 0
        store = store_of(self._settings)
        hashes = [text_hash(text) for text in texts]
        try:
            # What was written about all comments together may speak of these.
            if self._dry_run:
                written = (row for row in store.statistics() if row["prompt_version"] == SUMMARISE_PROMPT)
                summaries = sum(int(row["answers"]) for row in written if row["provider"] == PROVIDER)
                return summaries + store.count_about(hashes)
            return store.clear(provider=PROVIDER, prompt_version=SUMMARISE_PROMPT) + store.forget(hashes)
        finally:
            store.close()

    def submissions(self, batches: Collection[str]) -> int:
        """Keep nothing of what OpenAI is still answering about these batches."""
        if not is_there(self._settings.cache_url, self._settings.cache_dir):
            return 0
        desk = OpenAIBatchesResource(self._settings, ResponseStoreResource(self._settings)).open()
        if self._dry_run:
            return sum(
                each.is_open and each.batch is not None and each.batch in batches for each in desk.journal.submissions()
            )
        return sum(desk.abandon(batch) for batch in batches)

    def reviews(self) -> tuple[str, ...]:
        """Delete reviewed workbooks that quote what nobody else wrote; what people said in them is in `corrections`."""
        keys = f"SELECT DISTINCT text_key FROM {_RAW_OF_COMMENT} WHERE ({self._of_whom})"  # noqa: S608
        mine, others = self._column(f"{keys} IS TRUE"), self._column(f"{keys} IS NOT TRUE")
        return self._delete(workbooks_quoting(self._settings.reviews_dir, mine - others))

    def words(self) -> None:
        """Empty the tables in which a service wrote about all comments together, before their bytes are erased.

        The next run fills them again. The rules' words stay: they are the figures', and quote nobody.
        """
        warehouse = _warehouse(self._settings)
        for table in (EXECUTIVE_SUMMARY, RECOMMENDATIONS) if self._texts() and not self._dry_run else ():
            if (warehouse.read(table, ["engine"])["engine"] != LOCAL).any():
                warehouse.write(table, table.empty())

    def runs(self, instance: dg.DagsterInstance | None, batch: str | None = None) -> int:
        """Delete the runs of a batch, and those in whose events earlier versions quoted somebody."""
        if instance is None:
            return 0
        runs = quoting_runs(instance) | (runs_of(instance, batch) if batch is not None else set())
        if not self._dry_run:
            forget_runs(instance, runs, batch)
        return len(runs)

    def outputs(self) -> tuple[str, ...]:
        """Delete what people read: any of it may quote what was erased, a source's own in its folder too."""
        return self._delete(output_paths(self._settings.outputs_dir))

    def _texts(self) -> set[str]:
        """The redacted texts and their translations: all that services can have been told."""
        of_whom = f"FROM {_RAW_OF_COMMENT} WHERE {self._of_whom}"
        return self._column(
            f"SELECT text {of_whom} UNION SELECT text_es FROM translated_comments "  # noqa: S608
            f"WHERE comment_id IN (SELECT comment_id {of_whom})"
        )

    def _column(self, query: str) -> set[str]:
        return _column(self._settings, query, self._name)

    def _delete(self, paths: Sequence[Path]) -> tuple[str, ...]:
        for path in () if self._dry_run else paths:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return tuple(map(str, paths))


def _warehouse(settings: Settings) -> Warehouse:
    return Warehouse(settings.warehouse_location, settings.warehouse_key)


def _column(settings: Settings, query: str, name: str | None = None) -> set[str]:
    with _warehouse(settings).reader() as connection:
        found = connection.execute(query, {} if name is None else {"name": name}).fetchall()
    return {value for (value,) in found}
