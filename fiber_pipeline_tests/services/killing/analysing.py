"""A batch analysed through its tables, as a process that can be killed."""

from multiprocessing.context import ForkServerProcess
from pathlib import Path

import dagster as dg

from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.processes import PROCESSES
from fiber_pipeline_tests.world import World

BATCH = "enero.csv"
_PLACES = ("Luque", "Areguá", "Capiatá", "Itauguá", "Lambaré")
_SAID = ("se corta el internet", "anda muy bien", "es caro el plan", "ndoikói la señal", "tardan los técnicos")
TEXTS = [f"En {place} {said} desde hace {days} días" for place in _PLACES for said in _SAID for days in range(2, 10)]


def begin(base_url: str, folder: Path) -> ForkServerProcess:
    """A process that analyses the batch in `folder`."""
    process = PROCESSES.Process(target=_analyse, args=(base_url, folder))
    process.start()
    return process


def world_of(base_url: str, folder: Path, instance: dg.DagsterInstance) -> World:
    """The data directory `folder`, with everything annotated by the server."""
    secret = folder / "installation.secret"
    secret.parent.mkdir(parents=True, exist_ok=True)
    # One and the same in every folder, so that what comments are called can be compared.
    secret.write_text("5e" * 32)
    settings = Settings(
        data_dir=folder,
        openai_api_key="sk-test",
        openai_base_url=f"{base_url}/v1",
        openai_items_per_request=5,
        secret_file=secret,
    )
    return World(settings, instance)


def _analyse(base_url: str, folder: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        world = world_of(base_url, folder, instance)
        rows = [(text, number % 11, None, "05/01/2026", f"C{number}", "") for number, text in enumerate(TEXTS)]
        if not (world.inbox / BATCH).exists():
            world.drop(BATCH, rows)
        assert world.analyse(BATCH).success
