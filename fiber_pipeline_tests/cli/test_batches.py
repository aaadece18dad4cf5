from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fiber_pipeline.annotation.chains import open_batch_desk
from fiber_pipeline.cli.main import fiber
from fiber_pipeline.services.caller import calling
from fiber_pipeline.services.openai.batches.journal.opening import FILE_NAME, open_journal
from fiber_pipeline.services.openai.batches.journal.protocol import Submission
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.servers.openai_server import OpenAIServer

KEY = "sk-planted-4711"
OTHER = "norte/[red]febrero.csv"
TEXTS = [f"El internet {number} se corta" for number in range(20)]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        running.batches.held, running.batches.cancels_after = True, 1
        yield running


@pytest.fixture
def variables(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    return {"FIBER_DATA_DIR": str(tmp_path), "OPENAI_BASE_URL": f"{server.base_url}/v1", "OPENAI_API_KEY": KEY}


@pytest.fixture
def submitted(variables: dict[str, str], tmp_path: Path) -> Path:
    """Two batches of feedback: two submissions for the first, one for the second."""
    settings = Settings.from_environment(variables)
    with closing(open_store(None, settings.cache_dir)) as store, closing(open_batch_desk(settings, store)) as desk:
        for batch, texts in (
            ("enero.csv", {"annotate": TEXTS[:15], "translate": TEXTS[:1]}),
            (OTHER, {"annotate": TEXTS}),
        ):
            with calling("run-1", batch):
                desk.submit(batch, texts)
    return tmp_path


def run(variables: dict[str, str], *arguments: str, given: str | None = None, **others: str) -> Result:
    cleared = dict.fromkeys(("FIBER_CACHE_URL", "FIBER_WAREHOUSE_KEY", "OPENAI_API_KEY", "FIBER_OPENAI_ENDPOINTS"), "")
    environment = {**cleared, **variables, "COLUMNS": "200", **others}
    return CliRunner().invoke(fiber, ["batches", *arguments], input=given, env=environment)


def cells(result: Result) -> list[list[str]]:
    return [[cell for cell in line.split("  ") if cell.strip()] for line in result.output.splitlines()]


def submissions(folder: Path) -> list[Submission]:
    with closing(open_journal(None, folder / "cache")) as journal:
        return journal.submissions()


def test_what_is_submitted_is_listed_with_how_far_it_is_and_what_it_costs(
    submitted: Path, variables: dict[str, str], server: OpenAIServer
):
    listed = run(variables, "list")
    assert listed.exit_code == 0, listed.output
    lines = [[cell.strip() for cell in row] for row in cells(listed)]
    first = submissions(submitted)[0]
    host = server.base_url.removeprefix("http://")
    cost = f"{first.reserved_usd:.4f} reserved"
    assert [first.id[:8], "enero.csv", "annotate", host, "validating", "0 of 2", "–", "0 min", cost] in lines
    assert OTHER in [row[1] for row in lines if len(row) > 1]
    assert "3 submissions open" in listed.output and "that wait for their analysis: 2" in listed.output
    server.batches.held = False
    for _ in range(3):
        run(variables, "follow")
    done = run(variables, "list")
    lines = [[cell.strip() for cell in row] for row in cells(done)]
    paid = f"{submissions(submitted)[0].cost_usd:.4f} paid"
    assert [first.id[:8], "enero.csv", "annotate", host, "collected", "2 of 2", "15 of 15", "0 min", paid] in lines
    assert "0 submissions open, with up to 0.0000 USD reserved" in done.output
    assert KEY not in listed.output + done.output


def test_following_tells_what_came_and_what_may_be_analysed(
    submitted: Path, variables: dict[str, str], server: OpenAIServer
):
    looked = run(variables, "follow")
    assert (looked.exit_code, looked.output) == (0, "3 submissions open\n")
    server.batches.held = False
    run(variables, "follow")
    told = run(variables, "follow")
    assert told.exit_code == 0
    first = submissions(submitted)[0]
    cost = f"for {first.cost_usd:.4f} USD"
    assert f"{first.id[:8]} (enero.csv, annotate): 15 of 15 texts are answered, {cost}\n" in told.output
    assert "0 submissions open" in told.output
    for batch in ("enero.csv", OTHER):
        assert f"{batch}: waits no longer; `openai_batch_sensor` or `fiber run` analyses it" in told.output


def test_an_endpoint_that_cannot_be_asked_is_said(submitted: Path, variables: dict[str, str], server: OpenAIServer):
    server.script.add(Fault("status", status=401, code="invalid_api_key"))
    told = run(variables, "follow")
    assert told.exit_code == 1
    assert "could not be asked: denied: HTTP 401 (invalid_api_key)" in told.output
    assert "Traceback" not in told.output


def test_a_submission_is_stopped_by_the_beginning_of_its_id(
    submitted: Path, variables: dict[str, str], server: OpenAIServer
):
    first = submissions(submitted)[0]
    refused = run(variables, "cancel", first.id[:8], given="n\n")
    assert refused.exit_code == 1 and "will be asked directly, at twice the price" in refused.output
    told = run(variables, "cancel", first.id[:8], "--yes")
    assert told.exit_code == 0, told.output
    assert f"{first.id[:8]} (enero.csv, annotate): is being stopped" in told.output
    run(variables, "follow")
    followed = run(variables, "list")
    row = next(line for line in followed.output.splitlines() if first.id[:8] in line)
    assert "collected" in row and "10 of 15" in row
    assert f"{first.id[:8]}: cancelled; 5 texts are left to a direct run\n" in followed.output
    assert "2 submissions open" in followed.output
    again = run(variables, "cancel", first.id, "--yes")
    assert (again.exit_code, again.output) == (0, "nothing of that is open\n")


@pytest.mark.parametrize(
    ("arguments", "left", "ready"), [(["--batch", "enero.csv"], 1, ["enero.csv"]), (["--all"], 0, ["enero.csv", OTHER])]
)
def test_all_of_a_batch_or_everything_is_stopped(
    submitted: Path, variables: dict[str, str], arguments: list[str], left: int, ready: list[str]
):
    told = run(variables, "cancel", *arguments, given="y\n")
    assert told.exit_code == 0, told.output
    assert told.output.count("is being stopped") == 3 - left
    followed = run(variables, "follow")
    assert followed.exit_code == 0 and f"\n{left} submission" in followed.output
    assert [line.split(": waits")[0] for line in followed.output.splitlines() if "waits no longer" in line] == ready
    assert "  annotate: cancelled; 5 texts are left to a direct run\n" in followed.output


def test_what_cannot_be_stopped_is_said(submitted: Path, variables: dict[str, str], server: OpenAIServer):
    with OpenAIServer() as other:
        told = run({**variables, "OPENAI_BASE_URL": f"{other.base_url}/v1"}, "cancel", "--all", "--yes")
    name = server.base_url.removeprefix("http://")
    assert told.exit_code == 1
    assert told.output.count(f"could not be stopped: its endpoint {name} is no longer in the settings") == 3
    server.script.add(Fault("status", status=503))
    told = run(variables, "cancel", "--all", "--yes")
    assert told.exit_code == 1 and "could not be asked: HTTP 503" in told.output
    assert len([each for each in submissions(submitted) if each.is_open]) == 3


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "give submissions, --batch or --all"),
        (["--all", "--batch", "enero.csv"], 2, "give submissions, --batch or --all"),
        (["nothing"], 1, "there is no submission nothing"),
        ([""], 1, "3 submissions begin with"),
        (["--batch", "marzo.csv", "--yes"], 0, "nothing of that is open"),
    ],
)
def test_what_is_not_there_or_not_clear_is_not_stopped(
    submitted: Path, variables: dict[str, str], arguments: list[str], code: int, said: str
):
    told = run(variables, "cancel", *arguments)
    assert told.exit_code == code and said in told.output
    assert {each.remote_status for each in submissions(submitted)} == {"validating"}


@pytest.mark.parametrize("arguments", [["list"], ["follow"], ["cancel", "--all"]])
def test_no_journal_is_said_and_none_is_made(variables: dict[str, str], tmp_path: Path, arguments: list[str]):
    told = run(variables, *arguments)
    assert (told.exit_code, told.output) == (0, "nothing has been submitted to OpenAI's Batch API yet\n")
    assert not (tmp_path / "cache" / FILE_NAME).exists()


def test_a_wrong_key_is_one_clear_message(submitted: Path, variables: dict[str, str]):
    told = run(variables, "list", FIBER_WAREHOUSE_KEY="planted-key")
    assert told.exit_code == 1 and "is not sealed" in told.output
    assert "planted" not in told.output and "Traceback" not in told.output
