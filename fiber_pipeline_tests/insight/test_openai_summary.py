import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fiber_pipeline.insight import recommend, summarise, verify_citations
from fiber_pipeline.insight.openai_summary import OpenAIWriter
from fiber_pipeline.services.openai.from_settings import summary_services
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.openai.engines import bench

Facts = dict[str, Any]


def figure(facts: Facts, ending: str) -> dict[str, str]:
    return next(each for each in facts["figures"] if each["is"].endswith(ending))


def statement(text: str, *figures: dict[str, str], comments: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"text": text, "figures": [each["id"] for each in figures], "comments": list(comments)}


def honest(facts: Facts) -> list[dict[str, Any]]:
    volume = figure(facts, "all, volume")
    nps, low, high = (
        figure(facts, f"{name} in insights: all, all, all, all, nps") for name in ("value", "low", "high")
    )
    outages = figure(facts, "negative_share in themes: outages")
    spike = next(finding for finding in facts["findings"] if "Facturación" in finding["text"])
    return [
        statement(f"Se analizaron {volume['written']} comentarios.", volume),
        statement(f"El NPS es {nps['written']}, entre {low['written']} y {high['written']}.", nps, low, high),
        statement(f"De las menciones de cortes, el {outages['written']} es negativo.", outages),
        statement("La facturación estuvo muy por encima de lo habitual.", comments=tuple(spike["comments"])),
    ]


def actions(facts: Facts) -> list[dict[str, Any]]:
    return [
        {"rank": each["rank"], "title": f"Plan {'A' * each['rank']}", "steps": "Revisar los tramos de fibra."}
        for each in facts["actions"]
    ]


@contextmanager
def writer(
    folder: Path, history: Path, says: Callable[[Facts], list[dict[str, Any]]], acts: Any = actions
) -> Iterator[tuple[OpenAIWriter, OpenAIServer]]:
    def answer(items, schema):
        facts = json.loads(items[0]["text"])
        return {"answers": [{"id": items[0]["id"], "statements": says(facts), "actions": acts(facts)}]}

    @contextmanager
    def reader() -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(history), read_only=True) as opened:
            yield opened

    with OpenAIServer(responders={"summarise": answer}) as server, bench(folder, server) as world:
        yield OpenAIWriter(reader, world.enricher, summary_services(world.settings)), server


def test_the_models_sentences_stand_where_their_figures_are_the_tables_own(
    tmp_path: Path, measured_history: Path, history: duckdb.DuckDBPyConnection
):
    with writer(tmp_path, measured_history, honest) as (asked, server):
        summary, frame = asked.summarise(), asked.recommend()
        assert len(server.record) == 1, "one answer serves both"
    assert (summary.engine, summary.model, summary.fallback_reason) == ("openai", "gpt-4.1-mini", None)
    assert len(summary.statements) == 4 and summary.dropped == ()
    assert all(verify_citations(history, each) == [] for each in summary.statements)
    rules = recommend(history)
    assert frame["title"].tolist() == [f"Plan {'A' * rank}" for rank in rules["rank"]]
    assert set(frame["engine"]) == {"openai"}
    assert frame["evidence"].tolist() == rules["evidence"].tolist()
    assert frame["why"].iloc[1].endswith("Revisar los tramos de fibra.")
    assert "Cruzar los reclamos" in rules["why"].iloc[1] and "Cruzar los reclamos" not in frame["why"].iloc[1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("El NPS es 99,9.", "none of the cited figures"),
        ("El NPS es {nps} en 2026-06.", "no figure is of the period"),
        ("El NPS es {nps}, tres veces peor.", "number in words (tres)"),
        ("El NPS subió a {nps}.", "something moved"),
        ("El NPS cayó a {nps}.", "something moved"),
        ("", "empty"),
    ],
)
def test_a_sentence_that_does_not_hold_is_dropped(text: str, reason: str, tmp_path: Path, measured_history: Path):
    def says(facts: Facts) -> list[dict[str, Any]]:
        nps = figure(facts, "value in insights: all, all, all, all, nps")
        return [statement(text.format(nps=nps["written"]), nps), *honest(facts)]

    with writer(tmp_path, measured_history, says) as (asked, _):
        summary = asked.summarise()
    assert len(summary.statements) == 4
    ((dropped, why),) = summary.dropped
    assert dropped.text.startswith(text[:5]) and reason in why


def test_what_was_not_given_cannot_be_cited(tmp_path: Path, measured_history: Path):
    made_up = {"text": "Todo va bien.", "figures": ["f999"], "comments": []}
    nobody = {"text": "Todo va bien.", "figures": [], "comments": ["c9999999"]}
    bare = {"text": "Todo va bien.", "figures": [], "comments": []}
    with writer(tmp_path, measured_history, lambda facts: [made_up, nobody, bare, *honest(facts)]) as (asked, _):
        summary = asked.summarise()
    assert [reason for _, reason in summary.dropped] == [
        "it cites what it was not given",
        "it cites what it was not given",
        "it cites neither a figure nor a comment",
    ]


def test_where_too_little_holds_the_rules_write_it_and_say_so(
    tmp_path: Path, measured_history: Path, history: duckdb.DuckDBPyConnection
):
    invented = [{"text": f"El NPS es {number}.", "figures": ["f3"], "comments": []} for number in (50, 60, 70)]
    with writer(tmp_path, measured_history, lambda facts: invented) as (asked, _):
        summary = asked.summarise()
    assert summary.statements == summarise(history).statements
    assert summary.engine == "local"
    assert summary.fallback_reason == "0 of 3 sentences could be verified"
    assert len(summary.dropped) == 3


def test_where_the_service_fails_the_rules_write_both(
    tmp_path: Path, measured_history: Path, history: duckdb.DuckDBPyConnection
):
    @contextmanager
    def reader() -> Iterator[duckdb.DuckDBPyConnection]:
        yield history

    with OpenAIServer(keys={"another"}) as server, bench(tmp_path, server) as world:
        asked = OpenAIWriter(reader, world.enricher, summary_services(world.settings))
        summary, frame = asked.summarise(), asked.recommend()
    assert "denied" in (summary.fallback_reason or "")
    assert set(frame["engine"]) == {"local"}


def test_an_action_with_a_number_keeps_the_rules_words(
    tmp_path: Path, measured_history: Path, history: duckdb.DuckDBPyConnection
):
    def acts(facts: Facts) -> list[dict[str, Any]]:
        given = actions(facts)
        given[0]["steps"] = "Llamar a 20 clientes."
        given[1]["title"] = "Duplicar el equipo por dos"
        return given[:3]

    with writer(tmp_path, measured_history, honest, acts) as (asked, _):
        frame = asked.recommend()
    rules = recommend(history)
    assert frame["engine"].tolist()[:4] == ["local", "local", "openai", "local"]
    assert frame["title"].tolist()[:2] == rules["title"].tolist()[:2]


def test_before_there_are_figures_nothing_is_asked(tmp_path: Path, connection: duckdb.DuckDBPyConnection):
    @contextmanager
    def reader() -> Iterator[duckdb.DuckDBPyConnection]:
        yield connection

    with OpenAIServer() as server, bench(tmp_path, server) as world:
        summary = OpenAIWriter(reader, world.enricher, summary_services(world.settings)).summarise()
        assert len(server.record) == 0
    assert summary.fallback_reason == "there are no figures yet"


def test_a_model_without_a_price_is_asked_nothing(
    tmp_path: Path, measured_history: Path, history: duckdb.DuckDBPyConnection
):
    @contextmanager
    def reader() -> Iterator[duckdb.DuckDBPyConnection]:
        yield history

    with OpenAIServer() as server, bench(tmp_path, server, FIBER_OPENAI_MODEL="llama-of-my-own") as world:
        summary = OpenAIWriter(reader, world.enricher, summary_services(world.settings)).summarise()
        assert len(server.record) == 0
    assert summary.engine == "local" and "llama-of-my-own has no price" in (summary.fallback_reason or "")
