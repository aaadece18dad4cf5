"""The executor of runs that the daemon launches: Dagster's own, in one process, and what a run must say of itself.

What `fiber run` executes says the same by the tags it starts with (`operations.pipeline`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from fiber_pipeline.operations.failures import NEVER_AGAIN, may_pass
from fiber_pipeline.operations.healing import process_tags


class _AttendedExecutor(dg.Executor):
    """Notes the process before the first step, and, when a step fails, whether doing it again can help."""

    def __init__(self, inner: dg.Executor) -> None:
        self._inner = inner

    @property
    def retries(self) -> Any:
        return self._inner.retries

    @property
    def step_dependency_config(self) -> Any:
        return self._inner.step_dependency_config

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[dg.DagsterEvent]:
        instance, run_id = plan_context.instance, plan_context.run_id
        instance.add_run_tags(run_id, process_tags(instance))
        for event in self._inner.execute(plan_context, execution_plan):
            if event.is_step_failure and not may_pass(event):
                instance.add_run_tags(run_id, NEVER_AGAIN)
            yield event


def _create(context: dg.InitExecutorContext) -> dg.Executor:
    create = dg.in_process_executor.executor_creation_fn
    assert create is not None
    return _AttendedExecutor(create(context))


attended_executor = dg.ExecutorDefinition(
    name="in_process",
    config_schema=dg.in_process_executor.config_schema.as_field(),
    executor_creation_fn=_create,
    description="A run's steps one after the other, in the run's own process.",
)
