"""Fixtures for tests of what stands between engines and services."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.services.store.protocol import ResponseStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ResponseStore]:
    """An embedded store of its own."""
    opened = open_store(None, tmp_path / "cache")
    yield opened
    opened.close()
