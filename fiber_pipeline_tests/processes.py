"""Processes that tests start, and kill: forked from one that has imported what they run.

A fresh interpreter would take seconds to import each of them. The server has one list of what to import, for all.
"""

import multiprocessing

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [
        "fiber_pipeline.cli.run",
        "fiber_pipeline.cli.narration",
        "fiber_pipeline.cli.summary",
        "fiber_pipeline_tests.operations.competing",
        "fiber_pipeline_tests.services.killing.analysing",
        "fiber_pipeline_tests.services.killing.enriching",
        "fiber_pipeline_tests.services.openai.batches.life",
        "fiber_pipeline_tests.warehouse.versions",
    ]
)
