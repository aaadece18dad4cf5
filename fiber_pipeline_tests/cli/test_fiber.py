"""The `fiber` command as its user calls it: a process of its own, over a data directory of its own."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from fiber_pipeline.warehouse import Warehouse
from fiber_pipeline_tests.servers.azure_server import AzureServer
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.world import World

FIBER = Path(sys.executable).with_name("fiber")


def fiber(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("FIBER_", "DAGSTER_"))}
    return subprocess.run(
        [str(FIBER), *arguments],
        env={**inherited, "FIBER_DATA_DIR": str(data), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def make_file(world: World, name: str = "enero.csv", folder: str = "..") -> Path:
    made = world.drop(name)
    place = world.settings.data_dir / folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(made, place)
    return place.resolve()


def test_help_comes_without_importing_dagster():
    code = "import sys; from fiber_pipeline.cli.main import fiber; fiber(['--help'], standalone_mode=False); "
    told = subprocess.run(
        [sys.executable, "-c", code + "assert 'dagster' not in sys.modules and 'pandas' not in sys.modules"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    commands = (
        "run",
        "inspect",
        "estimate",
        "doctor",
        "export",
        "explain",
        "review",
        "trace",
        "batches",
        "forget",
        "ui",
    )
    for command in commands:
        assert f"  {command} " in told.stdout


def test_an_empty_inbox_says_what_to_do(tmp_path):
    told = fiber(tmp_path / "data", "run")
    assert told.returncode == 0
    assert "fiber run FILE" in told.stdout


def test_a_wrong_setting_is_one_clear_message(tmp_path):
    told = fiber(tmp_path / "data", "run", FIBER_BUDGET_USD="much")
    assert told.returncode == 1
    assert "FIBER_BUDGET_USD" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_name_that_is_no_setting_is_pointed_out_and_stops_nothing(tmp_path):
    ran = fiber(tmp_path / "data", "run", FIBER_BUGET_USD="5")
    assert ran.returncode == 0
    assert "FIBER_BUGET_USD is no setting and does nothing; the nearest is FIBER_BUDGET_USD\n" in ran.stderr
    looked = fiber(tmp_path / "data", "doctor", FIBER_BUGET_USD="5", FIBER_CONCURRENCY="none")
    assert looked.returncode == 1
    assert "2 problems" in looked.stdout
    assert "FIBER_BUGET_USD" in looked.stdout and "FIBER_BUDGET_USD" in looked.stdout


def test_a_missing_file_is_one_clear_message(tmp_path):
    told = fiber(tmp_path / "data", "run", str(tmp_path / "nothing.csv"))
    assert told.returncode == 1
    assert "nothing.csv" in told.stderr
    assert "Traceback" not in told.stderr


def test_run_analyses_writes_everything_and_does_nothing_twice(world: World):
    file = make_file(world)
    data = world.settings.data_dir
    first = fiber(data, "run", str(file))
    assert first.returncode == 0, first.stderr
    assert "analysed" in first.stdout
    assert "NPS" in first.stdout
    for name in ("fiber_insights.xlsx", "fiber_report.html", "fiber_report.pdf", "exports"):
        assert (data / "outputs" / name).exists()
        assert name in first.stdout
    assert world.query("SELECT count(*) FROM comments") == [(6,)]
    written = (data / "outputs" / "fiber_report.html").stat().st_mtime_ns
    again = fiber(data, "run")
    assert again.returncode == 0, again.stderr
    assert "up to date" in again.stdout
    assert (data / "outputs" / "fiber_report.html").stat().st_mtime_ns == written


def test_a_failed_batch_fails_the_command_and_stops_no_other(world: World, tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    make_file(world, "enero.csv", "../drop")
    (folder / "roto.xlsx").write_bytes(b"PK\x03\x04 broken")
    (folder / os.fsdecode(b"a\xf1o.csv")).write_bytes(b"comentario;nps\nlento;2\n")
    told = fiber(world.settings.data_dir, "run", str(folder))
    assert told.returncode == 1
    assert "roto.xlsx was quarantined" in told.stdout
    assert "a%F1o.csv" in told.stdout
    assert (world.settings.quarantine_dir / "a%F1o.csv").exists()
    assert "Traceback" not in told.stdout + told.stderr
    assert world.query("SELECT DISTINCT batch FROM comments") == [("enero.csv",)]


def test_nothing_unredacted_and_no_key_is_left_outside_raw_comments(world: World):
    """Plants personal data and keys, then searches every file that a run leaves."""
    phone, key = "0981 777 333", "planted-test-secret"
    rows = [(f"No anda, llamen a María Benítez al {phone}", 1, 2, "05/01/2026", "C1", "Luque")] * 3
    world.drop("enero.csv", rows)
    with OpenAIServer(keys=[key]) as server:
        keys = {"OPENAI_API_KEY": key, "OPENAI_BASE_URL": f"{server.base_url}/v1"}
        told = fiber(world.settings.data_dir, "run", FIBER_WAREHOUSE_KEY=key, **keys)
        assert server.record.answered_items() > 0
        server.record.assert_clean([phone, "0981777333", "Benítez", key])
    assert told.returncode == 0, told.stderr
    store = Warehouse(world.settings.warehouse_location, key)
    with store.reader() as connection:
        assert connection.execute(
            "SELECT count(*) FROM raw_comments WHERE comment LIKE '%0981 777 333%'"
        ).fetchone() == (3,)
        for table in ("comments", "translated_comments", "sentiment_scores", "comment_themes", "themes", "insights"):
            rows_as_text = str(connection.execute(f"SELECT * FROM {table}").fetchall())
            assert phone not in rows_as_text
            assert "Benítez" not in rows_as_text
    planted = [phone.encode(), b"0981777333", "Benítez".encode(), key.encode()]
    inbox = Path(world.settings.inbox_url).resolve()
    searched = 0
    for path in world.settings.data_dir.rglob("*"):
        if path.is_file() and inbox not in path.resolve().parents:
            content = path.read_bytes()
            searched += 1
            assert not [plant for plant in planted if plant in content], path
    assert searched > 5
    assert not [plant.decode() for plant in planted if plant.decode() in told.stdout + told.stderr]


def test_runs_of_the_command_line_are_in_the_instance_of_the_ui(world: World):
    world.drop("enero.csv")
    assert fiber(world.settings.data_dir, "run").returncode == 0
    home = world.settings.dagster_home
    assert "telemetry" in (home / "dagster.yaml").read_text()
    with sqlite3.connect(home / "history" / "runs.db") as runs:
        jobs = {job for (job,) in runs.execute("SELECT pipeline_name FROM runs WHERE status = 'SUCCESS'")}
    assert jobs == {"analyse_batch", "refresh_insights"}


def test_forget_erases_a_customer_everywhere(world: World):
    world.drop("enero.csv")
    data = world.settings.data_dir
    assert fiber(data, "run").returncode == 0
    told = fiber(data, "forget", "--customer", "C1", "--yes")
    assert told.returncode == 0, told.stderr
    assert world.query("SELECT count(*) FROM raw_comments WHERE customer_id = 'C1'") == [(0,)]
    assert world.query("SELECT count(*) FROM comments") == [(5,)]
    assert not (data / "outputs" / "fiber_report.html").exists()
    assert not (data / "outputs" / "fiber_report.pdf").exists()


def test_forget_erases_a_batch_and_its_file(world: World):
    path = world.drop("enero.csv")
    data = world.settings.data_dir
    assert fiber(data, "run").returncode == 0
    assert fiber(data, "forget", "--batch", "enero.csv", "--yes").returncode == 0
    assert not path.exists()
    assert set(world.warehouse.row_counts().values()) <= {0} or world.query("SELECT count(*) FROM comments") == [(0,)]


def test_trace_and_export_lead_from_figures_to_rows(world: World, tmp_path: Path):
    world.drop("norte/enero.csv")
    data = world.settings.data_dir
    assert fiber(data, "run").returncode == 0
    listed = fiber(data, "trace", "--insight", "all", "all", "all", "all", "nps").stdout.splitlines()
    assert listed[0].startswith("6 comments")
    told = fiber(data, "trace", listed[1]).stdout
    assert '"norte/enero.csv"' in told
    assert "row_number: " in told
    sentence = fiber(data, "trace", "--sentence", "1").stdout
    assert 'text: "Total analizado' in sentence
    assert "figure: 6 is insights all all all all volume value" in sentence
    for wrong, problem in ((["nothing"], "no comment nothing"), (["--sentence", "99"], "no sentence 99")):
        missing = fiber(data, "trace", *wrong)
        assert missing.returncode == 1
        assert problem in missing.stderr
    written = fiber(
        data, "export", str(tmp_path / "out"), "--table", "comments", "--format", "csv", "--source", "norte"
    )
    assert written.stdout.split() == [str(tmp_path / "out" / "comments.csv")]
    assert len((tmp_path / "out" / "comments.csv").read_text("utf-8").splitlines()) == 7


def test_forget_wants_one_of_the_two(tmp_path):
    told = fiber(tmp_path, "forget")
    assert told.returncode == 2
    assert "--batch or --customer" in told.stderr


def test_estimate_tells_cost_and_time_and_writes_nothing(world: World):
    file = make_file(world)
    before = sorted(world.settings.data_dir.rglob("*"))
    told = fiber(world.settings.data_dir, "estimate", str(file))
    assert told.returncode == 0, told.stderr
    assert "6 comments, 5 distinct texts" in told.stdout
    assert "cost: 0.00 USD" in told.stdout
    assert sorted(world.settings.data_dir.rglob("*")) == before


def test_a_service_is_estimated_looked_at_asked_and_accounted_for(world: World):
    file, data = make_file(world), world.settings.data_dir
    with OpenAIServer(keys=["right"]) as server:
        keys = {"OPENAI_API_KEY": "right", "OPENAI_BASE_URL": f"{server.base_url}/v1", "FIBER_BUDGET_USD": "0.0001"}
        estimated = fiber(data, "estimate", str(file), **keys)
        assert "for sentiment and themes:\n  5 texts, of which 0 were answered before" in estimated.stdout
        assert "for summary and recommendations:\n  1 texts" in estimated.stdout
        most = float(re.findall(r"([\d.]+) USD at most", estimated.stdout)[-1])
        assert "FIBER_BUDGET_USD: 0.0001 of 0.0001 USD left, which could be exceeded" in estimated.stdout
        assert (estimated.returncode, len(server.record)) == (1, 0)
        keys["FIBER_BUDGET_USD"] = "5"
        looked = fiber(data, "doctor", **keys)
        assert looked.returncode == 0, looked.stdout
        assert "answers, and serves gpt-4.1-mini" in looked.stdout
        ran = fiber(data, "run", str(file), **keys)
        assert ran.returncode == 0, ran.stderr
        assert "openai gpt-4.1-mini, annotate: 1 requests for 6 texts, 0.00" in ran.stdout
        assert "openai gpt-4.1-mini, summarise: 1 requests for 1 texts, 0.00" in ran.stdout
        assert 0 < sum(map(float, re.findall(r", ([\d.]+) USD;", ran.stdout))) < most
        assert server.record.answered_items() > 0
        assert (
            "of which 5 were answered before\n  nothing is left to ask"
            in fiber(data, "estimate", str(file), **keys).stdout
        )
        # Answers that a run would find too old are not counted on.
        keys["FIBER_CACHE_DAYS"] = "0.00001"
        assert "5 texts, of which 0 were answered before" in fiber(data, "estimate", str(file), **keys).stdout
    assert "right" not in estimated.stdout + looked.stdout + ran.stdout + ran.stderr


def test_a_second_net_is_estimated_looked_at_and_its_gaps_are_told(world: World):
    file, data = make_file(world), world.settings.data_dir
    with AzureServer(keys=["right"]) as server:
        keys = {
            "AZURE_LANGUAGE_ENDPOINT": server.base_url,
            "AZURE_LANGUAGE_KEY": "right",
            "FIBER_PII_SECOND_NET": "azure",
            "FIBER_ENGINES_SENTIMENT": "local",
            "FIBER_ENGINES_THEMES": "local",
        }
        looked = fiber(data, "doctor", **keys)
        assert "personal data: our own redaction, then azure once more" in looked.stdout
        assert "nothing asks it" not in looked.stdout
        refused = fiber(data, "doctor", **{**keys, "AZURE_LANGUAGE_KEY": "wrong"})
        assert "HTTP 401\n        → AZURE_LANGUAGE_KEY and AZURE_LANGUAGE_ENDPOINT must be" in refused.stdout
        estimated = fiber(data, "estimate", str(file), **keys)
        assert "azure latest, for personal data:\n  5 texts, of which 0 were answered before" in estimated.stdout
        assert server.record.answered_items() == 0
        ran = fiber(data, "run", str(file), **keys, FIBER_BUDGET_USD="0.001")
    assert ran.returncode == 0, ran.stderr
    assert "rows had no second look for personal data, such as: over budget" in ran.stdout


def test_estimate_names_a_file_it_cannot_read(tmp_path: Path):
    broken = tmp_path / "roto.xlsx"
    broken.write_bytes(b"PK\x03\x04 broken")
    told = fiber(tmp_path / "data", "estimate", str(broken))
    assert told.returncode == 1
    assert "roto.xlsx" in told.stderr
    assert "Traceback" not in told.stderr


def test_doctor_finds_nothing_wrong_on_a_fresh_machine(tmp_path):
    told = fiber(tmp_path / "data", "doctor")
    assert told.returncode == 0, told.stdout
    assert "Nothing is wrong" in told.stdout
    assert "none is needed" in told.stdout


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"FIBER_BUDGET_USD": "much"}, "FIBER_BUDGET_USD"),
        ({"FIBER_TAXONOMY": "/nowhere/themes.yaml"}, "FIBER_TAXONOMY"),
        ({"FIBER_ENGINES_SENTIMENT": "azure"}, "FIBER_ENGINES_SENTIMENT"),
        ({"FIBER_PII_SECOND_NET": "azure"}, "FIBER_PII_SECOND_NET names azure, which needs"),
        ({"AZURE_LANGUAGE_KEY": "k"}, "AZURE_LANGUAGE_KEY is set, but without AZURE_LANGUAGE_ENDPOINT"),
        ({"FIBER_GOOGLE_LOCATION": "europe-west1"}, "FIBER_GOOGLE_LOCATION is set, but without GOOGLE_CLOUD_PROJECT"),
        ({"GOOGLE_APPLICATION_CREDENTIALS": "/nowhere.json"}, "GOOGLE_APPLICATION_CREDENTIALS names /nowhere.json"),
        (
            {"GOOGLE_CLOUD_PROJECT": "p", "FIBER_GOOGLE_TRANSLATE_ENDPOINT": "127.0.0.1:9"},
            "google at 127.0.0.1:9: no connection",
        ),
    ],
)
def test_doctor_names_what_is_wrong(tmp_path, environment, named):
    told = fiber(tmp_path / "data", "doctor", **environment)
    assert told.returncode == 1
    assert named in told.stdout


def test_doctor_shows_no_secret(tmp_path):
    told = fiber(tmp_path / "data", "doctor", OPENAI_API_KEY="planted-test-secret")
    assert "OPENAI_API_KEY" in told.stdout
    assert "planted-test-secret" not in told.stdout + told.stderr


def test_explain_gives_language_sentiment_and_themes(tmp_path):
    told = fiber(tmp_path, "explain", "Excelente la velocidad pero el técnico nunca vino, 0981 123 456")
    assert told.returncode == 0, told.stderr
    assert "[TELEFONO]" in told.stdout
    assert "0981" not in told.stdout
    for title in ("Language", "Sentiment", "Themes"):
        assert title in told.stdout
    assert "excelente" in told.stdout.lower()
    assert "technical_support" in told.stdout
