import datetime as dt
import tracemalloc
from pathlib import Path

import pytest

from fiber_pipeline.readers import Limits, UnreadableFile, read_file
from fiber_pipeline.tables import RAW_COMMENTS, REJECTED_ROWS
from fiber_pipeline_tests.readers.hostile_files import FAILS, write_hostile_files

NOW = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("hostile") / "inbox"
    return folder, write_hostile_files(folder)


def test_every_hostile_file_ends_as_expected_and_says_what_where_and_how_to_mend_it(hostile):
    folder, expected = hostile
    outcomes = {}
    for name in expected:
        try:
            reading = read_file(folder / name, batch=name, ingested_at=NOW)
        except UnreadableFile as error:
            outcomes[name] = FAILS
            assert error.what
            assert error.mend
            assert error.where.startswith(name)
            assert "Traceback" not in str(error)
            assert str(folder) not in str(error)
        else:
            outcomes[name] = "reads"
            RAW_COMMENTS.validate(reading.raw)
            REJECTED_ROWS.validate(reading.rejected)
            assert reading.summary.data_rows > 0
    assert outcomes == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("encrypted.xlsx", "password"),
        ("encrypted.zip", "password"),
        ("encrypted.ods", "password"),
        ("bomb.csv.gz", "decompression bomb"),
        ("bomb.zip", "decompression bomb"),
        ("bomb.xlsx", "decompression bomb"),
        ("nested.zip", "another archive"),
        ("nested.csv.gz.gz", "another archive"),
        ("traversal.zip", "outside the archive"),
        ("linked.zip", "outside the archive"),
        ("far_cell.xlsx", "1,048,576 rows and 16,384 columns"),
        ("entities.xlsx", "entities"),
        ("page.xls", "web page"),
        ("link.csv", "symbolic link"),
        ("folder.csv", "folder"),
        ("empty.csv", "empty"),
        ("truncated.json", "broken at line 1"),
        ("deep.json", "nested too deeply"),
        ("document.csv", "PDF"),
    ],
)
def test_the_message_names_the_cause(hostile, name, words):
    folder, _ = hostile
    with pytest.raises(UnreadableFile, match=words):
        read_file(folder / name, batch=name, ingested_at=NOW)


def test_nothing_is_written_outside_by_a_member_name(hostile):
    folder, _ = hostile
    with pytest.raises(UnreadableFile):
        read_file(folder / "traversal.zip", batch="traversal.zip", ingested_at=NOW)
    assert not list(folder.parent.parent.rglob("escaped.csv"))


def test_a_bomb_is_refused_before_it_fills_memory(hostile):
    folder, _ = hostile
    tracemalloc.start()
    for name in ("bomb.csv.gz", "bomb.zip", "bomb.xlsx"):
        with pytest.raises(UnreadableFile):
            read_file(folder / name, batch=name, ingested_at=NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 48 * 1024 * 1024


def test_an_open_quote_costs_its_own_row_only(hostile):
    folder, _ = hostile
    reading = read_file(folder / "open_quote.csv", batch="open_quote.csv", ingested_at=NOW)
    assert len(reading.raw) == 600
    assert reading.rejected["row_number"].tolist() == [2]
    assert "quote" in reading.rejected["reason"].iloc[0]


def test_formulas_stay_text(hostile):
    folder, _ = hostile
    comments = read_file(folder / "formulas.csv", batch="f.csv", ingested_at=NOW).raw["comment"].tolist()
    assert "@SUM(A1)" in comments


@pytest.mark.parametrize(
    ("limits", "content", "words"),
    [
        (Limits(file_bytes=10), b"comentario\nmuy bueno\n", "too large"),
        (Limits(rows=2), b"comentario\nuno dos\ntres\ncuatro\n", "2 rows allowed"),
        (Limits(unpacked_bytes=20), None, "20 bytes allowed"),
    ],
)
def test_limits_are_kept(tmp_path, limits, content, words):
    import gzip

    path = tmp_path / "a.csv"
    path.write_bytes(content or gzip.compress(b"comentario\n" + b"bueno\n" * 100))
    with pytest.raises(UnreadableFile, match=words):
        read_file(path, batch="a.csv", ingested_at=NOW, limits=limits)


def test_a_cell_too_long_costs_its_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("comentario;nps\n" + "x" * 200 + ";5\nmuy bueno;9\n")
    reading = read_file(path, batch="a.csv", ingested_at=NOW, limits=Limits(cell_characters=100))
    assert reading.raw["comment"].tolist() == ["muy bueno"]
    assert "200 characters" in reading.rejected["reason"].iloc[0]


def test_limits_that_cannot_hold_are_refused():
    with pytest.raises(ValueError, match="rows must be at least 1"):
        Limits(rows=0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("wide.csv", ",".join(f"c{n}" for n in range(200_000)) + "\n" + "x," * 200_000 + "\n"),
        ("wide.tsv", "\t".join(f"c{n}" for n in range(200_000)) + "\n"),
        ("wide.json", "{" + ",".join(f'"c{n}": {n}' for n in range(200_000)) + "}"),
        ("wide_records.json", "[{" + ",".join(f'"c{n}": {n}' for n in range(200_000)) + "}]"),
        ("wide_grid.json", "[[" + ",".join(map(str, range(200_000))) + "], [1]]"),
    ],
)
def test_very_many_columns_are_refused_before_they_are_looked_at(tmp_path, name, content, monkeypatch):
    def recognised(*_: object) -> None:
        raise AssertionError("columns were recognised")

    monkeypatch.setattr("fiber_pipeline.readers.tables.column_plan.recognise", recognised)
    (tmp_path / name).write_text(content)
    with pytest.raises(UnreadableFile, match=r"1,000"):
        read_file(tmp_path / name, batch=name, ingested_at=NOW)
