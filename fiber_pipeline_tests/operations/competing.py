"""`fiber run` of a batch as a process of its own, beside another that knows nothing of it."""

import logging
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import dagster as dg

from fiber_pipeline.definitions import build_definitions
from fiber_pipeline.operations.pipeline import Pipeline
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.processes import PROCESSES

BATCH = "enero.csv"


def begin(folder: Path) -> ForkServerProcess:
    """A process that analyses the batch in `folder`; it ends with 1 if that failed."""
    process = PROCESSES.Process(target=_analyse, args=(folder,))
    process.start()
    return process


def _analyse(folder: Path) -> None:
    settings = Settings(data_dir=folder)
    quiet = dg.LoggerDefinition(lambda context: logging.Logger("quiet", logging.CRITICAL))
    with dg.DagsterInstance.ephemeral() as instance:
        result = Pipeline(settings, instance, build_definitions(settings=settings, logger=quiet)).analyse(BATCH)
    # One that is overtaken to the last gives up; whoever was faster then has done the batch.
    if result.problem is not None and "overtaken" not in result.problem and "an earlier" not in result.problem:
        raise SystemExit(result.problem)
