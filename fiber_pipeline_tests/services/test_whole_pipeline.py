"""Runs over services as a user sets them up: by environment, through every table, against a server on loopback."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fiber_pipeline.annotation.chains import build_chains, build_second_net
from fiber_pipeline.annotation.engines import EngineUnavailable
from fiber_pipeline.annotation.sentiment.sentiment_scores import score_comments
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.servers.azure_server import AzureServer
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.world import World

KEY = "sk-planted-4711"
PHONE, DOCUMENT, MAIL = "0981 123 456", "4.123.456", "ana.benitez@example.com.py"
ROWS = (
    (f"El internet se corta todas las noches, llamen al {PHONE}", 2, 3, "05/01/2026", "C1", "Luque"),
    ("Excelente servicio, nunca se corta", 10, 10, "17/01/2026", "C2", "Asunción"),
    ("Ndaipóri internet, mbegueterei la conexión", 1, 2, "20/01/2026", "C3", "Areguá"),
    (f"Mi cédula es {DOCUMENT} y mi correo {MAIL}, me cobraron dos veces", 3, 3, "21/01/2026", "C4", "Luque"),
    ("Muy caro para lo que es pero anda bien", 6, 6, "02/02/2026", "C5", "Luque"),
    ("", 9, 9, "03/02/2026", "C6", "Asunción"),
)
COMMENTS = pd.DataFrame(
    {
        "batch": "enero.csv",
        "comment_id": ["a", "b"],
        "text": ["Excelente servicio, nunca se corta", "Muy caro para lo que es"],
        "text_es": ["Excelente servicio, nunca se corta", "Muy caro para lo que es"],
        "language": "es",
        "is_main": True,
        "nps": pd.Series([10, 2], dtype="Int64"),
        "rating": pd.Series([None, None], dtype="Float64"),
        "rating_scale": pd.Series([None, None], dtype="string"),
    }
)
ANNOTATED = "SELECT engine, is_fallback, count(*) FROM sentiment_scores GROUP BY ALL ORDER BY ALL"


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(keys=[KEY]) as running:
        yield running


def with_openai(world: World, server: OpenAIServer, **settings: Any) -> World:
    return World(openai_settings(world.settings.data_dir, server, **settings), world.instance)


def calls(settings: Settings) -> list[dict[str, Any]]:
    store = open_store(settings.cache_url, settings.cache_dir, settings.warehouse_key)
    try:
        return [dict(call) for call in store.calls()]
    finally:
        store.close()


def test_a_key_is_all_it_takes(world: World, server: OpenAIServer):
    asking = with_openai(world, server)
    asking.drop("enero.csv", ROWS)
    run = asking.analyse("enero.csv")
    assert run.success
    assert asking.query("SELECT DISTINCT engine FROM comment_themes") == [("openai",)]
    assert asking.query(ANNOTATED) == [("openai", False, len(ROWS))]
    assert asking.query("SELECT translation_engine FROM translated_comments WHERE language IN ('gn', 'mixed')") == [
        ("openai",)
    ]
    assert asking.query("SELECT DISTINCT prompt_version FROM sentiment_scores WHERE engine = 'openai'") == [
        ("annotate-v1",)
    ]
    paid = [call for call in calls(asking.settings) if call["status"] == "answered"]
    assert {call["operation"] for call in paid} == {"annotate", "translate"}
    assert {(call["run_id"], call["batch"]) for call in paid} == {(run.run_id, "enero.csv")}
    assert all(call["cost_usd"] > 0 for call in paid)


def test_a_rerun_pays_for_nothing(world: World, server: OpenAIServer):
    asking = with_openai(world, server)
    asking.drop("enero.csv", ROWS)
    asking.drop("copia.csv", ROWS)
    assert asking.analyse("enero.csv").success
    first = asking.query("SELECT * FROM sentiment_scores ORDER BY comment_id")
    sent = len(server.record)
    assert asking.analyse("enero.csv").success
    assert asking.analyse("copia.csv").success
    assert len(server.record) == sent
    assert asking.query("SELECT * FROM sentiment_scores WHERE batch = 'enero.csv' ORDER BY comment_id") == first


def test_no_service_and_no_artefact_is_told_a_secret(world: World, server: OpenAIServer, tmp_path: Path, caplog: Any):
    asking = with_openai(world, server)
    asking.drop("enero.csv", ROWS)
    server.script.add(Fault("status", status=400, code="invalid_request", containing="cobraron", times=1))
    run = asking.analyse("enero.csv")
    assert run.success
    assert server.record.answered_items() > 0
    server.record.assert_clean([KEY, PHONE, DOCUMENT, MAIL])
    told = "\n".join(str(event) for event in run.all_events) + caplog.text
    kept = b"".join(path.read_bytes() for path in asking.settings.cache_dir.rglob("*") if path.is_file())
    for secret in (KEY, PHONE, DOCUMENT, MAIL):
        assert secret not in told
        assert secret.encode() not in kept


def test_what_a_service_does_not_answer_the_next_engine_does(world: World, server: OpenAIServer):
    server.script.add(Fault("refusal", containing="Excelente servicio"))
    asking = with_openai(world, server)
    asking.drop("enero.csv", ROWS)
    assert asking.analyse("enero.csv").success
    fallen = asking.query(
        "SELECT text, engine, fallback_reason FROM sentiment_scores JOIN comments USING (comment_id) WHERE is_fallback"
    )
    assert [(text, engine) for text, engine, _ in fallen] == [("Excelente servicio, nunca se corta", "local")]
    assert fallen[0][2].startswith("openai: refused")
    server.script.clear()
    assert asking.analyse("enero.csv").success
    assert asking.query("SELECT count(*) FROM sentiment_scores WHERE is_fallback AND evidence <> []") == [(0,)]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"budget_usd": 0.000001}, "over budget"),
        ({"openai_model": "a-model-nobody-sells"}, "no price"),
        ({"openai_api_key": "sk-wrong"}, "401"),
    ],
)
def test_work_goes_on_without_the_service_and_says_why(
    tmp_path: Path, server: OpenAIServer, settings: dict[str, Any], reason: str
):
    scored = score_comments(COMMENTS, build_chains(openai_settings(tmp_path, server, **settings)).sentiment)
    assert set(zip(scored["engine"], scored["is_fallback"], strict=True)) == {("local", True)}
    assert all(reason in told for told in scored["fallback_reason"])
    assert server.record.answered_items() == 0


def test_a_chain_without_a_last_resort_fails_and_names_the_reason(tmp_path: Path, server: OpenAIServer):
    server.script.add(Fault("refusal", containing="Excelente servicio"))
    settings = openai_settings(tmp_path, server, engines_sentiment=("openai",))
    with pytest.raises(EngineUnavailable, match="openai: refused"):
        score_comments(COMMENTS, build_chains(settings).sentiment)


def test_a_second_net_for_personal_data_is_a_setting(tmp_path: Path):
    with AzureServer(keys=[KEY]) as azure:
        settings = Settings.from_environment(
            {
                "FIBER_DATA_DIR": str(tmp_path),
                "AZURE_LANGUAGE_ENDPOINT": azure.base_url,
                "AZURE_LANGUAGE_KEY": KEY,
                "FIBER_PII_SECOND_NET": "azure",
            }
        )
        look_again = build_second_net(settings)
        assert look_again is not None
        [redaction] = look_again(["Ysapy no me atiende"]).redactions
    assert redaction.text == "[NOMBRE] no me atiende"
    assert settings.deciding("comments") != ""
    with pytest.raises(EngineUnavailable, match="AZURE_LANGUAGE_KEY"):
        build_second_net(Settings(pii_second_net="azure"))
    assert build_second_net(Settings()) is None


def openai_settings(folder: Path, server: OpenAIServer, **chosen: Any) -> Settings:
    return Settings(**{"data_dir": folder, "openai_api_key": KEY, "openai_base_url": f"{server.base_url}/v1", **chosen})
