"""`fiber estimate`: what a run would cost and how long it would take."""

import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fiber_pipeline.cli.problems import read_settings

if TYPE_CHECKING:
    import pandas as pd

    from fiber_pipeline.annotation.chains import Chains
    from fiber_pipeline.annotation.engines import Engine
    from fiber_pipeline.operations.estimation import Asking
    from fiber_pipeline.services.plan import Plan
    from fiber_pipeline.services.store.protocol import ResponseStore
    from fiber_pipeline.settings import Settings

_SAMPLE = 400
# Starting up, measuring the history and writing the files; per comment, cleaning, tables and files. From
# docs/benchmarks.md, less what the engines take.
_FIXED_SECONDS = 12.0
_SECONDS_PER_COMMENT = 0.0007


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def estimate(files: tuple[Path, ...]) -> None:
    """Say what analysing FILES would cost and roughly how long it would take, without writing or sending anything.

    Counts the actual texts less what has been answered before. Exits with 1 if a file cannot be read, if a model has
    no price, or if the most it can cost is more than a budget leaves.
    """
    settings = read_settings()

    from fiber_pipeline.annotation.chains import build_chains, build_second_net
    from fiber_pipeline.operations.estimation import plan_second_net, plan_services
    from fiber_pipeline.settings import WRITER

    texts, looked_at, comments, failed = _read(files, settings)
    with tempfile.TemporaryDirectory() as scratch:
        store = _store(settings, Path(scratch))
        net = build_second_net(settings, lambda: store)
        chains = build_chains(settings, lambda: store)
        askings = [*plan_second_net(net, looked_at), *plan_services(chains, texts, _corrections(settings))]
        if WRITER in settings.services and comments:
            askings.append(_plan_writing(settings, store))
        click.echo(f"{comments} comments, {texts['text'].nunique()} distinct texts")
        _tell_services(askings)
        failed |= _tell_budget(askings, settings, store)
        seconds = _FIXED_SECONDS + comments * _SECONDS_PER_COMMENT
        seconds += texts["text"].nunique() * _seconds_per_text(chains, texts)
        seconds += sum(asking.plan.seconds for asking in askings)
        click.echo(f"time: about {_duration(seconds)}")
        store.close()
    sys.exit(1 if failed else 0)


def _read(files: Sequence[Path], settings: "Settings") -> "tuple[pd.DataFrame, list[str], int, bool]":
    """The redacted texts of all files as engines get them and as a second net would, how many comments they are, and
    whether a file could not be read.
    """
    import pandas as pd

    from fiber_pipeline.cleaning import Identities, Looked, Redaction, clean
    from fiber_pipeline.inbox import printable_name
    from fiber_pipeline.installation import InstallationKeys
    from fiber_pipeline.readers import UnreadableFile, describe_reading, load_mapping, read_file

    mappings = load_mapping(settings.mapping) if settings.mapping else None
    frames, comments, failed = [], 0, False
    looked_at: list[str] = []

    def overhear(redacted: Sequence[str]) -> Looked:
        looked_at.extend(redacted)
        return Looked([Redaction(text, ()) for text in redacted])

    for file in files:
        mapping = mappings.for_batch(file.name) if mappings else None
        try:
            reading = read_file(file, batch=printable_name(file.name), ingested_at=datetime.now(UTC), mapping=mapping)
        except UnreadableFile as problem:
            click.echo(f"{printable_name(str(file))}: {problem}", err=True)
            failed = True
            continue
        look_again = overhear if settings.pii_second_net else None
        # Of no installation: what comments are called is of no interest here, and nothing is to be written.
        cleaned = clean(reading.raw, Identities(InstallationKeys(())), look_again)[["text", "text_key"]]
        comments += len(cleaned)
        frames.append(cleaned[cleaned["text"] != ""])
        for line in describe_reading(reading.summary):
            click.echo(printable_name(line))
        counts = f"{len(cleaned)} comments, {len(reading.rejected)} rows would be rejected"
        click.echo(f"{printable_name(str(file))}: {counts}")
    nothing = pd.Series(dtype="string[pyarrow]")
    empty = pd.DataFrame({"text": nothing, "text_key": nothing})
    return pd.concat(frames, ignore_index=True) if frames else empty, looked_at, comments, failed


def _corrections(settings: "Settings") -> "pd.DataFrame":
    """What people have said so far."""
    from fiber_pipeline.annotation.corrections import DECIDING_COLUMNS
    from fiber_pipeline.tables import CORRECTIONS
    from fiber_pipeline.warehouse import Warehouse

    return Warehouse(settings.warehouse_location, settings.warehouse_key).read(CORRECTIONS, DECIDING_COLUMNS)


def _store(settings: "Settings", scratch: Path) -> "ResponseStore":
    """The response store; where there is none yet, an empty one that goes away again: nothing is to be written."""
    from fiber_pipeline.services.store.opening import has_store, store_of

    return store_of(settings) if has_store(settings) else store_of(settings, scratch)


def _plan_writing(settings: "Settings", store: "ResponseStore") -> "Asking":
    from fiber_pipeline.annotation.chains import build_enricher
    from fiber_pipeline.operations.estimation import plan_writing
    from fiber_pipeline.services.openai.from_settings import summary_services

    return plan_writing(build_enricher(settings, store), summary_services(settings))


def _tell_services(askings: "Sequence[Asking]") -> None:
    if not askings:
        click.echo("external calls: 0, tokens: 0, cost: 0.00 USD (every engine is local)")
        return
    for asking in askings:
        plan = asking.plan
        click.echo(f"{asking.provider} {asking.model}, for {' and '.join(asking.kinds)}:")
        left_out = f", {plan.too_long:,} too long to be asked" if plan.too_long else ""
        click.echo(f"  {plan.distinct:,} texts, of which {plan.cached:,} were answered before{left_out}")
        if not plan.requests:
            click.echo("  nothing is left to ask")
            continue
        requests = "1 request" if plan.requests == 1 else f"{plan.requests:,} requests"
        click.echo(
            f"  {requests}, {_amount(plan)}; {plan.cost_usd:.4f} USD expected, "
            f"{plan.most_usd:.4f} at most; {_duration(plan.seconds)}"
        )
    plans = [asking.plan for asking in askings]
    tokens = sum(plan.usage.tokens_in + plan.usage.tokens_out for plan in plans)
    click.echo(
        f"external calls: {sum(plan.requests for plan in plans)}, tokens: {tokens} at most, "
        f"cost: {sum(plan.cost_usd for plan in plans):.4f} USD expected, "
        f"{sum(plan.most_usd for plan in plans):.4f} USD at most"
    )


def _amount(plan: "Plan") -> str:
    usage = plan.usage
    if usage.tokens_in or usage.tokens_out:
        return f"{usage.tokens_in + usage.tokens_out:,} tokens at most"
    return f"{usage.characters:,} characters" if usage.characters else f"{usage.records:,} text records"


def _tell_budget(askings: "Sequence[Asking]", settings: "Settings", store: "ResponseStore") -> bool:
    """Compare with what the budgets leave; return whether the most it can cost is more."""
    from fiber_pipeline.services.money import usd

    most = sum(asking.plan.most_usd for asking in askings)
    month = f"{datetime.now(UTC):%Y-%m}"
    exceeded = False
    for variable, budget, spent in (
        ("FIBER_BUDGET_USD", settings.budget_usd, 0.0),
        ("FIBER_BUDGET_USD_MONTH", settings.budget_usd_month, store.spend(month=month).total_usd),
    ):
        if budget is None:
            continue
        left = budget - spent
        short = most > left
        exceeded |= short
        told = "could be exceeded: what is left over goes to the next engine" if short else "suffices"
        click.echo(f"{variable}: {usd(left)} of {usd(budget)} USD left, which {told}")
    return exceeded


def _seconds_per_text(chains: "Chains", texts: "pd.DataFrame") -> float:
    """What local engines take, measured on a spread of the texts themselves after a first pass that loads lexicons."""
    import pandas as pd

    from fiber_pipeline.annotation.engines import answer_with
    from fiber_pipeline.annotation.remote_engine import RemoteEngine

    distinct = texts["text"].drop_duplicates()
    if distinct.empty:
        return 0.0
    sample = distinct.iloc[:: max(1, len(distinct) // _SAMPLE)].reset_index(drop=True)
    request = sample.to_frame().assign(text_es=sample, language="es", language_spans=pd.Series([[]] * len(sample)))
    engines: list[Engine] = [chains.language, chains.translation[0], chains.sentiment[0], chains.themes[0]]
    spent = 0.0
    for engine in engines:
        if isinstance(engine, RemoteEngine):
            continue
        answer_with(engine, request.head(1))
        started = time.perf_counter()
        answer_with(engine, request)
        spent += time.perf_counter() - started
    return spent / len(sample)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
