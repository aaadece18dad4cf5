"""`fiber doctor`: what is wrong on this machine, and how to mend it."""

import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import click

from fiber_pipeline import __version__
from fiber_pipeline.settings import Settings, SettingsError

_PACKAGES = ("dagster", "pandas", "duckdb", "pyarrow", "pandera")
_LOW_SPACE = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `state` is ok, note or wrong; `mend` says what to do about it."""

    topic: str
    state: str
    text: str
    mend: str = ""


@click.command()
def doctor() -> None:
    """Look at settings, keys, folders, warehouse, engines and versions; exit with 1 if something is wrong."""
    from rich.console import Console

    console = Console(highlight=False)
    marks = {"ok": "[green]ok   [/green]", "note": "[yellow]note [/yellow]", "wrong": "[red]wrong[/red]"}
    wrong = 0
    for finding in examine():
        wrong += finding.state == "wrong"
        console.print(marks[finding.state], f"{finding.topic}: ", end="")
        console.print(finding.text, markup=False, soft_wrap=True)
        if finding.mend:
            console.print(f"        → {finding.mend}", markup=False, soft_wrap=True)
    console.print(f"\n{wrong} problems" if wrong else "\nNothing is wrong.")
    sys.exit(1 if wrong else 0)


def examine() -> Iterator[Finding]:
    """Look at everything, in the order a newcomer would."""
    yield from _versions()
    try:
        settings = Settings.from_environment()
    except SettingsError as problems:
        for line in str(problems).splitlines():
            yield Finding("settings", "wrong", line, "correct the variable, or unset it to use the default")
        return
    yield from _settings(settings)
    yield from _folders(settings)
    yield from _inbox(settings)
    yield from _warehouse(settings)
    yield from _engines(settings)


def _versions() -> Iterator[Finding]:
    yield Finding("version", "ok", f"fiber_pipeline {__version__}, Python {platform.python_version()}")
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    if versions["pandas"].split(".")[0] != "2":
        yield Finding("packages", "wrong", told, "pandas 2 is needed: run `make setup`")
    else:
        yield Finding("packages", "ok", told)


def _settings(settings: Settings) -> Iterator[Finding]:
    defaults = Settings()
    for item in fields(Settings):
        value = getattr(settings, item.name)
        if value == getattr(defaults, item.name):
            continue
        shown = "set, not shown" if item.metadata["secret"] else value
        yield Finding("settings", "ok", f"{item.metadata['variable']} = {shown}")


def _folders(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("data", settings.data_dir), ("outputs", settings.outputs_dir)):
        problem = _unwritable(folder)
        if problem:
            yield Finding(name, "wrong", f"{folder}: {problem}", "make it writable, or set it apart with its variable")
            continue
        free = shutil.disk_usage(folder).free
        state = "ok" if free > _LOW_SPACE else "note"
        yield Finding(name, state, f"{folder.resolve()} can be written, {free / 1e9:.1f} GB free")
    for variable, path in (("FIBER_MAPPING", settings.mapping), ("FIBER_TAXONOMY", settings.taxonomy)):
        if path is not None and not path.is_file():
            yield Finding("settings", "wrong", f"{variable} names {path}, which is not there", "correct the path")


def _unwritable(folder: Path) -> str | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".fiber-doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return error.strerror or str(error)
    return None


def _inbox(settings: Settings) -> Iterator[Finding]:
    from fiber_pipeline.inbox import Inbox, Quarantine

    try:
        files = Inbox(settings.inbox_url).files()
    except (OSError, ImportError, ValueError) as error:
        yield Finding("inbox", "wrong", f"{settings.inbox_url}: {error}", "check FIBER_INBOX and its credentials")
        return
    yield Finding("inbox", "ok", f"{settings.inbox_url} holds {len(files)} files")
    waiting = Quarantine(settings.quarantine_dir).batches()
    if waiting:
        yield Finding(
            "quarantine",
            "note",
            f"{len(waiting)} files could not be read: {', '.join(waiting[:5])}",
            f"the notes beside them in {settings.quarantine_dir} say how to mend each",
        )


def _warehouse(settings: Settings) -> Iterator[Finding]:
    from fiber_pipeline.warehouse import Warehouse, WarehouseError

    try:
        counts = Warehouse(settings.warehouse_location, settings.warehouse_key, read_timeout=10).row_counts()
    except WarehouseError as error:
        yield Finding("warehouse", "wrong", str(error))
        return
    protection = "encrypted" if settings.warehouse_key else "not encrypted"
    yield Finding(
        "warehouse",
        "ok",
        f"{settings.warehouse_location}, {protection}: {counts['raw_comments']} raw comments, "
        f"{counts['insights']} insights",
    )


def _engines(settings: Settings) -> Iterator[Finding]:
    from fiber_pipeline.chains import build_chains
    from fiber_pipeline.engines import EngineUnavailable
    from fiber_pipeline.themes import TaxonomyError

    try:
        chains = build_chains(settings)
    except (EngineUnavailable, TaxonomyError) as error:
        yield Finding("engines", "wrong", str(error))
        return
    for kind, chain in (
        ("language", [chains.language]),
        ("translation", chains.translation),
        ("sentiment", chains.sentiment),
        ("themes", chains.themes),
    ):
        yield Finding("engines", "ok", f"{kind}: {', '.join(f'{engine.name} ({engine.model})' for engine in chain)}")
    keys = {
        "OPENAI_API_KEY": settings.openai_api_key,
        "AZURE_LANGUAGE_KEY": settings.azure_language_key,
        "GOOGLE_CLOUD_PROJECT": settings.google_cloud_project,
    }
    given = [name for name, value in keys.items() if value]
    if given:
        yield Finding("engines", "note", f"{', '.join(given)} set, but this version asks no external service")
    else:
        yield Finding("engines", "ok", "no keys are set, and none is needed: everything runs on this machine")
