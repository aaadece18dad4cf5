"""`fiber doctor`: what is wrong on this machine, and how to mend it."""

import asyncio
import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from fiber_pipeline import __version__
from fiber_pipeline.cli.problems import explain
from fiber_pipeline.problems import Problem
from fiber_pipeline.settings import ENGINE_TABLES, Settings, SettingsError, unknown_names
from fiber_pipeline.text.addresses import shown

_PACKAGES = ("dagster", "pandas", "duckdb", "pyarrow", "pandera")
_LOW_SPACE = 1_000_000_000
_PROBE_SECONDS = 10.0
_MEND = {
    "exhausted": "the account has used up its quota: raise it, or take the service out of the chains",
    "unavailable": "check its address, and that this machine may reach it",
}
_MEND_PASSING = "it may pass; meanwhile the next engine of each chain answers"
_MEND_DENIED = {
    "openai": "check its key, its address and its model",
    "azure": "AZURE_LANGUAGE_KEY and AZURE_LANGUAGE_ENDPOINT must be those of one Language resource: its page "
    "`Keys and Endpoint` in the Azure portal shows both",
    "google": "name a key file in GOOGLE_APPLICATION_CREDENTIALS or sign in with `gcloud auth application-default "
    "login`; check GOOGLE_CLOUD_PROJECT, that Cloud Translation is enabled in it, and the glossary if one is set",
}


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
    console.print(f"\n{wrong} {'problem' if wrong == 1 else 'problems'}" if wrong else "\nNothing is wrong.")
    sys.exit(1 if wrong else 0)


def examine() -> Iterator[Finding]:
    """Look at everything, in the order a newcomer would; what addresses hold to sign in with is in no finding."""
    for finding in _findings():
        yield replace(finding, text=shown(finding.text))


def _findings() -> Iterator[Finding]:
    yield from _versions()
    settings = None
    try:
        settings = Settings.from_environment()
    except SettingsError as problems:
        for line in str(problems).splitlines():
            yield Finding("settings", "wrong", line, "correct the variable, or unset it to use the default")
    for name, nearest in unknown_names().items():
        mend = f"the nearest is {nearest}: correct the name, or unset it"
        yield Finding("settings", "wrong", f"{name} is no setting and does nothing", mend)
    if settings is None:
        return
    parts = {
        "settings": _settings,
        "folders": _folders,
        "dagster": _home,
        "inbox": _inbox,
        "warehouse": _warehouse,
        "engines": _engines,
        "services": _services,
        "prices": _prices,
        "cache": _store,
    }
    told: set[str] = set()
    for topic, look in parts.items():
        # What one part meets is a finding, and no reason to stop before the others, which may meet the same.
        try:
            yield from look(settings)
        except (Problem, OSError) as error:
            text, mend = explain(error)
            if text not in told:
                yield Finding(topic, "wrong", text, mend)
            told.add(text)


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
        told = "set, not shown" if item.metadata["secret"] else _told(value)
        yield Finding("settings", "ok", f"{item.metadata['variable']} = {told}")
    for missing, given in _half_set(settings):
        text = f"{given} is set, but without {missing} the service is not asked"
        yield Finding("settings", "wrong", text, "set both, or neither")


def _told(value: object) -> object:
    return ",".join(value) if isinstance(value, tuple) else value


def _half_set(settings: Settings) -> Iterator[tuple[str, str]]:
    """Variables of a service that do nothing for want of another: the one that is missing, and the one that is set."""
    variables = {item.name: item.metadata["variable"] for item in fields(Settings)}
    for name, needed in (
        ("azure_language_endpoint", "azure_language_key"),
        ("azure_language_key", "azure_language_endpoint"),
        ("google_translate_endpoint", "google_cloud_project"),
        ("google_location", "google_cloud_project"),
        ("google_glossary", "google_cloud_project"),
    ):
        if getattr(settings, name) and not getattr(settings, needed):
            yield variables[needed], variables[name]


def _folders(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("data", settings.data_dir), ("outputs", settings.outputs_dir)):
        problem = _unwritable(folder)
        if problem:
            yield Finding(name, "wrong", f"{folder}: {problem}", "make it writable, or set it apart with its variable")
            continue
        free = shutil.disk_usage(folder).free
        state = "ok" if free > _LOW_SPACE else "note"
        yield Finding(name, state, f"{folder.resolve()} can be written, {free / 1e9:.1f} GB free")
    for variable, path in (
        ("FIBER_MAPPING", settings.mapping),
        ("FIBER_TAXONOMY", settings.taxonomy),
        ("GOOGLE_APPLICATION_CREDENTIALS", settings.google_application_credentials),
    ):
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


def _home(settings: Settings) -> Iterator[Finding]:
    """What runs by itself goes by Dagster's own settings, which are the user's to change."""
    from fiber_pipeline.cli.home import HomeUnusable, differences, home_of

    home = home_of(settings)
    if not home.exists():
        return
    try:
        found = differences(home)
    except HomeUnusable as problem:
        yield Finding("dagster", "wrong", str(problem), "correct the file, or move it away")
        return
    for name, (own, ours) in found.items():
        text = f"{home / 'dagster.yaml'}: {name} is {'not set' if own is None else own}; ours is {ours}"
        yield Finding("dagster", "note", text, "set it so, or leave it if you mean it")
    if not found:
        yield Finding("dagster", "ok", f"{home} is set as ours is")


def _inbox(settings: Settings) -> Iterator[Finding]:
    from fiber_pipeline.inbox import Inbox, InboxUnusable, Quarantine

    try:
        files = Inbox(settings.inbox_url).files()
    except (OSError, InboxUnusable) as error:
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
    from fiber_pipeline.warehouse import Warehouse

    counts = Warehouse(settings.warehouse_location, settings.warehouse_key, read_timeout=10).row_counts()
    protection = "encrypted" if settings.warehouse_key else "not encrypted"
    yield Finding(
        "warehouse",
        "ok",
        f"{settings.warehouse_location}, {protection}: {counts['raw_comments']} raw comments, "
        f"{counts['insights']} insights",
    )


def _engines(settings: Settings) -> Iterator[Finding]:
    from fiber_pipeline.annotation.chains import build_chains, build_second_net

    net, chains = build_second_net(settings), build_chains(settings)
    for kind, chain in (
        ("language", [chains.language]),
        ("translation", chains.translation),
        ("sentiment", chains.sentiment),
        ("themes", chains.themes),
    ):
        told = ", then ".join(f"{engine.name} ({engine.model})" for engine in chain)
        yield Finding("engines", "ok", f"{kind}: {told}")
    if chains.language_second_opinion is not None:
        told = f"language: {chains.language_second_opinion.name} is measured beside it, on reviewed texts"
        yield Finding("engines", "ok", told)
    if net is not None:
        yield Finding("engines", "ok", f"personal data: our own redaction, then {settings.pii_second_net} once more")
    if not settings.services:
        yield Finding("services", "ok", "no keys are set, and none is needed: everything runs on this machine")


def _services(settings: Settings) -> Iterator[Finding]:
    from fiber_pipeline.services.failures import ServiceFailure

    chained = (name for kind in ENGINE_TABLES for name in settings.chain(kind))
    asked = {*chained, settings.pii_second_net, settings.language_second_opinion}
    for name, place, probing in _probes(settings):
        try:
            told = asyncio.run(probing)
        except ServiceFailure as failure:
            mend = _MEND_DENIED[name] if failure.kind == "denied" else _MEND.get(failure.kind, _MEND_PASSING)
            yield Finding("services", "wrong", f"{name} at {place}: {failure}", mend)
            continue
        except (ValueError, OSError) as error:
            yield Finding("services", "wrong", f"{name} at {place}: {error}", "check its address and credentials")
            continue
        unused = "" if name in asked else "; nothing asks it"
        yield Finding("services", "note" if unused else "ok", f"{name} at {place} {told}{unused}")


def _probes(settings: Settings) -> Iterator[tuple[str, str, Coroutine[Any, Any, str]]]:
    """Every service there are keys for: its name, where it is, and the question whether it can be asked."""
    if "openai" in settings.services:
        from fiber_pipeline.services.openai.endpoints import endpoints_of
        from fiber_pipeline.services.openai.probe import probe as probe_openai

        for endpoint in endpoints_of(settings):
            yield "openai", endpoint.host, probe_openai(endpoint, _PROBE_SECONDS)
    if "azure" in settings.services:
        from fiber_pipeline.services.azure import AzureResource
        from fiber_pipeline.services.azure.probe import probe as probe_azure

        resource = AzureResource(str(settings.azure_language_endpoint), str(settings.azure_language_key))
        yield "azure", resource.host, probe_azure(resource, _PROBE_SECONDS)
    if "google" in settings.services:
        from fiber_pipeline.services.google.from_settings import google_project
        from fiber_pipeline.services.google.probe import probe as probe_google

        project = google_project(settings)
        yield "google", project.host, probe_google(project, _PROBE_SECONDS)


def _prices(settings: Settings) -> Iterator[Finding]:
    """What would be asked must have a price."""
    if not settings.services:
        return
    from fiber_pipeline.annotation.chains import build_chains, build_second_net
    from fiber_pipeline.annotation.remote_engine import RemoteEngine
    from fiber_pipeline.services.failures import UnknownPrice
    from fiber_pipeline.services.prices import Prices
    from fiber_pipeline.services.service import Usage

    prices, chains, net = Prices(settings.prices), build_chains(settings), build_second_net(settings)
    services = [
        service
        for engine in (*chains.language_detectors, *chains.translation, *chains.sentiment, *chains.themes)
        if isinstance(engine, RemoteEngine)
        for service in engine.services
    ]
    services += net.services if net is not None else ()
    operations = {service.operation.fingerprint: service.operation for service in services}
    for operation in operations.values():
        try:
            prices.cost(operation.provider, operation.model, operation.name, Usage())
        except UnknownPrice as problem:
            yield Finding("prices", "wrong", str(problem))


def _store(settings: Settings) -> Iterator[Finding]:
    if not settings.services:
        return
    from fiber_pipeline.services.money import usd
    from fiber_pipeline.services.store.opening import store_of

    store = store_of(settings)
    rows = store.statistics()
    month = store.spend(month=f"{datetime.now(UTC):%Y-%m}")
    store.close()
    answers, size = sum(row["answers"] for row in rows), sum(row["bytes"] for row in rows)
    place = "shared" if settings.cache_url else "embedded"
    sealed = "sealed" if settings.warehouse_key else "not sealed"
    yield Finding("cache", "ok", f"{place}, {sealed}: {answers} paid answers in {size / 1e6:.1f} MB")
    budget = f" of {usd(settings.budget_usd_month)}" if settings.budget_usd_month else ""
    yield Finding("budget", "ok", f"{usd(month.total_usd)}{budget} USD spent this month")
