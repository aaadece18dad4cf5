"""Tables as files for other programs: Parquet, CSV and JSON lines.

Parquet keeps every type. In CSV and JSON lines moments are ISO 8601 in UTC (`2026-06-23T22:10:00Z`); lists are JSON.
In CSV a text that a spreadsheet program might run as a formula (it starts with `=`, `+`, `-`, `@`, their full-width
forms, a tab or a line break) gets an apostrophe before it, as OWASP advises against CSV injection; numbers are left
alone. Parquet and JSON lines hold every text as it is.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from shutil import copyfileobj
from typing import Literal

import duckdb
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation, Expression, FunctionExpression

from fiber_pipeline.insight import one_source
from fiber_pipeline.insight.known_names import check_batches, check_themes
from fiber_pipeline.outputs.files import whole_file
from fiber_pipeline.outputs.reading import statement
from fiber_pipeline.outputs.spanish import ASUNCION
from fiber_pipeline.problems import Problem, check_names
from fiber_pipeline.tables import TABLES

Format = Literal["parquet", "csv", "jsonl"]
FORMATS: tuple[Format, ...] = ("parquet", "csv", "jsonl")

# What stands as it came, personal data included, leaves only when it is asked for by name; so do reviewers' names.
UNREDACTED = ("raw_comments", "rejected_rows")
OF_REVIEWERS = ("corrections",)
OF_COMMENTS = ("comments", "translated_comments", "sentiment_scores", "comment_themes")
OF_EVERYTHING = tuple(name for name in TABLES if name not in {*UNREDACTED, *OF_REVIEWERS, *OF_COMMENTS})
# Of those, what can be measured on one source.
OF_SOURCE = ("themes", "insights", "forecasts", "executive_summary", "recommendations")
_WHOLE = (*OF_EVERYTHING, *OF_REVIEWERS)

_BOM = b"\xef\xbb\xbf"
_FORMULA_START = r"^([=+\-@\t\r\n＝＋－＠])"
# A relation made with parameters would bring every row through Python; temporary tables stay in DuckDB.
_CHOOSE_ROWS = """
CREATE OR REPLACE TEMPORARY TABLE chosen_rows AS
SELECT {table}.*
FROM {table} JOIN {chosen} ON {key}
ORDER BY chosen_comments.batch, chosen_comments.position{further}
"""
# A row of the file stands once, however many of its answers are chosen.
_CHOSEN_ROWS = (
    "(SELECT batch, row_id, min(position) AS position FROM chosen_comments GROUP BY batch, row_id) AS chosen_comments"
)
_BY_COMMENT = "{table}.comment_id = chosen_comments.comment_id"
_BY_ROW = "{table}.batch = chosen_comments.batch AND {table}.row_id = chosen_comments.row_id"
_DROP = "DROP TABLE IF EXISTS temp.{}"
_LINES_AT_ONCE = 5_000
_ROWS_AT_ONCE = 50_000


class UnusableChoice(Problem, ValueError):  # noqa: N818 - says what is wrong with the choice
    """The comments to write are chosen by what a table does not know, or so that there can be none."""


def write_exports(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    tables: Sequence[str] | None = None,
    formats: Sequence[Format] = FORMATS,
    batches: Collection[str] | None = None,
    since: date | None = None,
    until: date | None = None,
    themes: Collection[str] | None = None,
    source: str | None = None,
    csv_bom: bool = False,
) -> list[Path]:
    """Write tables to `folder` as `<table>.<format>`, each file whole or not at all; return the files in order.

    tables: by name. By default the tables of comments and, without a choice of comments, those over the whole
        history. `raw_comments` and `rejected_rows` hold unredacted text, `corrections` the names of reviewers: they
        are written only if named here.
    batches, since, until, themes: which comments: of these batches; made from the day `since` to the day `until`,
        both included, in Asunción (comments without a date then stay out); that speak of one of these themes.
        Duplicates are left out, so that counts agree with the report.
    source: the batches under this folder alone; tables over the whole history are then measured on those
        (`insight.one_source`); those that cannot be are left out.
    csv_bom: begin CSV files with a byte order mark, without which Excel takes their accents for other letters.

    Raises UnknownName for a table, format, batch, theme or source that there is not, and UnusableChoice for a choice
    of comments that a named table does not have; OSError if a file cannot be written.
    """
    limits = {"batches": batches, "since": since, "until": until, "themes": themes}
    limited = {name for name, value in limits.items() if value is not None}
    names = tuple(tables) if tables is not None else _default_tables(limited, source)
    _check(names, formats, limited, source)
    if since is not None and until is not None and since > until:
        raise UnusableChoice(f"no comment is made from {since} on and until {until}: the first day is the later one")
    check_batches(connection, batches or ())
    check_themes(connection, themes or ())
    choice = {
        "batches": None if batches is None else list(batches),
        "since": None if since is None else _midnight(since),
        "before": None if until is None else _midnight(until + timedelta(days=1)),
        "themes": None if themes is None else list(themes),
    }
    written: list[Path] = []
    with one_source(connection, source, with_figures=bool({*names} & {*OF_SOURCE})):
        connection.execute(statement("chosen_comments"), choice)
        try:
            for name in names:
                with _chosen(connection, name, choice["batches"], source) as rows:
                    written += _write_forms(rows, folder / name, formats, csv_bom=csv_bom)
        finally:
            connection.execute(_DROP.format("chosen_comments"))
    return written


def _default_tables(limited: set[str], source: str | None) -> tuple[str, ...]:
    if limited:
        return OF_COMMENTS
    return (*OF_COMMENTS, *(OF_EVERYTHING if source is None else OF_SOURCE))


def _write_forms(rows: DuckDBPyRelation, stem: Path, formats: Sequence[Format], *, csv_bom: bool) -> Iterator[Path]:
    for form in formats:
        path = stem.with_name(f"{stem.name}.{form}")
        with whole_file(path) as temporary:
            _WRITERS[form](rows, temporary)
            if form == "csv" and csv_bom:
                _prepend_bom(temporary)
        yield path


def _check(names: Sequence[str], formats: Sequence[str], limited: set[str], source: str | None) -> None:
    check_names("table", names, TABLES)
    check_names("format", formats, _WRITERS)
    for name in names:
        if name in _WHOLE and limited:
            raise UnusableChoice(
                f"{name} spans the whole history and cannot be limited by {', '.join(sorted(limited))}"
            )
        if name in _WHOLE and name not in OF_SOURCE and source is not None:
            raise UnusableChoice(f"{name} is made from everything and cannot be limited by source")
        if name == "rejected_rows" and limited - {"batches"}:
            raise UnusableChoice("rejected_rows can be limited by batches and source only")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ASUNCION)


@contextmanager
def _chosen(
    connection: duckdb.DuckDBPyConnection, name: str, batches: object, source: str | None
) -> Iterator[DuckDBPyRelation]:
    """The rows to write, chosen once for all formats."""
    if name in _WHOLE:
        yield connection.table(name)
        return
    if name == "rejected_rows":
        connection.execute(statement("chosen_rejected_rows"), {"batches": batches, "source": source})
    else:
        is_raw = name == "raw_comments"
        chosen, key = (_CHOSEN_ROWS, _BY_ROW) if is_raw else ("chosen_comments", _BY_COMMENT)
        further = ", theme" if name == "comment_themes" else ""
        connection.execute(_CHOOSE_ROWS.format(table=name, chosen=chosen, key=key.format(table=name), further=further))
    try:
        yield connection.table("chosen_rows")
    finally:
        connection.execute(_DROP.format("chosen_rows"))


# Rows leave as Arrow and pyarrow writes them: connections to the warehouse may touch no file but their own.
def _write_parquet(rows: DuckDBPyRelation, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    batches = rows.to_arrow_reader(_ROWS_AT_ONCE)
    # DuckDB calls the zone Etc/UTC; the tables, and whoever joins an export with them, say UTC.
    fields = [
        field.with_type(pa.timestamp(field.type.unit, "UTC")) if pa.types.is_timestamp(field.type) else field
        for field in batches.schema
    ]
    with pq.ParquetWriter(str(path), pa.schema(fields), compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.cast(pa.schema(fields)))


def _write_csv(rows: DuckDBPyRelation, path: Path) -> None:
    import pyarrow.csv as pc

    batches = rows.select(*_plain(rows, is_guarded=True)).to_arrow_reader(_ROWS_AT_ONCE)
    with path.open("wb") as file:
        # Its own header would put every name in quotes.
        file.write((",".join(batches.schema.names) + "\n").encode())
        with pc.CSVWriter(file, batches.schema, write_options=pc.WriteOptions(include_header=False)) as writer:
            for batch in batches:
                writer.write_batch(batch)


def _write_jsonl(rows: DuckDBPyRelation, path: Path) -> None:
    lines = rows.select(*_plain(rows, is_guarded=False)).query("exported", "SELECT to_json(exported) FROM exported")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for chunk in _chunks(lines):
            file.writelines(f"{line}\n" for (line,) in chunk)


_WRITERS: Mapping[str, Callable[[DuckDBPyRelation, Path], None]] = {
    "parquet": _write_parquet,
    "csv": _write_csv,
    "jsonl": _write_jsonl,
}


def _plain(rows: DuckDBPyRelation, *, is_guarded: bool) -> Iterator[Expression]:
    """The columns with moments as ISO 8601 text and, where guarded for CSV, lists as JSON and no text as a formula."""
    for name, kind in zip(rows.columns, rows.types, strict=True):
        column: Expression = ColumnExpression(name)
        if kind == duckdb.sqltypes.TIMESTAMP_TZ:
            moment = FunctionExpression("timezone", ConstantExpression("UTC"), column)
            column = FunctionExpression("strftime", moment, ConstantExpression("%Y-%m-%dT%H:%M:%SZ"))
        elif is_guarded and kind.id == "list":
            column = FunctionExpression("to_json", column).cast(duckdb.sqltypes.VARCHAR)
        elif is_guarded and kind == duckdb.sqltypes.VARCHAR:
            column = FunctionExpression(
                "regexp_replace", column, ConstantExpression(_FORMULA_START), ConstantExpression(r"'\1")
            )
        yield column.alias(name)


def _chunks(rows: DuckDBPyRelation) -> Iterator[list[tuple[str]]]:
    while chunk := rows.fetchmany(_LINES_AT_ONCE):
        yield chunk


def _prepend_bom(path: Path) -> None:
    with whole_file(path) as marked, path.open("rb") as plain, marked.open("wb") as file:
        file.write(_BOM)
        copyfileobj(plain, file)
