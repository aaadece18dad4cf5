from collections.abc import Mapping
from typing import Any

import pandas as pd

from fiber_pipeline.annotation.engines import Answers, ask, collect
from fiber_pipeline.annotation.remote_engine import RemoteEngine
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.store.protocol import ResponseStore
from fiber_pipeline.tables import SENTIMENT_SCORES
from fiber_pipeline_tests.services.scripted import PerItem, ScriptedService


class Echoing(RemoteEngine):
    """Labels every text by what the service said; cannot use an answer about a text that says so."""

    def read(self, request: pd.DataFrame, answers: Mapping[int, Any]) -> Answers:
        usable = {item: answer for item, answer in answers.items() if "useless" not in answer["echo"]}
        frame = pd.DataFrame({"item": list(usable), "sentiment": "neutral", "score": 0.0})
        return Answers(frame, {item: "useless answer" for item in answers if item not in usable})


class Local:
    name, model = "local", "rules-1"

    def answer(self, request: pd.DataFrame) -> Answers:
        return Answers(pd.DataFrame({"item": range(len(request)), "sentiment": "positive", "score": 1.0}))


def request(texts: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"text": texts})


def test_what_a_service_leaves_goes_to_the_next_engine_with_the_reason(store: ResponseStore):
    service = ScriptedService(lambda n, asked: ServiceFailure("rejected", "filtered") if Item("b") in asked else None)
    remote = Echoing("openai", Enricher(store, PerItem()), [service])
    answers = collect(SENTIMENT_SCORES, [remote, Local()], request(["a", "b", "useless", "c"]))
    assert answers["engine"].to_pylist() == ["openai", "local", "local", "openai"]
    assert answers["model"].to_pylist() == ["scripted-1", "rules-1", "rules-1", "scripted-1"]
    assert answers["is_fallback"].to_pylist() == [False, True, True, False]
    assert answers["fallback_reason"].to_pylist() == [
        None,
        "openai: rejected: filtered",
        "openai: useless answer",
        None,
    ]


def test_a_fallback_is_never_kept_as_the_services_answer(store: ResponseStore):
    broken = ScriptedService(lambda n, asked: ServiceFailure("denied", "wrong key"))
    collect(SENTIMENT_SCORES, [Echoing("openai", Enricher(store, PerItem()), [broken]), Local()], request(["a"]))
    mended = ScriptedService()
    answers = collect(
        SENTIMENT_SCORES, [Echoing("openai", Enricher(store, PerItem()), [mended]), Local()], request(["a"])
    )
    assert mended.texts == ["a"]
    assert answers["engine"].to_pylist() == ["openai"]


def test_a_remote_engine_is_asked_about_everything_at_once(store: ResponseStore):
    service = ScriptedService()
    texts = [f"text {number}" for number in range(9000)]
    frames = list(ask([Echoing("openai", Enricher(store, PerItem()), [service])], request(texts)))
    assert [len(frame) for frame in frames] == [9000]
    assert {len(asked) for asked in service.asked} == {10}


def test_progress_shows_while_a_remote_engine_works_and_never_steps_back(store: ResponseStore):
    def fail_some(number: int, asked: list[Item]) -> ServiceFailure | None:
        return ServiceFailure("rejected", "no") if asked[0].text == "text 0" else None

    told: list[tuple[int, int]] = []
    remote = Echoing(
        "openai", Enricher(store, PerItem(), policy=Policy(concurrency=2)), [ScriptedService(fail_some, latency=0.1)]
    )
    texts = [f"text {number}" for number in range(100)]
    collect(SENTIMENT_SCORES, [remote, Local()], request(texts), lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (100, 100)
    assert any(0 < done < 90 for done, _ in told)
