"""`fiber inspect` as its user calls it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fiber_pipeline.cli.main import fiber
from fiber_pipeline.readers import load_mapping
from fiber_pipeline_tests.readers.exports import read_bytes

TEXT = (
    "Encuesta de marzo;;;\nFecha;NPS;¿Qué te gustó?;¿Qué mejorarías?\n"
    "01/03/2025;9;La velocidad;Nada;\n02/03/2025;2;;Que no se corte\nx;;;\n"
)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "220")
    monkeypatch.chdir(tmp_path)


def inspect(*arguments: str | Path) -> Result:
    return CliRunner().invoke(fiber, ["inspect", *map(str, arguments)])


def survey(folder: Path) -> Path:
    path = folder / "marzo.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_it_shows_what_each_column_is_taken_for_and_why(tmp_path: Path):
    told = inspect(survey(tmp_path))
    assert told.exit_code == 0, told.output
    for expected in (
        "header in row 2",
        "2 accepted, 1 rejected",
        "named '¿Qué mejorarías?'",
        "open question",
        "dates day first, in America/Asuncion",
        "rows above the header, not read as data: 1: 'Encuesta de marzo'",
        "rejected: 1 × the row has no comment, NPS or rating",
        "Que no se corte",
    ):
        assert expected in told.output, told.output


def test_nothing_is_written(tmp_path: Path):
    path = survey(tmp_path)
    inspect(path)
    assert list(tmp_path.iterdir()) == [path]


def test_the_mapping_it_writes_reads_the_file_to_the_same_rows(tmp_path: Path):
    path, mapping = survey(tmp_path), tmp_path / "columnas.yaml"
    told = inspect(path, "--write-mapping", mapping)
    assert told.exit_code == 0, told.output
    said = load_mapping(mapping).for_batch("marzo.csv")
    assert said is not None
    alone, mapped = (read_bytes(tmp_path, "marzo.csv", TEXT, mapping=one) for one in (None, said))
    assert mapped.raw.equals(alone.raw)
    assert mapped.summary.tables[0].answers == alone.summary.tables[0].answers
    assert inspect(path, "--write-mapping", mapping).exit_code == 1


def test_a_file_that_cannot_be_read_is_said_and_the_others_shown(tmp_path: Path):
    broken = tmp_path / "roto.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing more")
    told = inspect(broken, survey(tmp_path))
    assert told.exit_code == 1
    assert "would be quarantined" in told.output
    assert "header in row 2" in told.output
