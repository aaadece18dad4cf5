"""`fiber review` as its user calls it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fiber_pipeline.cli.review import review
from fiber_pipeline.settings import Settings
from fiber_pipeline.tables import CORRECTIONS
from fiber_pipeline.warehouse import Warehouse
from fiber_pipeline_tests.cli.test_fiber import fiber
from fiber_pipeline_tests.review.reviewers import fill_in
from fiber_pipeline_tests.world import ROWS, World

PRAISE = str(ROWS[1][0])


def here(data: Path, *arguments: str) -> Result:
    """The command in this process, for what runs no job."""
    return CliRunner().invoke(review, arguments, env={"FIBER_DATA_DIR": str(data)})


def test_a_workbook_goes_out_comes_back_and_changes_the_tables(world: World, tmp_path: Path):
    world.drop("enero.csv")
    data = world.settings.data_dir
    assert world.analyse("enero.csv").success
    book = tmp_path / "para_ana.xlsx"
    told = here(data, "export", str(book))
    assert told.exit_code == 0, told.output
    assert "texts of" in told.stdout
    fill_in(book, "Ana", {PRAISE: {"Sentimiento": "Negativo"}, 1: {"Urgencia": "planted"}})
    # What people say is about the comments in the tables; their file may have left the inbox.
    (world.inbox / "enero.csv").unlink()
    taken = fiber(data, "review", "import", str(book), "--apply")
    assert taken.returncode == 1
    assert "refused: para_ana.xlsx, sheet Revisión, row 7: column 'Urgencia' may hold" in taken.stderr
    assert "1 corrected" in taken.stdout
    assert "enero.csv: 1 comments of 1 texts are labelled otherwise" in taken.stdout
    assert "1 of 1 batches were run again" in taken.stdout
    assert "planted" not in taken.stdout + taken.stderr
    found = world.query(
        f"SELECT sentiment, engine FROM sentiment_scores JOIN comments USING (comment_id) WHERE text = '{PRAISE}'"
    )
    assert found == [("negative", "human")]
    later = here(data, "status")
    assert "1 texts reviewed by 1 people" in later.stdout
    assert "every batch says what people say" in later.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export", "cola.csv"), "end its name in .xlsx"),
        (("import", "nothing.xlsx"), "nothing.xlsx"),
        (("import",), "FILES"),
    ],
)
def test_what_cannot_be_done_is_one_clear_message(tmp_path: Path, arguments: tuple[str, ...], told: str):
    result = here(tmp_path / "data", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_file_that_is_no_review_is_refused_in_a_line_and_nothing_is_run(tmp_path: Path):
    file = tmp_path / "s1.csv"
    file.write_text("Comentario,NPS\nbueno,9\n")
    result = here(tmp_path / "data", "import", str(file))
    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "refused: s1.csv: this is no Excel workbook. Save the review as .xlsx\n"
    assert not (tmp_path / "data" / "dagster").exists()


def test_nobody_has_reviewed_anything_yet(tmp_path: Path):
    data = tmp_path / "data"
    Warehouse(Settings(data_dir=data).warehouse_location).write(CORRECTIONS, CORRECTIONS.empty())
    result = here(data, "status")
    assert result.exit_code == 0, result.exception
    assert "0 texts reviewed by 0 people" in result.stdout
