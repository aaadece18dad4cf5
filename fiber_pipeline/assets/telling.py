"""What steps tell Dagster, whatever it is: all of it comes by here.

Dagster keeps events and logs in files that no key seals, shows them to everybody who may open the UI, and knows
nothing of forgetting. So what names files, sheets and columns is told with marks in place of personal data; and of an
error that nobody foresaw only the kind and the place are told, since what it says may quote what it stumbled over.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg

from fiber_pipeline.cleaning import shown
from fiber_pipeline.problems import Problem, kind_and_place
from fiber_pipeline.tables import SchemaViolation


class StepBroke(RuntimeError):  # noqa: N818 - named after what happened
    """A mistake of the program; its message names the error and where it was raised, never its words."""


def told(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata as it may be told: marks in place of personal data in every text and in every cell of a table.

    Pictures, paths, links, figures and declarations of columns stay as they are.
    """
    return {name: _told(value) for name, value in metadata.items()}


def failure(description: str, metadata: Mapping[str, Any] | None = None) -> dg.Failure:
    """A refusal, as it may be told; doing it again would not help."""
    return dg.Failure(shown(description), metadata=told(metadata or {}), allow_retries=False)


@contextmanager
def without_words() -> Iterator[None]:
    """Let errors that nobody wrote for people to read lose their words.

    The system's own say what is wrong with a file or the memory, and quote none of what is in it.
    """
    try:
        yield
    except (Problem, SchemaViolation, dg.Failure, dg.DagsterError, OSError, MemoryError):
        raise
    # Whatever it is: it passes on, and only what it says stays behind.
    except Exception as error:  # noqa: BLE001
        raise StepBroke(kind_and_place(error)) from None


def _told(value: Any) -> Any:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dg.TextMetadataValue):
        return dg.MetadataValue.text(shown(value.text or ""))
    if isinstance(value, dg.JsonMetadataValue):
        return dg.MetadataValue.json(_told(value.data))
    if isinstance(value, dg.TableMetadataValue):
        cells = ({name: _told(cell) for name, cell in record.data.items()} for record in value.records)
        records = [*map(dg.TableRecord, cells)]
        return dg.MetadataValue.table(records, value.schema)
    if isinstance(value, dict):
        return told(value)
    # Declarations are tuples too, of a kind that cannot be walked through.
    return [_told(item) for item in value] if type(value) in (list, tuple) else value
