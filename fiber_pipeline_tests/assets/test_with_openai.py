import dataclasses
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from openpyxl import load_workbook

from fiber_pipeline.outputs.spanish import typeset
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.world import ROWS, World

KEY = "sk-planted-1234567890"
PERSONAL = ("0981 123 456", "Luque", "C1")


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(keys={KEY}) as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: OpenAIServer) -> Iterator[World]:
    settings = Settings.from_environment(
        {"FIBER_DATA_DIR": str(tmp_path / "data"), "OPENAI_BASE_URL": f"{server.base_url}/v1", "OPENAI_API_KEY": KEY}
    )
    with dg.DagsterInstance.ephemeral() as instance:
        yield World(settings, instance)


def test_with_a_key_everything_is_asked_of_openai_once_and_nothing_personal(world: World, server: OpenAIServer):
    analyse(world)
    refreshed = world.refresh()
    assert refreshed.success
    assert warnings(refreshed) == set()
    asked = len(server.record)
    # The request for the summary too, which this refresh has made itself.
    assert world.query("SELECT count(*) FROM api_calls WHERE NOT cached") == [(asked,)]
    assert world.query("SELECT DISTINCT engine, is_fallback FROM sentiment_scores") == [("openai", False)]
    assert world.query("SELECT DISTINCT engine, is_fallback FROM comment_themes") == [("openai", False)]
    made = world.query(
        "SELECT DISTINCT translation_engine, prompt_version FROM translated_comments WHERE language = 'mixed'"
    )
    assert made == [("openai", "translate-v1")]
    advice = world.query("SELECT title, engine, model FROM recommendations")
    assert advice and {engine for _, engine, _ in advice} == {"openai"}
    assert all(title.startswith("Primero: ") for title, _, _ in advice)
    assert world.query("SELECT DISTINCT engine, model, prompt_version, is_fallback FROM executive_summary") == [
        ("openai", "gpt-4.1-mini", "summarise-v1", False)
    ]
    assert_everywhere(world, "Textos de OpenAI (gpt-4.1-mini).")
    server.record.assert_clean([KEY, *PERSONAL])
    # Everything is stored: the same again costs nothing.
    assert world.analyse("enero.csv").success
    words = world.query("SELECT * FROM executive_summary ORDER BY rank")
    assert world.refresh().success
    assert len(server.record) == asked
    assert world.query("SELECT * FROM executive_summary ORDER BY rank") == words


@pytest.mark.parametrize(
    ("fault", "settings", "requests", "why"),
    [
        (Fault("refusal"), {}, 1, "el modelo no quiso responder"),
        (Fault("status", status=500), {"item_seconds": 1.0}, None, "el servicio no dio una respuesta útil"),
        (None, {"budget_usd": 0.000001}, 0, "se llegó al límite de gasto"),
    ],
)
def test_where_openai_does_not_write_the_rules_words_stand_with_the_reason(
    fault: Fault | None,
    settings: dict[str, Any],
    requests: int | None,
    why: str,
    world: World,
    server: OpenAIServer,
):
    by_rules = dataclasses.replace(
        world.settings,
        **settings,
        engines_sentiment=("local",),
        engines_themes=("local",),
        engines_translation=("local",),
    )
    world = World(by_rules, world.instance)
    analyse(world)
    assert len(server.record) == 0
    if fault is not None:
        server.script.add(fault)
    refreshed = world.refresh()
    assert refreshed.success
    assert warnings(refreshed) == {"executive_summary", "recommendations"}
    assert requests in (None, len(server.record)), "one request for both tables"
    told = world.query(
        "SELECT DISTINCT engine, model, is_fallback, fallback_reason FROM executive_summary"
        " UNION SELECT DISTINCT engine, model, true, fallback_reason FROM recommendations"
    )
    assert [row[:3] for row in told] == [("local", "rules-1", True)], "the same fate, for the same reason"
    assert_everywhere(world, f"Las reglas reemplazan a OpenAI porque {why}.")


def test_the_key_alone_makes_the_words_stale_and_nothing_else_that_is_local(world: World):
    def versions(settings: Settings) -> dict[str, str | None]:
        specs = World(settings, world.instance).definitions().resolve_all_asset_specs()
        return {spec.key.to_user_string(): spec.code_version for spec in specs}

    local = dataclasses.replace(
        world.settings, engines_sentiment=("local",), engines_themes=("local",), engines_translation=("local",)
    )
    with_key = versions(local)
    without = versions(dataclasses.replace(local, openai_api_key=None, openai_base_url=None))
    other_model = versions(dataclasses.replace(local, openai_model="gpt-5-mini"))
    written = {"executive_summary", "recommendations"}
    assert {name for name in with_key if with_key[name] != without[name]} == written
    assert {name for name in with_key if with_key[name] != other_model[name]} == written


def warnings(run: dg.ExecuteInProcessResult) -> set[str]:
    """The tables whose check says that a service did not write what it is there to write."""
    return {
        check.asset_key.to_user_string()
        for check in run.get_asset_check_evaluations()
        if check.check_name == "no_fallback" and not check.passed
    }


def analyse(world: World) -> None:
    # More than a sample's worth, so that there is something to recommend.
    world.drop("enero.csv", [(f"{row[0]} {number}", *row[1:]) for number in range(12) for row in ROWS])
    assert world.analyse("enero.csv").success


def assert_everywhere(world: World, note: str) -> None:
    """The page, the PDF and the workbook hold every sentence of the table, and the note."""
    folder = world.settings.outputs_dir
    page = unescape((folder / "fiber_report.html").read_text("utf-8"))
    command = ["pdftotext", "-raw", str(folder / "fiber_report.pdf"), "-"]
    pdf = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sheet = load_workbook(folder / "fiber_insights.xlsx")["Resumen"]
    book = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    sentences = world.query("SELECT text FROM executive_summary ORDER BY rank")
    assert len(sentences) > 2
    for text in (page, pdf, book):
        said = " ".join(text.split())
        assert note in said
        for (sentence,) in sentences:
            assert " ".join(typeset(sentence).split()) in said
