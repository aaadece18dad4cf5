"""The sensor that watches the month's budget, with a real store and a real receiver."""

import dataclasses
from collections.abc import Iterator

import dagster as dg
import pytest

from fiber_pipeline.automation.budget_sensor import budget_alerts_sensor
from fiber_pipeline.resources import ResponseStoreResource
from fiber_pipeline.services.books import new_intent
from fiber_pipeline.services.caller import Caller
from fiber_pipeline.services.operation import Operation
from fiber_pipeline.services.store.protocol import Budget
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.servers.webhook import Receiver
from fiber_pipeline_tests.world import World


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


class Watch:
    """The sensor over one store, tick after tick."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance) -> None:
        self.settings, self.instance = settings, instance
        self.store = ResponseStoreResource(settings)
        self.cursor: str | None = None

    def spend(self, usd: float) -> None:
        operation = Operation("openai", "annotate", "m")
        self.store.open().intend(new_intent(operation, "here", ["k"], usd, Caller("r")), Budget())

    def tick(self) -> str:
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            resources={"settings": self.settings, "response_store": self.store},
        )
        result = budget_alerts_sensor(context)
        self.cursor = result.cursor
        return result.skip_reason.skip_message


def watching(world: World, receiver: Receiver, budget_usd: float) -> Watch:
    settings = dataclasses.replace(world.settings, budget_usd_month=budget_usd, alert_webhook=receiver.url)
    return Watch(settings, world.instance)


def test_each_level_is_said_once(world: World, receiver: Receiver):
    watch = Watch(
        dataclasses.replace(world.settings, budget_usd_month=10.0, alert_webhook=receiver.url), world.instance
    )
    watch.spend(7.9)
    assert watch.tick().startswith("7.90 of 10.00 USD spent")
    assert receiver.told == []
    watch.spend(0.2)
    watch.tick()
    watch.tick()
    assert len(receiver.told) == 1 and "81% of the month's budget" in receiver.told[0]
    watch.spend(2.0)
    watch.tick()
    watch.tick()
    assert len(receiver.told) == 2 and "used up" in receiver.told[1]


def test_what_nobody_heard_is_said_again(world: World, receiver: Receiver):
    watch = watching(world, receiver, 1.0)
    watch.spend(0.9)
    receiver.status = 503
    said = watch.tick()
    assert "the webhook answered 503" in said and "secret" not in said
    receiver.status = 200
    watch.tick()
    assert len(receiver.told) == 1


def test_without_a_budget_there_is_nothing_to_say(world: World):
    assert "not set" in Watch(world.settings, world.instance).tick()
