"""`fiber estimate`: what a run would cost and how long it would take."""

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fiber_pipeline.cli.problems import read_settings

if TYPE_CHECKING:
    from fiber_pipeline.engines import Engine

_SAMPLE = 400
# Starting up, measuring the history and writing the files; per comment, cleaning, tables and files. From
# docs/benchmarks.md, less what the engines take.
_FIXED_SECONDS = 12.0
_SECONDS_PER_COMMENT = 0.0007


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def estimate(files: tuple[Path, ...]) -> None:
    """Say what analysing FILES would cost and roughly how long it would take, without writing anything.

    Every engine of this version is local, so that no external call is made and nothing is spent.
    """
    settings = read_settings()

    from fiber_pipeline.chains import build_chains
    from fiber_pipeline.engines import EngineUnavailable
    from fiber_pipeline.readers import UnreadableFile, load_mapping, read_file

    mappings = load_mapping(settings.mapping) if settings.mapping else None
    comments, texts, failed = 0, set[str](), False
    for file in files:
        mapping = mappings.for_batch(file.name) if mappings else None
        try:
            reading = read_file(file, batch=file.name, ingested_at=datetime.now(UTC), mapping=mapping)
        except UnreadableFile as problem:
            click.echo(f"{file}: {problem}", err=True)
            failed = True
            continue
        comments += len(reading.raw)
        texts.update(reading.raw["comment"].dropna().tolist())
        click.echo(f"{file}: {len(reading.raw)} comments, {len(reading.rejected)} rows would be rejected")
    try:
        chains = build_chains(settings)
    except EngineUnavailable as problem:
        raise click.ClickException(str(problem)) from None
    engines = [chains.language, *chains.translation, *chains.sentiment, *chains.themes]
    per_text = _seconds_per_text(engines, sorted(texts))
    seconds = _FIXED_SECONDS + comments * _SECONDS_PER_COMMENT + len(texts) * per_text
    click.echo(f"{comments} comments, {len(texts)} distinct texts")
    click.echo("external calls: 0, tokens: 0, cost: 0.00 USD (every engine is local)")
    click.echo(f"time: about {seconds:.0f} seconds on this machine")
    sys.exit(1 if failed else 0)


def _seconds_per_text(engines: "Sequence[Engine]", texts: Sequence[str]) -> float:
    """Measured on a spread of the texts themselves, after a first pass that loads lexicons."""
    import pandas as pd

    if not texts:
        return 0.0
    sample = list(texts[:: max(1, len(texts) // _SAMPLE)])
    request = pd.DataFrame({"text": sample, "text_es": sample, "language": "es", "language_spans": [[]] * len(sample)})
    spent = 0.0
    for engine in engines:
        engine.answer(request.head(1))
        started = time.perf_counter()
        engine.answer(request)
        spent += time.perf_counter() - started
    return spent / len(sample)
