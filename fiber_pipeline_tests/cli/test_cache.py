from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fiber_pipeline.cli.main import fiber
from fiber_pipeline.services.store.opening import FILE_NAME, open_store
from fiber_pipeline_tests.services.store.requests import NO_BUDGET, intent, keep


@pytest.fixture
def cache_dir(tmp_path: Path) -> Path:
    """A cache with answers of two models, and a call nobody saw the end of."""
    store = open_store(None, tmp_path / "cache")
    keep(store, {f"a{number}": number for number in range(1_200)})
    keep(store, {"b": 1}, provider="azure", model="latest", operation="sentiment", prompt_version=None)
    store.note_cached(intent(*(f"a{number}" for number in range(400))))
    store.intend(intent("c", usd=0.25), NO_BUDGET)
    store.close()
    return tmp_path


def run(data_dir: Path, *arguments: str, given: str | None = None, **environment: str) -> Result:
    cleared = dict.fromkeys(("FIBER_CACHE_URL", "FIBER_WAREHOUSE_KEY", "FIBER_CACHE_DAYS", "FIBER_CACHE_MAX_MB"), "")
    return CliRunner().invoke(
        fiber,
        ["cache", *arguments],
        input=given,
        env={**cleared, "FIBER_DATA_DIR": str(data_dir), "COLUMNS": "120", **environment},
    )


def test_stats_tell_what_is_kept_and_what_it_was_worth(cache_dir: Path):
    told = run(cache_dir, "stats")
    assert told.exit_code == 0, told.output
    lines = [line.split() for line in told.output.splitlines()]
    assert ["openai", "annotate", "gpt-5-mini", "1", "1,200"] in [line[:5] for line in lines]
    assert ["azure", "sentiment", "latest", "–", "1"] in [line[:5] for line in lines]
    assert "1,201 answers" in told.output
    assert "25% of 1,601 texts were answered from here" in told.output
    assert "0.0200 USD, and up to 0.2500 USD by calls nobody saw the end of" in told.output


def test_clearing_asks_first_and_tells_what_it_costs(cache_dir: Path):
    refused = run(cache_dir, "clear", "--provider", "openai", given="n\n")
    assert refused.exit_code == 1
    assert "1,200 answers would have to be paid for again" in refused.output
    assert "no answer fits" in run(cache_dir, "clear", "--model", "nothing").output
    assert "dropped 1,200 answers" in run(cache_dir, "clear", "--provider", "openai", "--yes").output
    assert "1 answer," in run(cache_dir, "stats").output
    assert "dropped 1 answer\n" in run(cache_dir, "clear", given="y\n").output


def test_pruning_keeps_to_the_limits(cache_dir: Path):
    assert "dropped 0 answers" in run(cache_dir, "prune").output
    assert "dropped 1,201 answers" in run(cache_dir, "prune", FIBER_CACHE_MAX_MB="0.000001").output


@pytest.mark.parametrize("command", ["stats", "prune", "clear"])
def test_no_cache_is_said_and_none_is_made(tmp_path: Path, command: str):
    told = run(tmp_path, command)
    assert told.exit_code == 0
    assert "no service has been asked" in told.output
    assert not (tmp_path / "cache" / FILE_NAME).exists()


def test_a_wrong_key_is_one_clear_message(cache_dir: Path):
    told = run(cache_dir, "stats", FIBER_WAREHOUSE_KEY="planted-key")
    assert told.exit_code == 1
    assert "is not sealed" in told.output
    assert "planted" not in told.output
    assert "Traceback" not in told.output
