"""Time is a number here: a pace is told what time it is."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from fiber_pipeline.services.pacing import Pace
from fiber_pipeline.services.service import RateHints
from fiber_pipeline_tests.servers.quota import SlidingQuota


def drive(pace: Pace, seconds: float, tokens: int = 0, start: float = 0.0) -> list[float]:
    """Send whenever it is time, looking often; return when requests went out."""
    sent = []
    now = start
    while now < start + seconds:
        if pace.claim(tokens, now):
            sent.append(now)
            pace.finished(tokens)
        now += 0.001
    return sent


def test_requests_go_out_evenly_at_96_percent_of_the_limit():
    sent = drive(Pace(requests_per_minute=600), 10)
    assert len(sent) == pytest.approx(96, abs=1)
    gaps = [later - earlier for earlier, later in pairwise(sent)]
    assert min(gaps) > 0.09


def test_tokens_are_paced_by_the_size_of_requests():
    assert len(drive(Pace(tokens_per_minute=60_000), 10, tokens=500)) == pytest.approx(20, abs=1)


def test_the_tighter_of_two_limits_holds():
    assert len(drive(Pace(requests_per_minute=6000, tokens_per_minute=60_000), 10, tokens=500)) == pytest.approx(
        20, abs=1
    )


def test_without_limits_nothing_waits_once_the_service_has_answered():
    pace = Pace()
    assert [pace.claim(1000, 0.0) for _ in range(10)].count(True) == 4
    pace.finished(1000)
    assert pace.claim(1000, 0.1)
    pace.answered(1000, RateHints(), 0.2)
    assert all(pace.claim(1000, 0.2) for _ in range(1000))


@pytest.mark.parametrize("latency", [0.2, 2.0])
def test_a_limit_that_only_headers_tell_is_never_passed(latency: float):
    clock, at_once = [0.0], 50
    quota = SlidingQuota(requests_per_minute=2400, window=10.0, counts_rejected=True, clock=lambda: clock[0])
    pace = Pace()
    under_way: list[tuple[float, RateHints]] = []
    sent = 0
    for tick in range(60_000):
        now = clock[0] = tick / 1000
        while under_way and under_way[0][0] <= now:
            pace.finished(1)
            pace.answered(1, under_way.pop(0)[1], now)
        while len(under_way) < at_once and pace.claim(1, now):
            state = quota.take(1)
            assert state.fits
            sent += 1
            hints = RateHints(
                limit_requests=2400, remaining_requests=state.remaining_requests, reset_requests=state.reset_requests
            )
            under_way.append((now + latency, hints))
    assert sent >= min(0.95 * 2400, 0.95 * 60 * at_once / latency)


def test_lateness_is_not_made_up_for_by_a_burst():
    pace = Pace(requests_per_minute=600)
    assert pace.claim(0, 0.0)
    assert [pace.claim(0, 60.0) for _ in range(5)].count(True) == 1


def test_a_sliding_window_never_refuses_what_is_paced():
    clock = [0.0]
    quota = SlidingQuota(requests_per_minute=300, window=2.0, clock=lambda: clock[0])
    pace = Pace(requests_per_minute=300)
    refused = 0
    for tick in range(30_000):
        clock[0] = tick / 1000
        if pace.claim(1, clock[0]):
            refused += not quota.take(1).fits
    assert refused == 0


def test_a_refusal_slows_down_and_the_pace_recovers_slowly_up_to_the_limit():
    pace = Pace(requests_per_minute=600)
    full = pace.requests_per_second
    assert full is not None
    assert pace.claim(0, 10.0)
    pace.refused(sent_at=10.0, now=10.2)
    assert pace.requests_per_second == pytest.approx(full * 0.7)
    now = 10.2
    while pace.requests_per_second < full:
        now += 1
        pace.answered(0, RateHints(), now)
        assert now < 100
    assert now > 30
    for _ in range(100):
        now += 10
        pace.answered(0, RateHints(), now)
    assert pace.requests_per_second == pytest.approx(full)


def test_many_refusals_of_one_moment_slow_down_once():
    pace = Pace(requests_per_minute=600)
    full = pace.requests_per_second
    assert full is not None
    for number in range(50):
        pace.refused(sent_at=5.0, now=5.5 + number / 100)
    assert pace.requests_per_second == pytest.approx(full * 0.7)


def test_retry_after_holds_the_whole_quota():
    pace = Pace(requests_per_minute=600)
    pace.hold(7.0, now=1.0)
    assert pace.wait(1.0) == pytest.approx(7.0)
    assert not pace.claim(0, 7.9)
    assert pace.claim(0, 8.0)


def test_an_unknown_limit_is_found_from_what_was_sent_before_the_refusal():
    pace = Pace()
    drive(pace, 0.1)
    pace.refused(sent_at=0.09, now=2.0)
    assert pace.requests_per_second == pytest.approx(100 / 2 * 0.7, rel=0.05)
    assert pace.requests_per_second is not None
    pace.answered(0, RateHints(), 10.0)
    assert pace.requests_per_second > 40


def test_a_limit_the_service_names_is_kept_unless_a_lower_one_is_set():
    unset, lower, higher = Pace(), Pace(requests_per_minute=60), Pace(requests_per_minute=6000)
    for pace in (unset, lower, higher):
        pace.answered(0, RateHints(limit_requests=600), 0.0)
    assert unset.requests_per_second == pytest.approx(9.6)
    assert lower.requests_per_second == pytest.approx(0.96)
    assert higher.requests_per_second == pytest.approx(9.6)


def test_nothing_left_at_the_service_is_waited_for_but_no_longer_than_its_reset():
    pace = Pace(tokens_per_minute=60_000)
    pace.answered(960, RateHints(remaining_tokens=0), 10.0)
    assert pace.wait(10.0) == pytest.approx(1.0)
    soon = Pace(tokens_per_minute=60_000)
    soon.answered(960, RateHints(remaining_tokens=0, reset_tokens=0.3), 10.0)
    assert soon.wait(10.0) == pytest.approx(0.3)


def served(counted: Callable[[int], int], minutes: int) -> tuple[int, int]:
    """The tokens a service counted, and the requests it refused, where it counts otherwise than was estimated."""
    clock = [0.0]
    quota = SlidingQuota(tokens_per_minute=60_000, clock=lambda: clock[0])
    pace = Pace(tokens_per_minute=60_000)
    tokens = refused = 0
    for tick in range(minutes * 6000):
        clock[0] = tick / 100
        if not pace.claim(300, clock[0]):
            continue
        pace.finished(300)
        state = quota.take(counted(300))
        if state.fits:
            tokens += counted(300)
            hints = RateHints(limit_tokens=60_000, remaining_tokens=state.remaining_tokens)
            pace.answered(300, hints, clock[0])
        else:
            refused += 1
            pace.hold(state.retry_after, clock[0])
            pace.refused(clock[0], clock[0])
    return tokens, refused


def test_estimates_that_are_right_are_kept_to():
    tokens, refused = served(lambda estimate: estimate, minutes=10)
    assert refused == 0
    assert tokens > 0.94 * 600_000


@pytest.mark.parametrize("share", [0.75, 0.5, 0.3])
def test_estimates_that_are_too_high_hardly_slow_down_what_the_service_would_take(share: float):
    tokens, refused = served(lambda estimate: round(estimate * share), minutes=10)
    assert refused == 0
    assert tokens > 0.75 * 600_000
