import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fiber_pipeline.engines import collect
from fiber_pipeline.services.caller import calling
from fiber_pipeline.services.openai.batches.api import OpenAIBatches
from fiber_pipeline.services.openai.batches.journal import FILE_NAME, BatchJournal, Submission
from fiber_pipeline.services.openai.operations import translate
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.services.store.protocol import Budget
from fiber_pipeline.tables import SENTIMENT_SCORES
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.servers.openai_answers import annotation
from fiber_pipeline_tests.servers.openai_batches import LINE_PATH
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.openai.asking import KEY, MODEL, annotation_question, endpoint
from fiber_pipeline_tests.services.openai.engines import Bench, bench, request

TEXTS = [f"El internet {number} se corta y es caro" for number in range(25)]
CHAT = "/v1/chat/completions"


@contextmanager
def desk(
    folder: Path, server: OpenAIServer, budget: Budget | None = None, **options: int
) -> Iterator[tuple[Bench, OpenAIBatches]]:
    with bench(folder, server) as world:
        options = {"requests_per_batch": 2, **options}
        journal = BatchJournal(folder)
        yield world, OpenAIBatches(endpoint(server), journal, world.store, Prices(), budget, **options)


def items(texts: list[str] = TEXTS) -> list[Item]:
    return [Item(text) for text in texts]


def finish(batches: OpenAIBatches) -> list[Submission]:
    for _ in range(5):
        if all(submission.state == "ended" for submission in batches.follow()):
            break
    return batches.collect([annotation_question()])


def asked_directly(server: OpenAIServer) -> int:
    return sum(exchange.items for exchange in server.record if exchange.path == CHAT)


def test_collected_answers_are_those_of_a_direct_run_at_half_its_price(tmp_path: Path):
    with OpenAIServer() as server:
        with desk(tmp_path / "batch", server) as (world, batches):
            with calling("run-1", "mayo.csv"):
                submitted = batches.submit(annotation_question(), items())
            assert [(each.state, each.requests, each.items) for each in submitted.submissions] == [
                ("submitted", 2, 20),
                ("submitted", 1, 5),
            ]
            reserved = world.store.spend(run_id="run-1").open_usd
            collected = finish(batches)
            spent = world.store.spend(run_id="run-1")
            scores = collect(SENTIMENT_SCORES, [world.sentiment], request(TEXTS))
            assert asked_directly(server) == 0
            assert not batches.follow() and not server.batches.files
            calls = [call for call in world.store.calls() if call["status"] != "cached"]
        with desk(tmp_path / "direct", server) as (world, _):
            direct = collect(SENTIMENT_SCORES, [world.sentiment], request(TEXTS))
            price = world.store.spend().settled_usd
        server.record.assert_clean([KEY])
    assert scores.equals(direct)
    assert [each.answered for each in collected] == [20, 5] and {each.detail for each in collected} == {None}
    assert reserved > spent.settled_usd > 0 and spent.open_usd == 0
    assert spent.settled_usd == pytest.approx(price / 2, rel=0.05)
    assert [(call["batch"], call["items"], call["status"]) for call in calls] == [
        ("mayo.csv", 20, "answered"),
        ("mayo.csv", 5, "answered"),
    ]


def test_what_is_answered_or_asked_for_already_is_not_submitted(tmp_path: Path):
    with OpenAIServer() as server, desk(tmp_path, server) as (_, batches):
        batches.submit(annotation_question(), items(TEXTS[:5]))
        again = batches.submit(annotation_question(), items(TEXTS[:8]))
        finish(batches)
        later = batches.submit(annotation_question(), items(TEXTS[:10]))
    assert (again.outstanding, [each.items for each in again.submissions]) == (5, [3])
    assert (later.cached, later.outstanding, [each.items for each in later.submissions]) == (8, 0, [2])


@pytest.mark.parametrize(
    ("fault", "unanswered"),
    [
        (Fault("missing", path=LINE_PATH, requests={2}), 1),
        (Fault("status", status=500, path=LINE_PATH, requests={2}), 10),
        (Fault("length", path=LINE_PATH, requests={2}), 10),
        (Fault("refusal", path=LINE_PATH, requests={1}), 10),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else None,
)
def test_what_a_batch_leaves_unanswered_is_asked_directly_and_nothing_else(
    fault: Fault, unanswered: int, tmp_path: Path
):
    with OpenAIServer(faults=[fault]) as server, desk(tmp_path, server) as (world, batches):
        batches.submit(annotation_question(), items(TEXTS[:20]))
        (collected,) = finish(batches)
        scores = collect(SENTIMENT_SCORES, [world.sentiment], request(TEXTS[:20]))
        assert asked_directly(server) == unanswered
    assert collected.answered == 20 - unanswered
    assert collected.detail == f"{unanswered} texts are left to a direct run"
    assert scores["sentiment"].to_pylist() == [annotation(text)["sentiment"] for text in TEXTS[:20]]


def test_an_expired_batch_is_collected_as_far_as_it_got(tmp_path: Path):
    with OpenAIServer() as server, desk(tmp_path, server) as (world, batches):
        server.batches.expires_after = 1
        batches.submit(annotation_question(), items(TEXTS[:20]))
        (collected,) = finish(batches)
        spent = world.store.spend()
    assert (collected.state, collected.answered) == ("collected", 10)
    assert collected.detail == "expired; 10 texts are left to a direct run"
    assert spent.open_usd == 0 and spent.settled_usd > 0


def test_a_cancelled_batch_keeps_what_was_paid(tmp_path: Path):
    with OpenAIServer() as server, desk(tmp_path, server) as (_, batches):
        server.batches.held, server.batches.cancels_after = True, 1
        (submission,) = batches.submit(annotation_question(), items(TEXTS[:20])).submissions
        for _ in range(3):
            (open_one,) = batches.follow()
        assert (open_one.state, open_one.remote_status) == ("submitted", "in_progress")
        batches.cancel(submission)
        (collected,) = finish(batches)
    assert collected.answered == 10
    assert collected.detail == "cancelled; 10 texts are left to a direct run"


def test_a_batch_that_fails_validation_costs_nothing(tmp_path: Path):
    with OpenAIServer() as server, desk(tmp_path, server) as (world, batches):
        server.batches.rejects = "token_limit_exceeded"
        batches.submit(annotation_question(), items(TEXTS[:20]))
        (collected,) = finish(batches)
        spent = world.store.spend()
        assert not server.batches.files
    assert collected.detail == "failed; token_limit_exceeded; 20 texts are left to a direct run"
    assert spent.total_usd == 0


def test_a_batch_whose_confirmation_was_lost_is_found_again(tmp_path: Path):
    with (
        OpenAIServer(faults=[Fault("half_body", path="/v1/batches", times=1)]) as server,
        desk(tmp_path, server) as (world, batches),
    ):
        submitted = batches.submit(annotation_question(), items(TEXTS[:20]))
        assert submitted.submissions == () and "unavailable" in (submitted.held_back or "")
        (open_one,) = batches.journal.submissions()
        assert open_one.state == "intended" and world.store.spend().open_usd > 0
        assert batches.submit(annotation_question(), items(TEXTS[:20])).outstanding == 20
        (collected,) = finish(batches)
        assert len(server.batches.batches) == 1
    assert (collected.id, collected.answered) == (open_one.id, 20)


def test_a_service_that_cannot_be_reached_leaves_nothing_behind(tmp_path: Path):
    with OpenAIServer() as server, desk(tmp_path, server) as (world, batches):
        server.script.add(Fault("status", status=401, code="invalid_api_key", path="/v1/batches"))
        submitted = batches.submit(annotation_question(), items(TEXTS[:20]))
        assert submitted.held_back == "denied: HTTP 401 (invalid_api_key)"
        assert world.store.spend().total_usd == 0
        assert not server.batches.files
        assert [each.state for each in batches.journal.submissions()] == ["lost"]


def test_over_budget_nothing_is_sent(tmp_path: Path):
    question = annotation_question()
    first = sum(
        Prices().cost("openai", MODEL, "annotate", question.measure(items(texts)), batch_api=True)
        for texts in (TEXTS[:10], TEXTS[10:20])
    )
    with OpenAIServer() as server, desk(tmp_path, server, Budget(month_usd=first * 1.1)) as (world, batches):
        submitted = batches.submit(question, items())
        assert [each.items for each in submitted.submissions] == [20]
        assert (submitted.held_back or "").startswith("over budget")
        assert len(server.batches.batches) == 1
        finish(batches)
        assert 0 < world.store.spend().total_usd < first


def test_a_process_that_dies_between_books_and_journal_pays_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with OpenAIServer() as server, desk(tmp_path, server) as (world, batches):
        batches.submit(annotation_question(), items(TEXTS[:20]))
        for _ in range(4):
            batches.follow()

        def die(*arguments: object, **values: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(batches.journal, "change", die)
            with pytest.raises(KeyboardInterrupt):
                batches.collect([annotation_question()])
        spent = world.store.spend()
        (collected,) = batches.collect([annotation_question()])
        assert world.store.spend() == spent
    assert (collected.state, collected.answered) == ("collected", 20)


def test_answers_to_a_question_that_has_changed_are_paid_and_not_kept(tmp_path: Path):
    with OpenAIServer() as server, desk(tmp_path, server) as (world, batches):
        batches.submit(annotation_question(), items(TEXTS[:20]))
        for _ in range(4):
            batches.follow()
        (collected,) = batches.collect([translate(MODEL)])
        assert world.store.spend().settled_usd > 0 and world.store.spend().open_usd == 0
    assert collected.answered == 0
    assert collected.detail == "nobody asks this any more; 20 texts are left to a direct run"


def test_the_journal_holds_no_text_and_no_key_that_could_be_guessed(tmp_path: Path):
    key = annotation_question().operation.key(Item(TEXTS[0]))
    with OpenAIServer() as server, desk(tmp_path, server) as (_, batches):
        batches.submit(annotation_question(), items())
    content = (tmp_path / FILE_NAME).read_bytes()
    assert all(planted not in content for planted in (b"se corta", KEY.encode(), key.encode(), bytes.fromhex(key)))


_SUBMIT = """
import json, sys
from pathlib import Path
from fiber_pipeline.services.openai.batches.api import OpenAIBatches
from fiber_pipeline.services.openai.batches.journal import BatchJournal
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline_tests.services.openai.asking import annotation_question
folder, url, texts = json.loads(sys.argv[1])
endpoint = OpenAIEndpoint(base_url=url, served_as="gpt-4.1-mini", name="a", api_key="k")
batches = OpenAIBatches(endpoint, BatchJournal(Path(folder)), open_store(None, Path(folder)), Prices())
batches.submit(annotation_question(), [Item(text) for text in texts])
"""


def test_killed_while_sending_nothing_is_lost_or_submitted_twice(tmp_path: Path):
    with OpenAIServer(faults=[Fault("hang", path="/v1/batches", times=1)]) as server:
        told = json.dumps([str(tmp_path), f"{server.base_url}/v1", TEXTS[:20]])
        child = subprocess.Popen([sys.executable, "-c", _SUBMIT, told])
        server.record.wait_for(lambda record: any(exchange.path == "/v1/batches" for exchange in record))
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        store = open_store(None, tmp_path)
        batches = OpenAIBatches(endpoint(server), BatchJournal(tmp_path), store, Prices())
        (left,) = batches.follow()
        assert left.state == "intended" and store.spend().open_usd > 0
        # It may still arrive, for as long as sending can take.
        assert batches.submit(annotation_question(), items(TEXTS[:20])).outstanding == 20
        batches.journal.change(left.id, created_at=time.time() - 3600)
        assert batches.follow() == []
        assert store.spend().total_usd == 0 and not server.batches.files
        batches.submit(annotation_question(), items(TEXTS[:20]))
        (collected,) = finish(batches)
        store.close()
    assert collected.answered == 20
