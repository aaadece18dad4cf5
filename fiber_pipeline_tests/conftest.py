"""Fixtures that many tests share."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        yield World(Settings(data_dir=tmp_path / "data"), instance)
