from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandera.pandas as pr
import pyarrow as pa
import pytest

from fiber_pipeline.tables import ALL_TABLES, Table, columns
from fiber_pipeline.warehouse import SchemaMismatch, Warehouse, ddl
from fiber_pipeline_tests.warehouse.frames import small_frame

BASE = {
    "batch": columns.text("The batch."),
    "n": columns.integer("A number."),
    "parts": columns.structs("Parts.", [("start", pa.int64()), ("end", pa.int64())]),
}


def table(declared: Mapping[str, pr.Column], row: str = "a row") -> Table:
    return Table(name="notes", row=row, columns=declared)


def write(path: Path, declared: Table, count: int = 2) -> tuple[str, ...]:
    return (
        Warehouse(str(path), tables=[declared])
        .write(declared, small_frame(declared, batch="b", count=count), "b")
        .added_columns
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fiber.duckdb"


@pytest.mark.parametrize("declared", ALL_TABLES, ids=lambda declared: declared.name)
def test_the_ddl_makes_the_table_that_a_write_makes(declared: Table, path: Path) -> None:
    warehouse = Warehouse(str(path))
    warehouse.write(declared, declared.empty(), "b" if declared.partitioned else None)
    query = "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() WHERE table_name = ?"
    with warehouse.reader() as connection:
        stored = connection.execute(query + " AND database_name = 'warehouse'", [declared.name]).fetchall()
        row = connection.execute("SELECT comment FROM duckdb_tables() WHERE table_name = ?", [declared.name]).fetchone()
    with duckdb.connect() as connection:
        connection.execute(ddl(declared))
        assert connection.execute(query, [declared.name]).fetchall() == stored
    assert [name for name, *_ in stored] == list(declared.columns)
    assert [nullable for _, _, nullable, _ in stored] == [column.nullable for column in declared.columns.values()]
    assert [comment for *_, comment in stored] == [column.description for column in declared.columns.values()]
    assert row == (declared.row,)


def test_json_columns_are_json_and_moments_have_a_zone() -> None:
    raw = ddl(ALL_TABLES[0])
    assert '"metadata" JSON NOT NULL' in raw
    assert '"commented_at" TIMESTAMP WITH TIME ZONE,' in raw


def test_an_empty_table_is_typed_and_takes_rows_later(path: Path) -> None:
    write(path, table(BASE), count=0)
    assert write(path, table(BASE), count=3) == ()


def test_an_added_nullable_column_alters_the_table_and_old_rows_have_null(path: Path) -> None:
    write(path, table(BASE))
    wider = table({"note": columns.json_text("Added.", nullable=True), **BASE})
    warehouse = Warehouse(str(path), tables=[wider])
    with warehouse.reader() as connection:
        assert connection.execute("SELECT note, n FROM notes").fetchall() == [(None, 1), (None, 2)]
    assert warehouse.read(wider)["note"].isna().all()
    assert warehouse.write(wider, small_frame(wider, batch="c"), "c").added_columns == ("note",)
    assert warehouse.read(wider, columns=["batch", "n"])["n"].tolist() == [1, 2, 1, 2, 3]
    assert warehouse.read(wider, ["note"])["note"].isna().tolist() == [True, True, False, False, True]


def test_a_column_added_not_null_is_fine_while_there_are_no_rows(path: Path) -> None:
    write(path, table(BASE), count=0)
    assert write(path, table({**BASE, "must": columns.text("Added.")})) == ("must",)
    with Warehouse(str(path), tables=[]).reader() as connection:
        found = connection.execute("SELECT is_nullable FROM duckdb_columns() WHERE column_name = 'must'").fetchall()
    assert found == [(False,)]


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({name: BASE[name] for name in ("batch", "parts")}, "column 'n' is stored as BIGINT but no longer declared"),
        ({**BASE, "n": columns.real("Retyped.")}, "column 'n' is stored as BIGINT but declared DOUBLE .*remedy: ALTER"),
        ({**BASE, "n": columns.json_text("Retyped.")}, "column 'n' is stored as BIGINT but declared JSON"),
        (
            {
                **BASE,
                "parts": columns.structs(
                    "More keys.", [("start", pa.int64()), ("end", pa.int64()), ("by", pa.string())]
                ),
            },
            r"column 'parts' is stored as STRUCT.* but declared STRUCT.*VARCHAR\)\[\]",
        ),
        (
            {**BASE, "n": columns.integer("Nullable.", nullable=True)},
            "stored BIGINT not null but declared BIGINT nullable",
        ),
        (
            {**BASE, "must": columns.text("Added.")},
            "'must' is not stored but declared VARCHAR not null, and the table has rows",
        ),
        ({"N" if name == "n" else name: column for name, column in BASE.items()}, "the declaration spells it 'N'"),
    ],
)
def test_any_other_difference_is_refused_before_a_row_is_touched(
    path: Path, changed: Mapping[str, pr.Column], complaint: str
) -> None:
    write(path, table(BASE))
    before = Warehouse(str(path), tables=[table(BASE)]).read(table(BASE))
    with pytest.raises(SchemaMismatch, match=f"stored table notes differs .*{complaint}"):
        write(path, table(changed), count=5)
    assert Warehouse(str(path), tables=[table(BASE)]).read(table(BASE)).equals(before)
    with pytest.raises(SchemaMismatch, match=complaint):
        Warehouse(str(path)).read(table(changed))
    with pytest.raises(SchemaMismatch, match=complaint), Warehouse(str(path), tables=[table(changed)]).reader():
        pass


def test_the_remedies_it_names_are_remedies(path: Path) -> None:
    write(path, table(BASE))
    retyped = table({**BASE, "n": columns.real("Retyped.")})
    with pytest.raises(SchemaMismatch) as raised:
        write(path, retyped)
    remedy = str(raised.value).partition("remedy: ")[2].partition(",")[0]
    with duckdb.connect(str(path)) as connection:
        connection.execute(remedy)
    write(path, retyped)


def test_changed_descriptions_are_stored(path: Path) -> None:
    write(path, table(BASE))
    write(path, table({**BASE, "n": columns.integer("It's another; DROP TABLE notes;")}, row="another 'row'"))
    with Warehouse(str(path), tables=[]).reader() as connection:
        comments = connection.execute("SELECT comment FROM duckdb_columns() WHERE column_name = 'n'").fetchall()
        rows = connection.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'notes'").fetchall()
    assert comments == [("It's another; DROP TABLE notes;",)]
    assert rows == [("another 'row'",)]


def test_hostile_identifiers_are_only_names(path: Path) -> None:
    hostile = Table(
        name='notes"; DROP TABLE x; --',
        row="a 'row'",
        columns={"batch": columns.text("B."), 'a"b; SELECT': columns.text("'"), "línea\nnueva": columns.text("N.")},
    )
    warehouse = Warehouse(str(path), tables=[hostile])
    frame = small_frame(hostile, batch="b")
    warehouse.write(hostile, frame, "b")
    assert warehouse.read(hostile).equals(frame)
    assert warehouse.row_counts() == {hostile.name: 3}
