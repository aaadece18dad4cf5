"""How an asset's frame becomes a published table: checked first, then written, then shown.

Checks of this module block: they are evaluated before the frame is handed to the IO manager, so rows that fail are
never written, and what stood in the table stays.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import dagster as dg
import pandas as pd

from fiber_pipeline.assets.code_version import code_version
from fiber_pipeline.assets.partitions import FEEDBACK_BATCHES
from fiber_pipeline.assets.previews import preview
from fiber_pipeline.assets.telling import failure, told, without_words
from fiber_pipeline.checks import (
    BLOCKING_CHECKS,
    ONE_ROW_PER_COMMENT,
    SCHEMA,
    CheckOutcome,
    check_one_row_per_comment,
    check_schema,
)
from fiber_pipeline.checks.answers import answers_spec, check_answers
from fiber_pipeline.cleaning import shown
from fiber_pipeline.resources import WarehouseResource
from fiber_pipeline.services.caller import calling
from fiber_pipeline.tables import Table
from fiber_pipeline.warehouse.dagster_metadata import table_metadata
from fiber_pipeline.warehouse.versions import carry, take_sources

IO_MANAGER = "warehouse_io"
HISTORY = "history"
Events = Iterator[dg.Output[pd.DataFrame] | dg.Output[None] | dg.AssetCheckResult]


def table_asset(
    table: Table,
    *,
    code: Sequence[str],
    reads: Mapping[str, Sequence[str]] | None = None,
    deps: Sequence[str] = (),
    row_per_comment: str | None = None,
    also: Mapping[str, Callable[[pd.DataFrame], CheckOutcome]] = MappingProxyType({}),
    by_engines: bool = False,
) -> Callable[[Callable[..., pd.DataFrame]], dg.AssetsDefinition]:
    """Make an asset of a function that returns the table's frame.

    code: packages and modules whose source decides what the asset holds; they make its code version.
    reads: the columns to load of each table the function takes as an argument.
    deps: tables that the function reads by itself, in SQL.
    row_per_comment: the argument that holds the comments, if the table must have a row for each of them.
    also: further blocking checks of the frame, by name.
    by_engines: whether engines answer for its rows; a check then warns of texts that broke all of them.
    """

    def decorate(compute: Callable[..., pd.DataFrame]) -> dg.AssetsDefinition:
        @functools.wraps(compute)
        def run(context: dg.AssetExecutionContext, **arguments: Any) -> Events:
            if "warehouse" in arguments and not table.partitioned:
                # Until what is yielded is written: Dagster writes it before it comes back for more.
                with measuring(arguments["warehouse"]) as told:
                    context.add_output_metadata(told, output_name="result")
                    yield from fill(context, **arguments)
            else:
                yield from fill(context, **arguments)

        def fill(context: dg.AssetExecutionContext, **arguments: Any) -> Events:
            batch = context.partition_key if context.has_partition_key else None
            # Before anything is paid for: what was read is of one reading of the file.
            sources = take_sources(value for value in arguments.values() if isinstance(value, pd.DataFrame))
            with calling(context.run.run_id, batch), without_words():
                frame = compute(context, **arguments)
            outcomes = [check(frame) for check in also.values()]
            if row_per_comment is not None:
                outcomes.append(check_one_row_per_comment(frame, len(arguments[row_per_comment])))
            if by_engines:
                yield check_answers(table, frame)
            yield from publish(table, carry(frame, sources), outcomes)

        checks = [SCHEMA, *([ONE_ROW_PER_COMMENT] if row_per_comment else []), *also]
        return dg.asset(
            name=table.name,
            description=describe(table, compute.__doc__ or ""),
            partitions_def=FEEDBACK_BATCHES if table.partitioned else None,
            ins={name: dg.AssetIn(metadata={"columns": list(columns)}) for name, columns in (reads or {}).items()},
            deps=list(deps),
            io_manager_key=IO_MANAGER,
            code_version=code_version(*code),
            metadata=table_metadata(table),
            check_specs=[*(spec(name, table) for name in checks), *([answers_spec(table)] if by_engines else [])],
        )(run)

    return decorate


@contextmanager
def measuring(warehouse: WarehouseResource) -> Iterator[dict[str, str]]:
    """While an asset reads the whole history, and until what it makes of that is written; yields metadata to tell.

    They say what the history was at: while it stays so, the asset is up to date.
    """
    with warehouse.open().measuring() as history:
        yield {HISTORY: history}


def table_outs(texts: Sequence[tuple[Table, str]], version: str) -> dict[str, dg.AssetOut]:
    """The outputs of one step that fills several tables, each with what it holds. version: of the code that decides."""
    return {
        table.name: dg.AssetOut(
            description=describe(table, text),
            io_manager_key=IO_MANAGER,
            code_version=version,
            metadata=table_metadata(table),
        )
        for table, text in texts
    }


def publish(
    table: Table,
    frame: pd.DataFrame,
    outcomes: Sequence[CheckOutcome] = (),
    metadata: Mapping[str, Any] | None = None,
    output_name: str = "result",
) -> Events:
    """Evaluate the schema and `outcomes`; yield the table for writing if all pass, else fail with what is wrong."""
    yield from tell(table, evaluate(table, frame, outcomes))
    yield dg.Output(frame, output_name=output_name, metadata=shown_of(table, frame, metadata))


def shown_of(table: Table, frame: pd.DataFrame, metadata: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is told of a table that was written: its figures, and what its step has to add."""
    return told({**preview(table, frame), **(metadata or {})})


def evaluate(table: Table, frame: pd.DataFrame, outcomes: Sequence[CheckOutcome] = ()) -> list[CheckOutcome]:
    """All that must hold for the frame to be written: the schema, and `outcomes`."""
    return [check_schema(table, frame), *outcomes]


def tell(table: Table, evaluated: Sequence[CheckOutcome]) -> Iterator[dg.AssetCheckResult]:
    """Tell how the table's blocking checks ended; fail with what is wrong unless all passed."""
    for outcome in evaluated:
        yield dg.AssetCheckResult(
            asset_key=table.name,
            check_name=outcome.name,
            passed=outcome.passed,
            description=shown(outcome.description),
            metadata=told(outcome.figures),
        )
    failed = [outcome.description for outcome in evaluated if not outcome.passed]
    if failed:
        raise failure(f"{table.name} was not written: {'; '.join(failed)}")


def spec(check: str, table: Table) -> dg.AssetCheckSpec:
    """The declaration of a blocking check of this module."""
    return dg.AssetCheckSpec(check, asset=table.name, blocking=True, description=BLOCKING_CHECKS[check].__doc__)


def describe(table: Table, text: str) -> str:
    """The asset's description: what it is, and what one row is."""
    return f"{text.strip()}\n\nOne row is {table.row}."
