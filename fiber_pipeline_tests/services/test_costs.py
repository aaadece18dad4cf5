from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fiber_pipeline.services.costs import (
    alert_level,
    budget_alerts,
    list_calls,
    measure_costs,
    measure_efficiency,
)
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.protocol import Budget, Intent, Settlement, Spend
from fiber_pipeline.services.store.sqlite import SqliteStore
from fiber_pipeline.tables import API_CALLS, API_COSTS

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


def call(when: datetime, usd: float | None, **other: Any) -> dict[str, Any]:
    """A row of the books."""
    fields = dict.fromkeys(API_CALLS.columns) | {
        "call_id": f"{when}-{usd}-{sorted(other)}",
        "called_at": when,
        "provider": "openai",
        "endpoint": "here",
        "operation": "annotate",
        "model": "gpt",
        "items": 10,
        "status": "answered",
        "tokens_in": 100,
        "tokens_out": 50,
        "reserved_usd": 0.5,
        "cost_usd": usd,
    }
    fields |= other
    del fields["cached"]
    return fields


def test_the_books_of_a_store_become_a_table_that_fits_its_contract(tmp_path):
    store = SqliteStore(tmp_path / "answers.sqlite")
    for number, status in enumerate(("answered", "unknown", "failed", "cached", "open")):
        intent = Intent(
            f"call-{number}", NOW, "run", None, "azure", "here", "sentiment", "latest", None, ("a", "b"), 0.25
        )
        if status == "cached":
            store.note_cached(intent)
            continue
        store.intend(intent, Budget())
        if status != "open":
            cost = 0.125 if status == "answered" else 0.0
            store.settle(intent.call_id, Settlement(status, Usage(records=2), cost, 20.0))
    frame = API_CALLS.validate(list_calls(store.calls()))
    assert frame["status"].tolist() == ["answered", "unknown", "failed", "cached", "open"]
    assert frame["cost_usd"].tolist() == [0.125, 0.25, 0.0, 0.0, 0.25]
    assert frame["cached"].tolist() == [False, False, False, True, False]
    assert frame["cost_usd"].sum() == store.spend().total_usd
    store.close()


def test_costs_are_summed_by_day_provider_model_and_operation_of_utc():
    evening = datetime.fromisoformat("2026-11-08T22:00:00-03:00")
    frame = API_COSTS.validate(
        measure_costs(
            list_calls(
                [
                    call(evening, 0.1),
                    call(evening + timedelta(minutes=1), 0.2),
                    call(evening + timedelta(minutes=2), None, status="open", tokens_in=None, tokens_out=None),
                    call(evening, 0.0, status="cached", items=30, tokens_in=0, tokens_out=0),
                    call(evening, 0.4, provider="azure", model="latest", records=7),
                ]
            ),
            None,
            NOW,
        )
    )
    azure, openai = frame.to_dict("records")
    assert (openai["day"], openai["month"], openai["requests"]) == ("2026-11-09", "2026-11", 3)
    assert (openai["items_sent"], openai["items_cached"], openai["hit_rate"]) == (30, 30, 0.5)
    assert (openai["tokens_in"], openai["tokens_out"]) == (200, 100)
    assert (openai["cost_usd"], openai["possibly_paid_usd"]) == (0.8, 0.5)
    assert (azure["records"], azure["cost_usd"]) == (7, 0.4)
    assert openai["month_to_date_usd"] == azure["month_to_date_usd"] == 1.2
    assert openai["alert_level"] == "none"
    assert frame["budget_usd_month"].isna().all()


def test_a_month_under_way_is_forecast_from_the_last_four_weeks_and_one_that_is_over_is_not():
    october = [call(datetime(2026, 10, day, 12, tzinfo=UTC), 1.0) for day in range(1, 32)]
    november = [call(datetime(2026, 11, day, 6, tzinfo=UTC), 1.0) for day in range(1, 11)]
    frame = measure_costs(list_calls(october + november), 40.0, NOW)
    by_month = frame.groupby("month")[["month_to_date_usd", "month_forecast_usd"]].first()
    assert by_month.loc["2026-10"].tolist() == [31.0, 31.0]
    # Twenty and a half days are left; a dollar a day goes on.
    assert by_month.loc["2026-11"].tolist() == pytest.approx([10.0, 30.5], abs=0.04)
    assert set(frame[frame["month"] == "2026-11"]["budget_used_share"]) == {0.25}


def test_books_that_begin_today_forecast_a_day_like_this_one_for_the_rest_of_the_month():
    frame = measure_costs(list_calls([call(NOW - timedelta(hours=1), 2.0)]), None, NOW)
    assert frame["month_forecast_usd"].tolist() == [pytest.approx(2.0 + 2.0 * 20.5)]


def test_december_ends_with_the_year():
    now = datetime(2026, 12, 31, 12, tzinfo=UTC)
    frame = measure_costs(list_calls([call(now, 1.0)]), None, now)
    assert frame["month_forecast_usd"].tolist() == [pytest.approx(1.5)]


def test_no_calls_make_an_empty_typed_table():
    frame = API_COSTS.validate(measure_costs(list_calls([]), 10.0, NOW))
    assert len(frame) == 0
    efficiency = measure_efficiency(frame, 0, 0)
    assert (efficiency.cost_usd, efficiency.hit_rate, efficiency.usd_per_comment) == (0.0, None, None)


def test_efficiency_is_over_all_that_was_paid():
    calls = [call(NOW, 0.3), call(NOW, 0.0, status="cached", items=30)]
    efficiency = measure_efficiency(measure_costs(list_calls(calls), None, NOW), 60, 3)
    assert efficiency.usd_per_comment == pytest.approx(0.005)
    assert efficiency.usd_per_insight == pytest.approx(0.1)
    assert efficiency.hit_rate == 0.75


@pytest.mark.parametrize(
    ("share", "level"),
    [(None, "none"), (0.0, "none"), (0.799, "none"), (0.8, "80"), (0.999, "80"), (1.0, "100"), (2, "100")],
)
def test_alert_levels_begin_at_their_share(share: float | None, level: str):
    assert alert_level(share) == level


def test_alerts_count_what_is_reserved_and_say_what_follows():
    assert budget_alerts(Spend(500.0, 500.0), Budget(run_usd=1.0)) == []
    assert budget_alerts(Spend(7.9, 0.0), Budget(month_usd=10.0)) == []
    (near,) = budget_alerts(Spend(7.5, 1.0), Budget(month_usd=10.0))
    assert near.startswith("85%")
    (over,) = budget_alerts(Spend(7.5, 2.5), Budget(month_usd=10.0))
    assert "used up" in over
    assert "FIBER_BUDGET_USD_MONTH" in over
