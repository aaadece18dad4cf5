"""`raw_comments` and `rejected_rows`: the rows of a batch's file."""

from datetime import UTC, datetime

import dagster as dg

from fiber_pipeline.assets.code_version import code_version
from fiber_pipeline.assets.partitions import FEEDBACK_BATCHES
from fiber_pipeline.assets.publishing import Events, evaluate, shown_of, spec, table_outs, tell
from fiber_pipeline.assets.telling import failure, without_words
from fiber_pipeline.checks import ROW_CONSERVATION, SCHEMA, check_row_conservation
from fiber_pipeline.cleaning import shown
from fiber_pipeline.cleaning.forgotten import ForgottenCustomers
from fiber_pipeline.inbox import UnusableName, check_batch_key
from fiber_pipeline.readers import Reading, ReadingSummary, UnreadableFile, describe_reading, read_file
from fiber_pipeline.resources import IdentitiesResource, InboxResource, ProgressResource, WarehouseResource
from fiber_pipeline.settings import Settings
from fiber_pipeline.tables import RAW_COMMENTS, REJECTED_ROWS
from fiber_pipeline.warehouse import Overtaken, WriteReport
from fiber_pipeline.warehouse.io_manager import write_metadata

FILE_SHA256 = "file_sha256"
COLUMNS_ARE_CLEAR = "columns_are_clear"
_CLEAR = "No choice of a column was a close one, and no column named for a date or a score holds something else."
# A file is read again where another run has read it meanwhile: the last to write has then read it last.
_READINGS = 5
_VERSION = code_version("readers", "inbox")


@dg.multi_asset(
    name="raw_comments",
    partitions_def=FEEDBACK_BATCHES,
    outs=table_outs(
        (
            (RAW_COMMENTS, "Every accepted row of a batch's file, as it stood there, unredacted."),
            (REJECTED_ROWS, "Every row that could not be accepted, with the reason."),
        ),
        _VERSION,
    ),
    check_specs=[
        spec(SCHEMA, RAW_COMMENTS),
        spec(ROW_CONSERVATION, RAW_COMMENTS),
        dg.AssetCheckSpec(COLUMNS_ARE_CLEAR, asset=RAW_COMMENTS.name, description=_CLEAR),
        spec(SCHEMA, REJECTED_ROWS),
    ],
)
def raw_comments(
    context: dg.AssetExecutionContext,
    inbox: InboxResource,
    warehouse: WarehouseResource,
    identities: dg.ResourceParam[IdentitiesResource],
    progress: dg.ResourceParam[ProgressResource],
    settings: dg.ResourceParam[Settings],
) -> Events:
    """Read a batch's file; quarantine it if it cannot be read."""
    batch, store = context.partition_key, warehouse.open()
    # Before anything of the batch is read: who has read it before names are brought up to date is overtaken by that.
    identities.of(store)
    for left in reversed(range(_READINGS)):
        standing = store.current(RAW_COMMENTS, batch)
        # After that: whoever is forgotten from now on overtakes this reading.
        forgotten = ForgottenCustomers(settings.installation_dir, settings.secret_path)
        with without_words():
            reading = _read(batch, inbox, warehouse)
        summary = reading.summary
        raw, rejected = forgotten.leave_out(reading.raw, reading.rejected)
        conserved = check_row_conservation(summary.data_rows, len(raw), len(rejected))
        frames = [(REJECTED_ROWS, rejected), (RAW_COMMENTS, raw)]
        checks = [evaluate(REJECTED_ROWS, rejected), evaluate(RAW_COMMENTS, raw, [conserved])]
        reports: list[WriteReport] = []
        if all(outcome.passed for outcomes in checks for outcome in outcomes):
            try:
                # Both at once: the rows of one reading, with its version.
                reports = store.write_many(frames, batch, replacing=standing)
            except Overtaken as problem:
                if not left:
                    raise
                # What another run has read may be older than the file is now, or newer than what this one read.
                context.log.warning("%s; its file is read again", problem)
                continue
        break
    # Not of which: the other's name goes when it is forgotten, and this batch's events stay.
    is_copy = _is_copy(warehouse, batch, summary.file_sha256)
    if is_copy:
        context.log.warning("%s has the same content as a batch before it; its comments count once", batch)
    for line in describe_reading(summary):
        progress.tell(shown(line), context.log)
    about_file = {
        FILE_SHA256: summary.file_sha256,
        "is_copy": is_copy,
        "tables_read": _tables_read(summary),
        "columns_read": _columns_read(summary),
        "tables_left_out": [str(table) for table in summary.left_out],
        "reading_notes": list(summary.notes),
    }
    for (table, _), outcomes in zip(frames, checks, strict=True):
        yield from tell(table, outcomes)
    for (table, frame), report in zip(frames, reports, strict=True):
        metadata = {**(about_file if table is RAW_COMMENTS else {}), **write_metadata(table, report)}
        yield dg.Output(None, output_name=table.name, metadata=shown_of(table, frame, metadata))
    yield dg.AssetCheckResult(
        asset_key=RAW_COMMENTS.name,
        check_name=COLUMNS_ARE_CLEAR,
        passed=not summary.doubts,
        severity=dg.AssetCheckSeverity.WARN,
        description=shown("; ".join(summary.doubts)) or "nothing speaks against how the columns were read",
        metadata={"doubts": len(summary.doubts)},
    )


def _columns_read(summary: ReadingSummary) -> dg.TableMetadataValue:
    """What each column was taken for, and why."""
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "table": table.where,
                    "taken for": choice.role,
                    "column": choice.header,
                    "why": ", ".join(choice.reasons),
                    "next best": choice.runner_up or "",
                    "doubt": choice.doubt or "",
                }
            )
            for table in summary.tables
            for choice in table.choices
        ]
    )


def _tables_read(summary: ReadingSummary) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "file": table.file,
                    "sheet": table.sheet or "",
                    "encoding": table.encoding or "",
                    "delimiter": table.delimiter or "",
                    "header row": table.header_row or 0,
                    "columns": ", ".join(f"{role}: {header}" for role, header in table.columns.items()),
                    "data rows": table.data_rows,
                    "accepted": table.accepted,
                    "rejected": table.rejected,
                    "notes": "; ".join(table.notes),
                }
            )
            for table in summary.tables
        ]
    )


def _is_copy(warehouse: WarehouseResource, batch: str, sha256: str) -> bool:
    batches = warehouse.open().batches()
    return bool(((batches["file_sha256"] == sha256) & (batches["batch"] != batch)).any())


def _read(batch: str, inbox: InboxResource, warehouse: WarehouseResource) -> Reading:
    box, quarantine = inbox.open(), inbox.quarantine()
    mappings = inbox.mappings()
    try:
        check_batch_key(batch)
        with box.local_copy(batch) as path:
            first_ingested = warehouse.open().first_ingested(batch, box.sha256(batch))
            reading = read_file(
                path,
                batch=batch,
                # Reading the same content again is no news: the moment it first came in stands.
                ingested_at=first_ingested or datetime.now(UTC),
                mapping=mappings.for_batch(batch) if mappings else None,
                limits=inbox.limits(),
            )
    except FileNotFoundError as missing:
        why = quarantine.why(batch)
        told = f"it is in quarantine: {why}" if why else "drop it again, or delete the partition"
        raise failure(f"{missing}; {told}") from None
    except (UnreadableFile, UnusableName) as problem:
        place = quarantine.take(box, batch, str(problem))
        reason = {"reason": str(problem), "quarantined_as": dg.MetadataValue.path(str(place))}
        raise failure(f"{batch} was quarantined: {problem}", reason) from None
    quarantine.release(batch)
    return reading
