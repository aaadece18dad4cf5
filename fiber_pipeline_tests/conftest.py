"""Fixtures that many tests share. Dagster is imported only by tests that ask for it: most do not."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fiber_pipeline.services.store.protocol import ResponseStore
    from fiber_pipeline_tests.world import World

# A developer's own keys are no business of the tests, nor of the processes that they start.
os.environ["PYTHON_DOTENV_DISABLED"] = "1"


@pytest.fixture
def world(tmp_path: Path) -> "Iterator[World]":
    """A pipeline over a temporary data directory, with a Dagster instance of its own."""
    import dagster as dg

    from fiber_pipeline.settings import Settings
    from fiber_pipeline_tests.world import World

    with dg.DagsterInstance.ephemeral() as instance:
        yield World(Settings(data_dir=tmp_path / "data"), instance)


@pytest.fixture
def store(tmp_path: Path) -> "Iterator[ResponseStore]":
    """An embedded store of its own."""
    from fiber_pipeline.services.store.opening import open_store

    opened = open_store(None, tmp_path / "cache")
    yield opened
    opened.close()
