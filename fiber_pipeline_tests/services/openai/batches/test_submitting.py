import time
from pathlib import Path

import pytest

from fiber_pipeline.services.caller import calling
from fiber_pipeline.services.openai.batches.journal.protocol import Submission
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.store.protocol import Budget
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.openai.asking import KEY, MODEL, endpoint
from fiber_pipeline_tests.services.openai.batches.batching import KEYS, QUESTION, TEXTS, batching, sent_to

DAY = 86_400


def test_texts_are_submitted_in_parts_and_reserved_in_the_callers_name(tmp_path: Path):
    with OpenAIServer() as server, batching(tmp_path, endpoint(server)) as one:
        with calling("run-1", "mayo.csv"):
            submitted = one.submit(TEXTS)
        assert [(each.state, each.requests, each.items) for each in submitted.submissions] == [
            ("submitted", 2, 20),
            ("submitted", 1, 5),
        ]
        assert one.journal.submissions() == list(submitted.submissions)
        assert one.store.spend(run_id="run-1").open_usd == pytest.approx(
            sum(each.reserved_usd for each in submitted.submissions)
        )
        assert {each.batch for each in submitted.submissions} == {"mayo.csv"}
        assert sent_to(server) == dict.fromkeys(TEXTS, 1)
        server.record.assert_clean([KEY])


def test_what_is_answered_or_asked_for_already_is_not_submitted(tmp_path: Path):
    with OpenAIServer() as server, batching(tmp_path, endpoint(server)) as one:
        (first,) = one.submit(TEXTS[:5]).submissions
        again = one.submit(TEXTS[:8])
        one.finish()
        later = one.submit(TEXTS[:10])
    assert (again.outstanding, again.awaited, [each.items for each in again.submissions]) == (5, {first.id}, [3])
    assert (later.cached, later.outstanding, [each.items for each in later.submissions]) == (8, 0, [2])


def test_what_others_claim_meanwhile_is_left_to_them(tmp_path: Path):
    def quicker() -> float:
        """Another process, between the look at what is claimed and the claim."""
        if not two.journal.submissions():
            two.submit(TEXTS[:15])
        return time.time()

    with (
        OpenAIServer() as server,
        batching(tmp_path, endpoint(server)) as two,
        batching(tmp_path, endpoint(server), requests_per_batch=3, clock=quicker) as one,
    ):
        submitted = one.submit(TEXTS)
        (ours,) = submitted.submissions
        (theirs,) = (each for each in one.journal.submissions() if each.id != ours.id)
        assert (ours.requests, ours.items) == (2, 10)
        assert (submitted.outstanding, submitted.awaited) == (15, {theirs.id})
        assert sent_to(server) == dict.fromkeys(TEXTS, 1)
        assert one.store.spend().open_usd == pytest.approx(theirs.reserved_usd + ours.reserved_usd)
        one.finish()
        assert one.store.find(KEYS).keys() == set(KEYS)


def test_where_others_claim_all_of_it_nothing_is_sent(tmp_path: Path):
    def quicker() -> float:
        if not two.journal.submissions():
            two.submit(TEXTS)
        return time.time()

    with (
        OpenAIServer() as server,
        batching(tmp_path, endpoint(server)) as two,
        batching(tmp_path, endpoint(server), clock=quicker) as one,
    ):
        submitted = one.submit(TEXTS)
        assert (submitted.submissions, submitted.outstanding, submitted.held_back) == ((), 25, None)
        assert one.states().count("lost") == 2 and len(server.batches.batches) == 2
        assert one.store.spend().open_usd == pytest.approx(
            sum(each.reserved_usd for each in one.journal.submissions("submitted"))
        )


def test_over_budget_nothing_is_sent(tmp_path: Path):
    first = sum(
        Prices().cost("openai", MODEL, "annotate", QUESTION.measure([Item(text) for text in texts]), batch_api=True)
        for texts in (TEXTS[:10], TEXTS[10:20])
    )
    budget = Budget(month_usd=first * 1.1)
    with OpenAIServer() as server, batching(tmp_path, endpoint(server), budget=budget) as one:
        submitted = one.submit(TEXTS)
        assert [each.items for each in submitted.submissions] == [20]
        assert (submitted.held_back or "").startswith("over budget")
        assert len(server.batches.batches) == 1
        one.finish()
        assert 0 < one.store.spend().total_usd < first
    assert one.states() == ["collected", "lost"]


def test_what_nobody_takes_is_held_back_and_leaves_nothing_behind(tmp_path: Path):
    with OpenAIServer() as server, batching(tmp_path, endpoint(server)) as one:
        server.script.add(Fault("status", status=401, code="invalid_api_key", path="/v1/batches"))
        submitted = one.submit(TEXTS)
        assert submitted.submissions == ()
        assert submitted.held_back == "no endpoint takes batches (a: denied: HTTP 401 (invalid_api_key))"
        assert one.store.spend().total_usd == 0
        assert not server.batches.files
        assert one.states() == ["lost"]


@pytest.mark.parametrize("kind", ["half_body", "reset", "wrong_body"])
def test_a_batch_whose_confirmation_was_lost_is_awaited_and_found_again(kind: str, tmp_path: Path):
    fault = Fault(kind, path="/v1/batches", times=1)
    with OpenAIServer(faults=[fault]) as server, batching(tmp_path, endpoint(server)) as one:
        (unconfirmed,) = one.submit(TEXTS[:20]).submissions
        assert unconfirmed.state == "intended" and one.store.spend().open_usd > 0
        assert one.submit(TEXTS[:20]).awaited == {unconfirmed.id}
        if kind == "half_body":
            (collected,) = one.finish()
            assert (collected.id, collected.answered) == (unconfirmed.id, 20)
        else:
            # It never arrived; which is certain only once it would have.
            assert one.follow().open == (unconfirmed,)
            one.clock.ahead = 3600
            assert one.follow().open == () and one.states() == ["lost"]
            assert one.store.spend().total_usd == 0 and not server.batches.files
            one.submit(TEXTS[:20])
        assert sent_to(server) == dict.fromkeys(TEXTS[:20], 1)


def test_an_upload_that_fails_costs_nothing_and_is_no_reason_to_wait(tmp_path: Path):
    fault = Fault("half_body", path="/v1/files", times=1)
    with OpenAIServer(faults=[fault]) as server, batching(tmp_path, endpoint(server)) as one:
        submitted = one.submit(TEXTS[:20])
        assert submitted.submissions == () and "unavailable" in (submitted.held_back or "")
        assert one.store.spend().total_usd == 0 and not server.batches.files
        assert len(one.submit(TEXTS[:20]).submissions) == 1


def endpoints_of(submissions: tuple[Submission, ...]) -> list[str]:
    return [each.endpoint for each in submissions]


def test_submissions_go_to_the_endpoint_with_the_least_to_do(tmp_path: Path):
    with OpenAIServer() as first, OpenAIServer() as second:
        endpoints = endpoint(first), endpoint(second, name="b", api="responses", served_as="m2")
        with batching(tmp_path, *endpoints, requests_per_batch=1) as one:
            second.batches.held = True
            assert endpoints_of(one.submit(TEXTS[:20]).submissions) == ["a", "b"]
            one.follow(5)
            # The first is done, the second is not.
            assert endpoints_of(one.submit(TEXTS[20:]).submissions) == ["a"]
            second.batches.held = False
            one.finish()
            assert one.store.find(KEYS).keys() == set(KEYS)
            hosts = {call["endpoint"] for call in one.store.calls()}
    assert hosts == {each.host for each in endpoints}


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (None, "has no Batch API (HTTP 404)"),
        (Fault("status", status=405, path="/v1/files"), "has no Batch API (HTTP 405)"),
        (Fault("status", status=404, path="/v1/batches"), "has no Batch API (HTTP 404)"),
    ],
    ids=["neither", "no files", "no batches"],
)
def test_an_endpoint_without_a_batch_api_is_passed_over_and_remembered(
    fault: Fault | None, refusal: str, tmp_path: Path
):
    with (
        OpenAIServer(takes_batches=fault is not None, faults=[fault] if fault else []) as chat,
        OpenAIServer() as server,
    ):
        without, other = endpoint(chat), endpoint(server, name="b")
        with batching(tmp_path, without) as one:
            assert one.submit(TEXTS).held_back == f"no endpoint takes batches (a: {refusal})"
            assert not chat.batches.files and one.store.spend().total_usd == 0
            asked = len(chat.record)
            assert one.submit(TEXTS).held_back == "no endpoint takes batches (a: has no Batch API)"
        with batching(tmp_path, without, other) as one:
            assert endpoints_of(one.submit(TEXTS).submissions) == ["b", "b"]
            assert len(chat.record) == asked
            one.finish()
            one.clock.ahead = 2 * DAY
            # It may have one by now.
            assert endpoints_of(one.submit(["algo nuevo"]).submissions) == ["b"]
            assert len(chat.record) > asked


def test_a_model_that_is_not_there_says_nothing_about_the_batch_api(tmp_path: Path):
    fault = Fault("status", status=404, code="model_not_found", path="/v1/batches", times=1)
    with OpenAIServer(faults=[fault]) as server, batching(tmp_path, endpoint(server)) as one:
        assert one.submit(TEXTS).held_back == "no endpoint takes batches (a: denied: HTTP 404 (model_not_found))"
        assert len(one.submit(TEXTS).submissions) == 2


def test_an_endpoint_that_fails_leaves_the_rest_to_the_others(tmp_path: Path):
    with OpenAIServer(faults=[Fault("status", status=500, path="/v1/files")]) as broken, OpenAIServer() as server:
        endpoints = endpoint(broken), endpoint(server, name="b")
        with batching(tmp_path, *endpoints, requests_per_batch=1) as one:
            submitted = one.submit(TEXTS)
            assert (endpoints_of(submitted.submissions), submitted.held_back) == (["b", "b", "b"], None)
            assert sum(exchange.path == "/v1/files" for exchange in broken.record if exchange.method == "POST") == 1
            assert sent_to(broken, server) == dict.fromkeys(TEXTS, 1)


def test_what_may_have_arrived_at_one_endpoint_is_not_sent_to_another(tmp_path: Path):
    with OpenAIServer(faults=[Fault("half_body", path="/v1/batches", times=1)]) as first, OpenAIServer() as second:
        endpoints = endpoint(first), endpoint(second, name="b")
        with batching(tmp_path, *endpoints, requests_per_batch=1) as one:
            states = [(each.endpoint, each.state) for each in one.submit(TEXTS).submissions]
            assert states == [("a", "intended"), ("b", "submitted"), ("b", "submitted")]
            one.finish()
            assert sent_to(first, second) == dict.fromkeys(TEXTS, 1)
