"""Two `fiber run` of one batch at once, as real processes, and the file replaced while the first is at work."""

import random
import time
from pathlib import Path

import dagster as dg
import pytest

from fiber_pipeline.insight import incomplete_batches
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.operations.competing import BATCH, begin
from fiber_pipeline_tests.world import World

FIRST = [(f"Se corta el internet hace {day} días", 2, 2, "05/01/2026", f"C{day}", "Luque") for day in range(60)]
SECOND = [(f"Anda muy bien desde hace {day} días", 9, 9, "05/01/2026", f"C{day}", "Luque") for day in range(40)]
# Reading to themes; so long, at most, does the second let the first go ahead.
_WRITES = ("raw_comments", "comments", "translated_comments", "sentiment_scores")


@pytest.mark.parametrize("seed", range(3))
def test_whoever_is_faster_the_batch_is_whole_and_of_the_file_there_is(seed: int, tmp_path: Path):
    chance = random.Random(seed)
    with dg.DagsterInstance.ephemeral() as instance:
        world = World(Settings(data_dir=tmp_path), instance)
        world.drop(BATCH, FIRST)
        first = begin(tmp_path)
        table = chance.choice(_WRITES)
        while first.is_alive() and world.query(f"SELECT count(*) FROM {table}") == [(0,)]:
            time.sleep(chance.uniform(0.01, 0.1))
        world.drop(BATCH, SECOND)
        second = begin(tmp_path)
        for process in (first, second):
            process.join(300)
            assert process.exitcode == 0
        with world.warehouse.reader() as connection:
            assert incomplete_batches(connection) == []
        assert world.query("SELECT count(*) FROM raw_comments WHERE contains(comment, 'bien')") == [(len(SECOND),)]
        for name in ("comments", "translated_comments", "sentiment_scores"):
            assert world.query(f"SELECT count(*) FROM {name} SEMI JOIN comments USING (comment_id)") == [(len(SECOND),)]
            assert world.query(f"SELECT count(*) FROM {name}") == [(len(SECOND),)]
