"""Nothing that a customer wrote, and nobody's name, stays in Dagster's storage, neither while it is known nor after."""

import csv
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from fiber_pipeline.operations.dagsters_memory import quoting_runs
from fiber_pipeline.operations.forgetting import forget_batch, forget_customer
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.world import World

WORDS, PHONE, TITLED, HEADED = "murciélago plantado", "0981 774 355", "Rosalía Benegas", "0985 611 200"
PLANTED = (WORDS, PHONE, "0981774355", "981774355", TITLED, HEADED)
BATCH = "enero.csv"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[World]:
    """A batch with secrets in its title, its header and its cells, in a Dagster home that is kept on disk."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        world = World(Settings(data_dir=tmp_path / "data"), instance)
        path = world.inbox / BATCH
        path.parent.mkdir(parents=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(
                [
                    [f"Informe de {TITLED}"],
                    ["Comentario", "NPS", "Línea", f"Vendedor cel {HEADED}"],
                    [f"Un {WORDS} cortó el cable y nadie viene a repararlo", "1", PHONE, "A"],
                    ["Excelente servicio, nunca se corta", "10", "CLI-0042", "B"],
                    ["Muy caro para lo que es", "5", "CLI-0043", "B"],
                ]
            )
        assert world.analyse(BATCH).success
        yield world


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def planted_in(folder: Path) -> list[str]:
    found = bytes_of(folder).decode("utf-8", errors="ignore") + bytes_of(folder).decode(
        "unicode_escape", errors="ignore"
    )
    return [secret for secret in PLANTED if secret in found]


def test_events_and_logs_quote_nobody_and_forget_what_was_forgotten(kept: World):
    home = Path(kept.instance.root_directory)
    assert kept.refresh().success
    assert planted_in(home) == []
    assert WORDS.encode() in bytes_of(kept.settings.data_dir)

    # As earlier versions told it.
    @dg.asset
    def comments() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata={"preview": f"{WORDS} {PHONE}"})

    quoting = dg.materialize([comments], instance=kept.instance).run_id
    assert planted_in(home) == [WORDS, PHONE]
    assert quoting_runs(kept.instance) == {quoting}

    assert forget_customer(kept.settings, PHONE, kept.instance, dry_run=True).runs == 1
    assert planted_in(home) == [WORDS, PHONE]
    assert forget_customer(kept.settings, PHONE, kept.instance).runs == 1
    assert planted_in(home) == []
    assert not kept.instance.has_run(quoting)
    assert kept.instance.get_dynamic_partitions("feedback_batch") == [BATCH]


def test_a_forgotten_batch_leaves_no_run_and_no_partition(kept: World):
    assert kept.instance.get_dynamic_partitions("feedback_batch") == [BATCH]
    assert forget_batch(kept.settings, BATCH, kept.instance).runs == 1
    assert kept.instance.get_dynamic_partitions("feedback_batch") == []
    assert not [run for run in kept.instance.get_runs() if run.tags.get("dagster/partition") == BATCH]
