"""The sensor that ends runs whose process is gone."""

import dagster as dg

from fiber_pipeline.operations.healing import end_dead_runs


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ends runs whose process was killed, so that they give up their place and are done again.",
)
def dead_runs_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look once; what was found is in the log."""
    ended = end_dead_runs(context.instance)
    for run in ended:
        context.log.warning("%s of %s was ended: its process is gone", run.job_name, run.run_id)
    return dg.SkipReason(
        f"{len(ended)} runs were ended: their processes are gone" if ended else "every run is attended"
    )
