"""The secret of an installation through the whole pipeline: who is named where, and who can be found again."""

import dataclasses
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from fiber_pipeline.assets.output_files import output_paths
from fiber_pipeline.cleaning import Identities
from fiber_pipeline.cleaning.customer_codes import is_code
from fiber_pipeline.cli.trace import trace
from fiber_pipeline.installation import InstallationKeys, SecretUnusable
from fiber_pipeline.operations.forgetting import forget_customer
from fiber_pipeline.operations.secret import rotate_secret
from fiber_pipeline.resources import IdentitiesResource
from fiber_pipeline.warehouse import Warehouse
from fiber_pipeline_tests.world import World

HEADER = ("Comentario", "NPS", "Fecha", "Línea")
ROWS = (
    ("Se corta todas las noches y nadie responde", 1, "05/01/2026", "0981 471 130"),
    ("Excelente servicio, nunca se corta", 10, "17/01/2026", "0971 200 300"),
    ("Volvió a cortarse, ya llamé tres veces", 0, "20/01/2026", "+595981471130"),
    ("Muy caro para lo que es", 5, "02/02/2026", "CLI-0042"),
)
NAMES = (
    "SELECT comment_id, response_key, customer_id, duplicate_of FROM comments ORDER BY batch, position",
    "SELECT comment_id FROM sentiment_scores ORDER BY ALL",
    "SELECT comment_id FROM comment_themes ORDER BY ALL",
    "SELECT comment_id FROM translated_comments ORDER BY ALL",
)
JOINED = (
    "SELECT count(*) FROM comments JOIN sentiment_scores USING (comment_id) JOIN translated_comments USING (comment_id)"
)


class Unkeyed(IdentitiesResource):
    """As it was before there were secrets."""

    def of(self, warehouse: Warehouse) -> Identities:
        return Identities(InstallationKeys(()))


@pytest.fixture
def lines(world: World) -> World:
    world.drop("enero.csv", ROWS, HEADER)
    return world


def names(world: World) -> list[list[tuple[object, ...]]]:
    return [world.query(query) for query in NAMES]


def test_telephones_are_named_by_codes_and_lead_back(lines: World, monkeypatch: pytest.MonkeyPatch):
    assert lines.analyse("enero.csv").success
    customers = [name for (name,) in lines.query("SELECT customer_id FROM comments ORDER BY position")]
    assert is_code(customers[0])
    assert customers[0] == customers[2] != customers[1]
    assert customers[3] == "CLI-0042"

    monkeypatch.setenv("FIBER_DATA_DIR", str(lines.settings.data_dir))
    monkeypatch.setenv("FIBER_INBOX", lines.settings.inbox_url)
    for name in (customers[0], "0981-471130"):
        told = CliRunner().invoke(trace, ["--customer", name])
        assert told.exit_code == 0, told.output
        assert "customer_in_file: 0981 471 130\ncustomer_in_file: +595981471130" in told.output
        assert told.output.count("enero.csv") == 4
    assert CliRunner().invoke(trace, ["--customer", "c-0000000000000000"]).exit_code == 1


def test_whoever_has_a_code_can_have_its_customer_forgotten(lines: World):
    assert lines.analyse("enero.csv").success
    [(code,)] = lines.query("SELECT customer_id FROM comments WHERE position = 0")
    assert forget_customer(lines.settings, code).rows["raw_comments"] == 2
    rerun = lines.analyse("enero.csv")
    assert rerun.success
    assert lines.query("SELECT count(*) FROM comments") == [(2,)]


def test_a_warehouse_from_before_there_were_secrets_is_brought_up_to_date(lines: World):
    lines.drop("febrero.csv", ROWS[:2], HEADER)
    for batch in ("enero.csv", "febrero.csv"):
        assert lines.analyse(batch, {"identities": Unkeyed(lines.settings)}).success
    # What versions before had there.
    with duckdb.connect(lines.settings.warehouse_location) as connection:
        connection.execute(
            "UPDATE comments SET customer_id = raw_comments.customer_id FROM raw_comments "
            "WHERE raw_comments.batch = comments.batch AND raw_comments.row_id = comments.row_id"
        )
    before = names(lines)
    assert ("0981 471 130",) in [row[2:3] for row in before[0]]

    assert lines.analyse("febrero.csv").success
    after = names(lines)
    ours = IdentitiesResource(lines.settings).now()
    for place, purpose in ((0, "comment"), (1, "response"), (3, "comment")):
        old, new = ([row[place] for row in rows[0]] for rows in (before, after))
        assert new == [name and ours.renamed(purpose, [name], ())[0] for name in old]
    assert not any(str(row[2]).startswith(("0", "+")) for row in after[0])
    assert lines.query(JOINED) == [(6,)]

    assert lines.analyse("enero.csv").success
    assert names(lines) == after


def test_rotating_renames_everything_and_a_rerun_agrees(lines: World):
    assert lines.analyse("enero.csv").success
    assert lines.refresh().success
    before = names(lines)
    assert output_paths(lines.settings.outputs_dir)

    assert rotate_secret(lines.settings)["comments"] == 4
    after = names(lines)
    for old, new in zip(before, after, strict=True):
        assert len(old) == len(new)
        assert not {row[0] for row in old} & {row[0] for row in new}
    assert after[0][3][2] == "CLI-0042"
    assert output_paths(lines.settings.outputs_dir) == []
    examples = {name for (names_,) in lines.query("SELECT examples FROM themes") for name in names_}
    assert examples
    assert examples <= {row[0] for row in after[0]}

    assert lines.analyse("enero.csv").success
    assert names(lines) == after
    # A customer forgotten before is left out after.
    forget_customer(lines.settings, "CLI-0042")
    rotate_secret(lines.settings)
    assert lines.analyse("enero.csv").success
    assert lines.query("SELECT count(*) FROM comments") == [(3,)]


def test_another_installations_secret_is_refused_before_anything_is_written(lines: World, tmp_path: Path):
    assert lines.analyse("enero.csv").success
    before = names(lines)
    elsewhere = dataclasses.replace(lines, settings=dataclasses.replace(lines.settings, secret_file=tmp_path / "other"))
    result = elsewhere.analyse("enero.csv")
    assert not result.success
    assert SecretUnusable.__name__ in str(result.get_step_failure_events()[0].step_failure_data.error)
    assert names(lines) == before


def test_hosts_that_share_a_secret_agree(lines: World, tmp_path: Path):
    shared = tmp_path / "shared.secret"
    settings = dataclasses.replace(lines.settings, secret_file=shared)
    here = dataclasses.replace(lines, settings=settings)
    assert here.analyse("enero.csv").success
    assert shared.stat().st_mode & 0o777 == 0o600
    assert not (lines.settings.installation_dir / "installation.secret").exists()
    before = names(here)
    assert here.analyse("enero.csv").success
    assert names(here) == before
