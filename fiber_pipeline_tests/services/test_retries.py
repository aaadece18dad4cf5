import pytest

from fiber_pipeline.services.failures import Kind, ServiceFailure
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.retries import Pack, after_failure, after_flaws, pause_before

POLICY = Policy(first_pause_seconds=0.5, longest_pause_seconds=20, paid_attempts=3, repairs=2)
PACK = Pack((4, 5, 6), attempts=1, tried_since=100.0)


@pytest.mark.parametrize("kind", ["rate_limited", "unreachable", "unavailable", "timed_out"])
def test_what_may_pass_is_asked_again_whole_after_a_pause(kind: Kind):
    verdict = after_failure(PACK, ServiceFailure(kind, "no"), POLICY)
    assert [pack.questions for pack in verdict.again] == [(4, 5, 6)]
    assert 0 <= verdict.pause <= 0.5
    assert verdict.reason is None


def test_a_service_that_says_how_long_to_wait_needs_no_pause_besides():
    assert after_failure(PACK, ServiceFailure("rate_limited", "no", retry_after=3), POLICY).pause == 0


@pytest.mark.parametrize("kind", ["too_large", "rejected"])
def test_too_large_and_rejected_requests_are_halved(kind: Kind):
    verdict = after_failure(PACK, ServiceFailure(kind, "no"), POLICY)
    assert [pack.questions for pack in verdict.again] == [(4,), (5, 6)]
    assert {pack.tried_since for pack in verdict.again} == {100.0}


@pytest.mark.parametrize("kind", ["too_large", "rejected"])
def test_a_single_text_that_is_rejected_is_given_up(kind: Kind):
    verdict = after_failure(Pack((4,)), ServiceFailure(kind, "bad prompt"), POLICY)
    assert verdict.again == ()
    assert verdict.reason == f"{kind.replace('_', ' ')}: bad prompt"


@pytest.mark.parametrize("kind", ["denied", "exhausted"])
def test_what_is_final_for_an_endpoint_may_be_asked_of_another_at_once(kind: Kind):
    verdict = after_failure(PACK, ServiceFailure(kind, "no"), POLICY)
    assert [pack.questions for pack in verdict.again] == [(4, 5, 6)]
    assert verdict.pause == 0


def test_what_may_have_been_paid_three_times_is_given_up():
    pack = PACK
    lost = ServiceFailure("timed_out", "no answer in 60 s", maybe_paid=True)
    for _ in range(2):
        verdict = after_failure(pack, lost, POLICY)
        (pack,) = verdict.again
    verdict = after_failure(pack, lost, POLICY)
    assert verdict.again == ()
    assert verdict.reason is not None
    assert verdict.reason.startswith("timed out: no answer in 60 s, 3 times")


def test_pauses_double_to_a_bound_and_are_drawn_below_it():
    for attempts, bound in ((1, 0.5), (2, 1.0), (4, 4.0), (20, 20.0), (10_000, 20.0)):
        pauses = [pause_before(attempts, POLICY) for _ in range(300)]
        assert 0 <= min(pauses) < bound * 0.1
        assert bound * 0.9 < max(pauses) <= bound


def test_flawed_answers_are_asked_for_again_without_the_others_then_each_alone():
    again, given_up = after_flaws(PACK, {4: "missing", 6: "garbled"}, POLICY)
    assert [pack.questions for pack in again] == [(4, 6)]
    assert given_up == {}
    again, given_up = after_flaws(again[0], {4: "missing", 6: "missing"}, POLICY)
    assert [pack.questions for pack in again] == [(4,), (6,)]
    again, given_up = after_flaws(again[0], {4: "missing"}, POLICY)
    assert again == ()
    assert given_up == {4: "flawed 3 times: missing"}
