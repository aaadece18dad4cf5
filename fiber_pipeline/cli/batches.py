"""`fiber batches`: what is submitted to OpenAI's Batch API."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import click

from fiber_pipeline.cli.problems import read_settings
from fiber_pipeline.cli.tables import print_table

if TYPE_CHECKING:
    from fiber_pipeline.services.openai.batches.desk import BatchDesk
    from fiber_pipeline.services.openai.batches.journal.protocol import Submission

_NOTHING = "nothing has been submitted to OpenAI's Batch API yet"
_RECENT_SECONDS = 7 * 86_400
_ID_DIGITS = 8
_STATES = {
    "intended": "not confirmed",
    "ended": "to be collected",
    "settled": "collected, to be tidied up",
    "collected": "collected",
}
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


@click.group()
def batches() -> None:
    """Look at what is submitted to OpenAI's Batch API, bring answers in, and stop it."""


@batches.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what was finished more than a week ago.")
def list_(everything: bool) -> None:
    """Tell what is submitted: how far it is, and what it costs."""
    from rich.console import Console

    from fiber_pipeline.services.openai.batches.journal.protocol import UNFINISHED

    with _desk() as desk:
        if desk is None:
            click.echo(_NOTHING)
            return
        since = 0.0 if everything else time.time() - _RECENT_SECONDS
        shown = [each for each in desk.journal.submissions() if each.state in UNFINISHED or each.created_at >= since]
        if not shown:
            click.echo("nothing was submitted in the last week; `--all` shows what was before")
            return
        notes = {each.id: desk.why_not_awaited(each) if each.is_open else each.detail for each in shown}
        waiting = len(desk.journal.waiting())
    # Names of batches are people's own: nothing in them is markup.
    console = Console(highlight=False, markup=False, emoji=False)
    print_table(console, _table(shown))
    for each in shown:
        if notes[each.id]:
            console.print(f"{each.id[:_ID_DIGITS]}: {notes[each.id]}", soft_wrap=True)
    reserved = sum(each.reserved_usd for each in shown if each.is_open)
    console.print(
        f"{_submissions(sum(each.is_open for each in shown))} open, with up to {reserved:.4f} USD reserved; "
        f"batches of feedback that wait for their analysis: {waiting}",
        soft_wrap=True,
    )


@batches.command()
def follow() -> None:
    """Look at OpenAI once, and bring in what it has answered, as `openai_batch_sensor` does.

    Exits with 1 if something could not be asked; the next look tries again.
    """
    with _desk() as desk:
        if desk is None:
            click.echo(_NOTHING)
            return
        look = desk.follow()
    for submission in look.collected:
        told = f"{submission.answered:,} of {submission.items:,} texts are answered, for {submission.cost_usd:.4f} USD"
        click.echo(f"{_named(submission)}: {told}" + (f" ({submission.detail})" if submission.detail else ""))
    for problem in look.problems:
        click.echo(problem, err=True)
    click.echo(f"{_submissions(len(look.open))} open")
    for ready in look.ready:
        notes = "".join(f"\n  {note}" for note in ready.notes)
        click.echo(f"{ready.waiting.batch}: waits no longer; `openai_batch_sensor` or `fiber run` analyses it{notes}")
    sys.exit(1 if look.problems else 0)


@batches.command()
@click.argument("ids", nargs=-1, metavar="[ID…]")
@click.option("--batch", help="What was submitted for this batch of feedback.")
@click.option("--all", "everything", is_flag=True, help="All that is open.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def cancel(ids: tuple[str, ...], batch: str | None, everything: bool, yes: bool) -> None:
    """Have OpenAI stop submissions, given as `fiber batches list` names them.

    What is answered by then is paid, collected and kept; the batch of feedback is then analysed directly. Exits with 1
    if something could not be stopped.
    """
    if sum((bool(ids), batch is not None, everything)) != 1:
        raise click.UsageError("give submissions, --batch or --all")
    with _desk() as desk:
        if desk is None:
            click.echo(_NOTHING)
            return
        known = desk.journal.submissions()
        chosen = [_chosen(known, id_) for id_ in ids] or [
            each for each in known if each.is_open and batch in (None, each.batch)
        ]
        count = sum(each.is_open for each in chosen)
        if not count:
            click.echo("nothing of that is open")
            return
        if not yes:
            click.confirm(
                f"What OpenAI has not answered yet of {_submissions(count)} will be asked directly, at twice the "
                "price. Stop?",
                abort=True,
            )
        stopped = [_stop(desk, submission) for submission in chosen]
    click.echo("`openai_batch_sensor` or `fiber batches follow` collects what was answered by then")
    sys.exit(0 if all(stopped) else 1)


def _stop(desk: "BatchDesk", submission: "Submission") -> bool:
    """Have one stopped, and tell what came of it; whether nothing of it goes on."""
    from fiber_pipeline.services.failures import ServiceFailure

    try:
        after = desk.cancel(submission)
    except ServiceFailure as failure:
        click.echo(f"{_named(submission)}: {submission.endpoint} could not be asked: {failure}", err=True)
        return False
    if after.remote_status == "cancelling":
        click.echo(f"{_named(after)}: is being stopped")
    elif after.state not in ("intended", "submitted"):
        click.echo(f"{_named(after)}: had ended already")
    else:
        reason = desk.why_not_awaited(after) or f"{after.endpoint} does not have it; try again in a few minutes"
        click.echo(f"{_named(after)}: could not be stopped: {reason}", err=True)
        return False
    return True


@contextmanager
def _desk() -> "Iterator[BatchDesk | None]":
    """The desk, or None where nothing can have been submitted: to look at a journal must not make it."""
    from fiber_pipeline.annotation.chains import open_batch_desk
    from fiber_pipeline.services.openai.batches.journal.opening import is_there
    from fiber_pipeline.services.store.opening import store_of

    settings = read_settings()
    if not is_there(settings.cache_url, settings.cache_dir):
        yield None
        return
    with closing(store_of(settings)) as store, closing(open_batch_desk(settings, store)) as desk:
        yield desk


def _chosen(known: "Sequence[Submission]", id_: str) -> "Submission":
    fitting = [each for each in known if each.id.startswith(id_.lower())]
    if len(fitting) != 1:
        told = "there is no submission" if not fitting else f"{len(fitting)} submissions begin with"
        raise click.ClickException(f"{told} {id_}; `fiber batches list --all` names all")
    return fitting[0]


def _named(submission: "Submission") -> str:
    return f"{submission.id[:_ID_DIGITS]} ({submission.batch or 'no batch'}, {submission.operation})"


def _submissions(count: int) -> str:
    return "1 submission" if count == 1 else f"{count:,} submissions"


def _table(shown: "Sequence[Submission]") -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("submission", "batch", "operation", "endpoint", "state"):
        table.add_column(name, no_wrap=True)
    for name in ("requests", "answered", "age", "USD"):
        table.add_column(name, justify="right")
    for each in shown:
        table.add_row(
            each.id[:_ID_DIGITS],
            each.batch or "–",
            each.operation,
            each.endpoint,
            _state(each),
            f"{each.requests:,}" if each.completed is None else f"{each.completed:,} of {each.requests:,}",
            "–" if each.answered is None else f"{each.answered:,} of {each.items:,}",
            _age(time.time() - each.created_at),
            f"{each.reserved_usd:.4f} reserved" if each.cost_usd is None else f"{each.cost_usd:.4f} paid",
        )
    return table


def _state(submission: "Submission") -> str:
    if submission.state == "submitted":
        return str(submission.remote_status).replace("_", " ")
    if submission.state == "lost":
        return "lost" if submission.cost_usd else "not sent"
    return _STATES[submission.state]


def _age(seconds: float) -> str:
    amount, unit = next(((seconds // size, unit) for size, unit in _UNITS if seconds >= size), (0, "min"))
    return f"{amount:.0f} {unit}"
