"""The shipped dagster.yaml lets one run of a batch go at a time, and runs of different batches beside each other."""

from importlib.resources import files
from pathlib import Path

import dagster as dg
import yaml
from dagster._utils.tags import TagConcurrencyLimitsCounter


def run_of(batch: str) -> dg.DagsterRun:
    return dg.DagsterRun(job_name="analyse_batch", tags={"dagster/partition": batch})


def test_a_second_run_of_a_batch_waits_for_the_first(tmp_path: Path):
    shipped = yaml.safe_load(files("fiber_pipeline.cli").joinpath("dagster.yaml").read_text("utf-8"))
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides=shipped) as instance:
        limits = instance.get_concurrency_config().run_queue_config.tag_concurrency_limits
    counter = TagConcurrencyLimitsCounter(limits, [run_of("enero.csv")])
    assert counter.is_blocked(run_of("enero.csv"))
    assert not counter.is_blocked(run_of("febrero.csv"))
