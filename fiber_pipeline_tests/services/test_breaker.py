"""Time is a number here: a breaker is told what time it is."""

from fiber_pipeline.services.breaker import Breaker


def broken(at: float = 0.0) -> Breaker:
    breaker = Breaker(failures=3, first_rest=2.0)
    for _ in range(3):
        breaker.let_through()
        breaker.failed(at)
    return breaker


def test_a_few_failures_leave_it_closed():
    breaker = Breaker(failures=3, first_rest=2.0)
    breaker.failed(0.0)
    breaker.failed(0.0)
    assert breaker.wait(0.0) == 0
    breaker.succeeded()
    breaker.failed(1.0)
    breaker.failed(1.0)
    assert breaker.wait(1.0) == 0


def test_failures_in_a_row_open_it_for_a_rest():
    breaker = broken(at=10.0)
    assert breaker.wait(10.0) == 2.0
    assert breaker.wait(11.5) == 0.5
    assert breaker.wait(12.0) == 0


def test_after_the_rest_a_single_request_is_let_through():
    breaker = broken()
    breaker.let_through()
    assert breaker.wait(2.0) > 0
    assert breaker.wait(100.0) > 0


def test_a_probe_that_succeeds_closes_it():
    breaker = broken()
    breaker.let_through()
    breaker.succeeded()
    assert breaker.wait(2.0) == 0
    breaker.failed(2.0)
    assert breaker.wait(2.0) == 0


def test_a_probe_that_fails_doubles_the_rest_up_to_a_minute():
    breaker = broken()
    rests = []
    now = 2.0
    for _ in range(7):
        breaker.let_through()
        breaker.failed(now)
        rests.append(breaker.wait(now))
        now += rests[-1]
    assert rests == [4, 8, 16, 32, 60, 60, 60]


def test_late_failures_of_requests_sent_before_it_opened_do_not_prolong_the_rest():
    breaker = broken(at=0.0)
    breaker.failed(1.9)
    assert breaker.wait(2.0) == 0


def test_a_probe_that_was_not_sent_leaves_the_next_one_its_chance():
    breaker = broken()
    breaker.let_through()
    breaker.withdrawn()
    assert breaker.wait(2.0) == 0
