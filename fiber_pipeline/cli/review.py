"""`fiber review`: people correct what engines say."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fiber_pipeline.cli.problems import read_settings

if TYPE_CHECKING:
    import pandas as pd

    from fiber_pipeline.operations.pipeline import Result
    from fiber_pipeline.review.pending import PendingBatch
    from fiber_pipeline.settings import Settings

_SHOWN = 20


@click.group()
def review() -> None:
    """Compare engines, let people correct labels in a workbook, and take in what they say."""


@review.command()
def compare() -> None:
    """Ask every engine of the chains about a sample, tell how far they agree, and write the review workbook."""
    from fiber_pipeline.assets.output_files import REVIEW_NAME
    from fiber_pipeline.tables import ENGINE_AGREEMENT, ENGINE_DISPUTES
    from fiber_pipeline.warehouse import Warehouse

    settings = read_settings()
    _report(_run(settings, "compare_engines"))
    store = Warehouse(settings.warehouse_location, settings.warehouse_key)
    figures = store.read(ENGINE_AGREEMENT)
    for line in _agreement_lines(figures):
        click.echo(line)
    click.echo(f"{len(store.read(ENGINE_DISPUTES))} disputed texts; to review: {settings.outputs_dir / REVIEW_NAME}")


@review.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
def export(file: Path | None) -> None:
    """Write the workbook in which people review to FILE, by default into the outputs.

    It holds at most FIBER_REVIEW_ROWS texts that nobody has reviewed; those on which engines differ are there once
    `fiber review compare` has asked them.
    """
    from fiber_pipeline.annotation.themes import load_taxonomy
    from fiber_pipeline.assets.output_files import REVIEW_NAME
    from fiber_pipeline.review.queue import read_queue
    from fiber_pipeline.review.queue_workbook import write_queue
    from fiber_pipeline.warehouse import Warehouse

    settings = read_settings()
    path = file or settings.outputs_dir / REVIEW_NAME
    if path.suffix.lower() != ".xlsx":
        raise click.UsageError("FILE is an Excel workbook: end its name in .xlsx")
    with Warehouse(settings.warehouse_location, settings.warehouse_key).reader() as connection:
        queue = read_queue(connection, settings.review_rows)
    summary = write_queue(queue, load_taxonomy(settings.taxonomy).themes, path)
    reasons = ", ".join(f"{reason} {texts}" for reason, texts in summary.reasons.items() if texts)
    click.echo(f"{path}: {summary.rows} texts of {summary.comments} comments" + (f" ({reasons})" if reasons else ""))


@review.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--apply", "apply_them", is_flag=True, help="Also run the batches again that the corrections change.")
def import_(files: tuple[Path, ...], apply_them: bool) -> None:
    """Take in FILES, workbooks that people have reviewed, and tell which batches their corrections change.

    Rows that hold what they may not are refused with their place and the reason, and the command exits with 1; the
    others are taken in. Taking in the same file again changes nothing.
    """
    from fiber_pipeline.annotation.themes import load_taxonomy
    from fiber_pipeline.review.folder import keep
    from fiber_pipeline.review.reviewed_workbook import read_reviewed_workbook

    settings = read_settings()
    themes = load_taxonomy(settings.taxonomy).themes
    taken_in, is_refused = 0, False
    for file in files:
        workbook = read_reviewed_workbook(file, themes)
        for refusal in workbook.refusals:
            click.echo(f"refused: {refusal}", err=True)
        is_refused = is_refused or bool(workbook.refusals)
        if any(refusal.row_number is None for refusal in workbook.refusals):
            continue
        keep(file, settings.reviews_dir)
        taken_in += 1
        withdrawn = sum(correction.verdict == "withdrawn" for correction in workbook.corrections)
        corrected = sum(correction.verdict == "corrected" for correction in workbook.corrections)
        confirmed = len(workbook.corrections) - withdrawn - corrected
        click.echo(
            f"{file}: {workbook.rows} texts, {corrected} corrected, {confirmed} confirmed, {withdrawn} withdrawn"
        )
    if not taken_in:
        sys.exit(1)
    _report(_run(settings, "take_in_reviews"))
    _tell_state(settings)
    failed = _settle(settings, apply_them=apply_them)
    sys.exit(1 if is_refused or failed else 0)


@review.command()
@click.option("--apply", "apply_them", is_flag=True, help="Run the batches again that corrections change.")
def status(apply_them: bool) -> None:
    """Tell what people have reviewed, where they disagree, and which batches do not say so yet."""
    settings = read_settings()
    _tell_state(settings)
    sys.exit(1 if _settle(settings, apply_them=apply_them) else 0)


def _tell_state(settings: "Settings") -> None:
    from fiber_pipeline.tables import CORRECTIONS
    from fiber_pipeline.warehouse import Warehouse

    corrections = Warehouse(settings.warehouse_location, settings.warehouse_key).read(CORRECTIONS)
    in_force = int(corrections["is_in_force"].sum())
    people = len({reviewer.casefold() for reviewer in corrections["reviewer"]})
    contested = int(corrections.loc[corrections["is_contested"], "text_key"].nunique())
    click.echo(
        f"{in_force} texts reviewed by {people} people; on {contested} they disagree, and the latest word stands"
    )


def _settle(settings: "Settings", *, apply_them: bool) -> bool:
    """Tell which batches lack corrections and, if asked to, run them again; whether something failed."""
    pending = _pending(settings)
    for item in pending[:_SHOWN]:
        click.echo(f"{item.batch}: {item.comments} comments of {item.texts} texts are labelled otherwise")
    if len(pending) > _SHOWN:
        click.echo(f"… and {len(pending) - _SHOWN} more batches")
    if not pending:
        click.echo("every batch says what people say")
        return False
    if not apply_them:
        click.echo("`fiber review status --apply` runs these batches again")
        return False

    from fiber_pipeline.cli.narration import narrated_pipeline

    with narrated_pipeline(settings) as (pipeline, narrator):
        results = [pipeline.annotate(batch) for batch in narrator.each([item.batch for item in pending])]
        results.append(pipeline.refresh())
    for result in results:
        if result.problem is not None:
            click.echo(f"{result.name} failed: {result.problem}", err=True)
    done = sum(not result.failed for result in results[:-1])
    click.echo(f"{done} of {len(pending)} batches were run again")
    return any(result.failed for result in results)


def _pending(settings: "Settings") -> "Sequence[PendingBatch]":
    from fiber_pipeline.annotation.themes import load_taxonomy
    from fiber_pipeline.review.pending import pending_batches
    from fiber_pipeline.warehouse import Warehouse

    themes = load_taxonomy(settings.taxonomy).themes
    with Warehouse(settings.warehouse_location, settings.warehouse_key).reader() as connection:
        return pending_batches(connection, themes)


def _run(settings: "Settings", job: str) -> "Result":
    from fiber_pipeline.cli.narration import narrated_pipeline

    with narrated_pipeline(settings) as (pipeline, _):
        return pipeline.run(job)


def _report(result: "Result") -> None:
    if result.problem is not None:
        raise click.ClickException(result.problem)


def _agreement_lines(figures: "pd.DataFrame") -> list[str]:
    import pyarrow as pa

    lines = []
    for row in pa.Table.from_pandas(figures[figures["label"] == "all"], preserve_index=False).to_pylist():
        told = "is not defined"
        if row["value"] is not None:
            told = f"{row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
        lines.append(
            f"{row['kind']}, {row['first']} and {row['second']}: {row['measure']} {told}, {row['sample_size']} texts"
        )
    return lines or ["there is one engine and no score of customers: nothing to compare"]
