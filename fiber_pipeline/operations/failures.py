"""What a failed run says of itself, in a sentence or two; the stack trace is in the UI."""

from collections.abc import Iterable, Mapping

import dagster as dg

from fiber_pipeline.problems import Problem

NEVER_AGAIN: Mapping[str, str] = {"dagster/max_retries": "0"}
"""The tags that keep Dagster from doing a run again; how often it does others is said in dagster.yaml."""

_BEFORE_ITS_STEPS = "the run failed before its first step; see the run in the UI"


def may_pass(failure: dg.DagsterEvent) -> bool:
    """Whether a step that failed like this may work if it is done again.

    What was refused on purpose (`dg.Failure`: a file in quarantine, rows that fail a blocking check) and what a person
    must mend (`Problem`) fails again in the same way. All else, from a warehouse that was busy to a lost connection,
    gets its chance: what is wrong with the program shows itself as well the third time.
    """
    if failure.step_failure_data.user_failure_data is not None:
        return False
    kind, _ = _known(failure)
    return kind is None or kind.may_pass


def reason_of(failures: Iterable[dg.DagsterEvent], *, for_outside: bool = False) -> str:
    """Why the first step that failed did so.

    for_outside: whether it leaves this machine; then only what was written to be read is quoted, since what others'
        code says of an error may quote what customers wrote.
    """
    for event in failures:
        data = event.step_failure_data
        if data.user_failure_data is not None and data.user_failure_data.description:
            return str(data.user_failure_data.description)
        _, message = _known(event)
        if message is not None:
            return f"{event.step_key}: {message}"
        error = data.error
        while error is not None and error.cause is not None:
            error = error.cause
        if error is not None:
            told = f"{error.cls_name}; the run in the UI says more" if for_outside else error.message.strip()
            return f"{event.step_key}: {told}"
    return _BEFORE_ITS_STEPS


def _known(failure: dg.DagsterEvent) -> tuple[type[Problem] | None, str | None]:
    """The named error a step failed with, if it is one, and its message."""
    known = {kind.__name__: kind for kind in _kinds(Problem)}
    error = failure.step_failure_data.error
    while error is not None:
        if error.cls_name in known:
            # Dagster puts the class before the message.
            return known[error.cls_name], error.message.strip().split(": ", 1)[-1]
        error = error.cause
    return None, None


def _kinds(base: type[Problem]) -> set[type[Problem]]:
    return {base}.union(*(_kinds(kind) for kind in base.__subclasses__()))
