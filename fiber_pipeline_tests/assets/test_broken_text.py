"""A text that breaks the only engine there is: its batch is analysed all the same, and says so."""

import dataclasses

import dagster as dg
import pandas as pd
import pytest

from fiber_pipeline.annotation.chains import Chains, build_chains
from fiber_pipeline.annotation.engines import Answers
from fiber_pipeline.resources import EnginesResource
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.world import ROWS, World

BREAKS = "mbegueterei"
TABLES = ("translated_comments", "sentiment_scores", "comment_themes")


class Brittle:
    """An engine of ours with a mistake in it."""

    def __init__(self, engine) -> None:
        self._engine = engine
        self.name, self.model = engine.name, engine.model
        self.translates = getattr(engine, "translates", frozenset())

    def answer(self, request: pd.DataFrame) -> Answers:
        if request["text"].str.contains(BREAKS).any():
            raise IndexError(request["text"].iloc[0])
        return self._engine.answer(request)


@pytest.fixture(scope="module")
def chains() -> Chains:
    sound = build_chains(Settings())
    return dataclasses.replace(
        sound,
        language=Brittle(sound.language),
        sentiment=[Brittle(sound.sentiment[0])],
        themes=[Brittle(sound.themes[0])],
    )


def test_a_text_that_breaks_every_engine_costs_itself_alone(world: World, chains: Chains):
    world.drop("enero.csv")
    engines = {"engines": EnginesResource(world.settings, chains)}
    result = world.analyse("enero.csv", engines)
    assert result.success
    marked = f"FROM comments JOIN sentiment_scores USING (comment_id) WHERE contains(text, '{BREAKS}')"
    assert world.query(f"SELECT sentiment, confidence, sentiment_scores.engine, is_fallback {marked}") == [
        ("neutral", 0.0, "none", True)
    ]
    translated = f"FROM comments JOIN translated_comments USING (comment_id) WHERE contains(text, '{BREAKS}')"
    assert world.query(f"SELECT language, language_engine, text_es = text {translated}") == [("und", "none", True)]
    assert world.query("SELECT count(*) FROM sentiment_scores") == [(len(ROWS),)]
    checks = {
        each.asset_key.to_user_string(): each
        for each in result.get_asset_check_evaluations()
        if each.check_name == "every_text_answered"
    }
    assert set(checks) == set(TABLES)
    for check in checks.values():
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert check.metadata["unanswered"].value == 1
        # Reasons reach the event log, and may hold nothing of what the customer wrote.
        (reason,) = check.metadata["reasons"].value
        assert "IndexError in test_broken_text.py" in reason
        assert BREAKS not in reason
    assert world.execute("refresh_insights", engines).success
    scored = "SELECT sample_size FROM insights WHERE metric = 'neutral_share' AND dimension = 'all' AND period = 'all'"
    informative = world.query("SELECT count(*) FROM comments WHERE is_informative")[0][0]
    assert world.query(scored) == [(informative - 1,)]


def test_nothing_is_said_where_nothing_broke(world: World):
    world.drop("enero.csv")
    checks = [
        each
        for each in world.analyse("enero.csv").get_asset_check_evaluations()
        if each.check_name == "every_text_answered"
    ]
    assert [check.passed for check in checks] == [True] * len(TABLES)
