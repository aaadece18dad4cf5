from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fiber_pipeline.annotation.engines import collect
from fiber_pipeline.services.openai.operations import translate
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.service import Usage
from fiber_pipeline.tables import SENTIMENT_SCORES
from fiber_pipeline_tests.annotation.openai_engines import bench, request
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.servers.openai_answers import annotation
from fiber_pipeline_tests.servers.openai_batches import LINE_PATH
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.openai.asking import KEY, MODEL, endpoint
from fiber_pipeline_tests.services.openai.batches.batching import KEYS, QUESTION, TEXTS, batching

CHAT = "/v1/chat/completions"
DAY = 86_400


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def asked_directly(server: OpenAIServer) -> int:
    return sum(exchange.items for exchange in server.record if exchange.path == CHAT)


def test_collected_answers_are_those_of_a_direct_run_at_half_its_price(server: OpenAIServer, tmp_path: Path):
    folder = tmp_path / "batch"
    with batching(folder, endpoint(server)) as one:
        one.submit(TEXTS)
        reserved = one.store.spend().open_usd
        collected = one.finish()
        spent = one.store.spend()
        assert [(each.answered, each.completed, each.detail) for each in collected] == [(20, 2, None), (5, 1, None)]
        assert sum(each.cost_usd or 0 for each in collected) == pytest.approx(spent.settled_usd)
        assert one.states() == ["collected", "collected"] and not server.batches.files
        assert [(call["items"], call["status"]) for call in one.store.calls()] == [(20, "answered"), (5, "answered")]
    with bench(folder, server) as world:
        scores = collect(SENTIMENT_SCORES, [world.sentiment], request(TEXTS))
        assert asked_directly(server) == 0
    with bench(tmp_path / "direct", server) as world:
        direct = collect(SENTIMENT_SCORES, [world.sentiment], request(TEXTS))
        price = world.store.spend().settled_usd
    server.record.assert_clean([KEY])
    assert scores.equals(direct)
    assert reserved > spent.settled_usd > 0 and spent.open_usd == 0
    assert spent.settled_usd == pytest.approx(price / 2, rel=0.05)


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
    with OpenAIServer(faults=[fault]) as server:
        with batching(tmp_path, endpoint(server)) as one:
            one.submit(TEXTS[:20])
            (collected,) = one.finish()
        with bench(tmp_path, server) as world:
            scores = collect(SENTIMENT_SCORES, [world.sentiment], request(TEXTS[:20]))
        assert asked_directly(server) == unanswered
    assert collected.answered == 20 - unanswered
    assert collected.detail == f"{unanswered} texts are left to a direct run"
    assert scores["sentiment"].to_pylist() == [annotation(text)["sentiment"] for text in TEXTS[:20]]


def used(body: dict[str, Any]) -> Usage:
    told = body["usage"]
    if "prompt_tokens" in told:
        return Usage(told["prompt_tokens"], told["completion_tokens"])
    return Usage(told["input_tokens"], told["output_tokens"])


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("kind", ["refusal", "length", "content_filter", "no_json"])
def test_refused_and_cut_short_answers_cost_what_they_used(kind: str, api: str, tmp_path: Path):
    with (
        OpenAIServer(faults=[Fault(kind, path=LINE_PATH)]) as server,
        batching(tmp_path, endpoint(server, api=api)) as one,
    ):
        (submission,) = one.submit(TEXTS[:20]).submissions
        (collected,) = one.finish()
        usage = sum(map(used, server.batches.replies), Usage())
        (call,) = one.store.calls()
        spent = one.store.spend()
    cost = Prices().cost("openai", MODEL, "annotate", usage, batch_api=True)
    assert usage.tokens_in > 0 and 0 < cost < submission.reserved_usd
    assert (call["status"], call["tokens_in"], call["tokens_out"]) == ("answered", usage.tokens_in, usage.tokens_out)
    assert spent.settled_usd == pytest.approx(cost) and spent.open_usd == 0
    assert collected.cost_usd == pytest.approx(cost) and collected.answered == 0


def test_where_a_result_cannot_be_read_all_that_was_reserved_counts(server: OpenAIServer, tmp_path: Path):
    with batching(tmp_path, endpoint(server)) as one:
        (submission,) = one.submit(TEXTS[:20]).submissions
        server.batches.garbles = 1
        (collected,) = one.finish()
        (call,) = one.store.calls()
        assert one.store.find(KEYS).keys() == set(KEYS[:10])
        assert one.store.spend().settled_usd == pytest.approx(submission.reserved_usd)
    assert (call["status"], collected.cost_usd) == ("unknown", submission.reserved_usd)
    assert collected.detail == (
        "1 results cannot be read, so that all that was reserved counts as spent; 10 texts are left to a direct run"
    )


def test_an_expired_batch_is_collected_as_far_as_it_got(server: OpenAIServer, tmp_path: Path):
    server.batches.expires_after = 1
    with batching(tmp_path, endpoint(server)) as one:
        one.submit(TEXTS[:20])
        (collected,) = one.finish()
        spent = one.store.spend()
    assert (collected.answered, collected.completed) == (10, 1)
    assert collected.detail == "expired; 10 texts are left to a direct run"
    assert spent.open_usd == 0 and spent.settled_usd > 0


def test_a_cancelled_batch_keeps_what_was_paid(server: OpenAIServer, tmp_path: Path):
    server.batches.held, server.batches.cancels_after = True, 1
    with batching(tmp_path, endpoint(server)) as one:
        one.submit(TEXTS[:20])
        (open_one,) = one.follow(3).open
        assert (open_one.state, open_one.remote_status) == ("submitted", "in_progress")
        assert one.follower.cancel(open_one).remote_status == "cancelling"
        (collected,) = one.finish()
        assert one.store.find(KEYS).keys() == set(KEYS[:10])
        assert one.follower.cancel(collected) == collected
    assert collected.answered == 10 and (collected.cost_usd or 0) > 0
    assert collected.detail == "cancelled; 10 texts are left to a direct run"


def test_a_batch_that_ends_before_it_can_be_stopped_is_collected(server: OpenAIServer, tmp_path: Path):
    with batching(tmp_path, endpoint(server)) as one:
        one.submit(TEXTS[:20])
        (open_one,) = one.follow(2).open
        server.script.add(Fault("status", status=409, path="/cancel"))
        assert one.follower.cancel(open_one).state == "ended"
        assert [each.answered for each in one.finish()] == [20]


def test_what_openai_does_not_know_yet_cannot_be_stopped(server: OpenAIServer, tmp_path: Path):
    server.script.add(Fault("reset", path="/v1/batches", times=1))
    with batching(tmp_path, endpoint(server)) as one:
        (unconfirmed,) = one.submit(TEXTS[:20]).submissions
        assert one.follower.cancel(unconfirmed) == unconfirmed
        server.script.add(Fault("half_body", path="/v1/batches", times=1))
        (arrived,) = one.submit(["algo nuevo"]).submissions
        server.batches.held = True
        assert one.follower.cancel(arrived).remote_status == "cancelling"


def test_a_batch_that_fails_validation_costs_nothing(server: OpenAIServer, tmp_path: Path):
    server.batches.rejects = "token_limit_exceeded"
    with batching(tmp_path, endpoint(server)) as one:
        one.submit(TEXTS[:20])
        (collected,) = one.finish()
        assert not server.batches.files and one.store.spend().total_usd == 0
    assert collected.detail == "failed; token_limit_exceeded; 20 texts are left to a direct run"


def test_what_openai_has_no_longer_is_not_waited_for_and_may_have_been_paid(server: OpenAIServer, tmp_path: Path):
    with batching(tmp_path, endpoint(server)) as one:
        (submission,) = one.submit(TEXTS[:20]).submissions
        server.batches.batches.clear()
        (mislaid,) = one.follow().open
        assert one.follower.why_not_awaited(mislaid) == "OpenAI does not find it"
        assert one.store.spend().open_usd == pytest.approx(submission.reserved_usd)
        one.clock.ahead = 3 * DAY
        assert one.follow().open == ()
        (lost,) = one.journal.submissions()
        assert (lost.state, lost.detail) == ("lost", "OpenAI no longer has it")
        assert one.store.spend().settled_usd == pytest.approx(submission.reserved_usd) == pytest.approx(lost.cost_usd)
        assert one.journal.outstanding(KEYS) == {}


def test_who_asks_with_another_key_takes_nothing_away(server: OpenAIServer, tmp_path: Path):
    with (
        OpenAIServer() as another_account,
        batching(tmp_path, endpoint(server)) as one,
        batching(tmp_path, endpoint(another_account)) as other,
    ):
        one.submit(TEXTS[:20])
        (mislaid,) = other.follow().open
        assert other.follower.why_not_awaited(mislaid) is not None
        (found,) = one.follow().open
        assert one.follower.why_not_awaited(found) is None
        other.follow()
        assert [each.answered for each in one.finish()] == [20]


def test_a_gateways_own_page_says_nothing_about_a_batch(server: OpenAIServer, tmp_path: Path):
    with batching(tmp_path, endpoint(server)) as one:
        one.submit(TEXTS[:20])
    with OpenAIServer(takes_batches=False) as gateway, batching(tmp_path, endpoint(gateway)) as one:
        followed = one.follow()
        assert followed.problems == ("a could not be asked: denied: HTTP 404",)
        assert one.states() == ["submitted"]
    server.script.add(Fault("wrong_body", times=1))
    with batching(tmp_path, endpoint(server)) as one:
        assert "unavailable" in one.follow().problems[0]
        assert [each.answered for each in one.finish()] == [20]


def test_a_gateways_page_in_place_of_a_list_is_no_proof_that_nothing_arrived(server: OpenAIServer, tmp_path: Path):
    server.script.add(Fault("half_body", path="/v1/batches", times=1))
    server.script.add(Fault("wrong_body", path="/v1/batches", times=1))
    with batching(tmp_path, endpoint(server)) as one:
        (unconfirmed,) = one.submit(TEXTS[:20]).submissions
        one.clock.ahead = 3600
        assert one.follow().problems == ("a could not be asked: unavailable: a body that is not the service's",)
        assert one.journal.submissions() == [unconfirmed]
        assert [each.answered for each in one.finish()] == [20]


def test_an_endpoint_that_cannot_be_asked_holds_up_no_other(server: OpenAIServer, tmp_path: Path):
    with OpenAIServer() as broken:
        endpoints = endpoint(broken), endpoint(server, name="b")
        with batching(tmp_path, *endpoints, requests_per_batch=1) as one:
            one.submit(TEXTS)
            broken.script.add(Fault("status", status=503))
            before = len(broken.record)
            followed = one.follow(5)
            assert [each.endpoint for each in followed.open] == ["a", "a"]
            assert followed.problems == ("a could not be asked: unavailable: HTTP 503 (server_error)",)
            assert len(broken.record) == before + 5, "once a look, however many submissions it has"
            broken.script.clear()
            one.finish()
            assert one.store.find(KEYS).keys() == set(KEYS)


def test_files_that_could_not_be_deleted_are_deleted_later(server: OpenAIServer, tmp_path: Path):
    with batching(tmp_path, endpoint(server)) as one:
        one.submit(TEXTS[:20])
        one.follow(2)
        (batch,) = server.batches.batches.values()
        file = batch["input_file_id"]
        server.script.add(Fault("status", status=500, path=f"/v1/files/{file}", times=1))
        followed = one.follow()
        assert ([each.answered for each in followed.collected], followed.open) == ([20], ())
        assert "a could not be asked" in followed.problems[0]
        assert one.states() == ["settled"] and file in server.batches.files
        assert one.follow().problems == ()
        assert one.states() == ["collected"] and not server.batches.files


def test_answers_to_a_question_that_has_changed_are_left_to_who_may_still_ask_it(server: OpenAIServer, tmp_path: Path):
    with batching(tmp_path, endpoint(server), questions=[translate(MODEL)]) as changed:
        with batching(tmp_path, endpoint(server)) as one:
            one.submit(TEXTS[:10])
            one.submit(TEXTS[10:20])
        first, second = changed.follow(4).open
        assert {each.state for each in (first, second)} == {"ended"}
        assert changed.follower.why_not_awaited(first) == "the settings ask otherwise now"
        # Somebody whose settings are as they were.
        changed.journal.change(second.id, fingerprint=first.fingerprint)
        with batching(tmp_path, endpoint(server)) as one:
            assert one.follower.why_not_awaited(first) is None
            assert [each.answered for each in one.finish()] == [10, 10]
            one.submit(TEXTS[20:])
        changed.follow(4)
        changed.clock.ahead = 3 * DAY
        (collected,) = changed.finish()
        assert changed.store.spend().settled_usd > 0 and changed.store.spend().open_usd == 0
    assert (collected.answered, collected.detail) == (
        0,
        "nobody asks this any more; 5 texts are left to a direct run",
    )


def test_nobody_waits_for_an_endpoint_that_was_taken_out_of_the_settings(server: OpenAIServer, tmp_path: Path):
    with OpenAIServer() as gone:
        with batching(tmp_path, endpoint(gone)) as one:
            (submission,) = one.submit(TEXTS[:20]).submissions
        with batching(tmp_path, endpoint(server, name="b")) as one:
            followed = one.follow()
            assert (followed.open, followed.problems) == ((submission,), ())
            assert one.follower.why_not_awaited(submission) == "its endpoint a is no longer in the settings"
            assert one.follower.cancel(submission) == submission
        # It may come back, and then nothing is lost.
        with batching(tmp_path, endpoint(gone)) as one:
            assert [each.answered for each in one.finish()] == [20]
            one.submit(TEXTS[20:])
        with batching(tmp_path, endpoint(server, name="b")) as one:
            one.clock.ahead = 31 * DAY
            assert one.follow().open == ()
            last = one.journal.submissions()[-1]
            assert (last.state, last.detail) == ("lost", "a was taken out of the settings")
            assert one.store.spend().open_usd == 0, "what it may have cost counts as spent"


def test_an_endpoint_that_got_another_name_is_found(server: OpenAIServer, tmp_path: Path):
    with OpenAIServer() as other:
        with batching(tmp_path, endpoint(server, name="h#2"), endpoint(other, name="h#3")) as one:
            (submission,) = one.submit(TEXTS[:20]).submissions
            assert submission.endpoint == "h#2"
        # Names by place change with the list, and name another than before.
        with batching(tmp_path, endpoint(other, name="h#2"), endpoint(server, name="h#1")) as one:
            (collected,) = one.finish()
            assert (collected.answered, collected.endpoint) == (20, "h#1")
        with batching(tmp_path, endpoint(other)) as one:
            one.submit(TEXTS[20:])
        with (
            OpenAIServer(takes_batches=False) as chat,
            batching(tmp_path, endpoint(chat, name="c"), endpoint(other, name="b")) as one,
        ):
            assert [(each.answered, each.endpoint) for each in one.finish()] == [(5, "b")]


def test_results_are_read_as_they_were_asked_whatever_the_settings_say_now(server: OpenAIServer, tmp_path: Path):
    with batching(tmp_path, endpoint(server, api="responses")) as one:
        one.submit(TEXTS[:20])
    with batching(tmp_path, endpoint(server, api="chat")) as one:
        assert [each.answered for each in one.finish()] == [20]


def test_without_a_price_nothing_is_settled_and_the_rest_goes_on(server: OpenAIServer, tmp_path: Path):
    with batching(tmp_path, endpoint(server)) as one:
        unpriced, _ = one.submit(TEXTS).submissions
        # As where the file of prices that named the model is not there.
        one.journal.change(unpriced.id, model="unheard-of")
        followed = one.follow(5)
        assert [each.id for each in followed.open] == [unpriced.id]
        assert followed.problems[0].startswith(f"submission {unpriced.id} cannot be settled: openai/unheard-of")
        assert one.store.find(KEYS).keys() == set(KEYS[20:])
        one.journal.change(unpriced.id, model=MODEL)
        assert [each.answered for each in one.finish()] == [20]


def test_what_was_submitted_under_another_store_is_kept_and_counted_in_this_one(
    server: OpenAIServer, tmp_path: Path, empty_redis: str
):
    with batching(tmp_path, endpoint(server)) as one:
        one.submit(TEXTS)
    with batching(tmp_path, endpoint(server), cache_url=empty_redis) as one:
        first, second = one.finish()
        assert one.store.find(KEYS).keys() == set(KEYS)
        spent = one.store.spend()
        assert (
            spent.settled_usd == pytest.approx((first.cost_usd or 0) + (second.cost_usd or 0)) and spent.open_usd == 0
        )
        assert [(call["items"], call["prompt_version"]) for call in one.store.calls()] == [
            (20, QUESTION.operation.prompt_version),
            (5, QUESTION.operation.prompt_version),
        ]
