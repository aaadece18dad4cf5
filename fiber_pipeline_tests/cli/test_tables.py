import io

import pytest
from rich.console import Console

from fiber_pipeline.cli.summary import _batch_grid
from fiber_pipeline.cli.tables import print_table
from fiber_pipeline.operations.pipeline import Result

NAMES = (
    "norte/encuesta_satisfaccion_fibra_2026-03_final.csv",
    "clientes con [corchetes].xlsx",
    "e.csv",
    "encuesta" * 12 + ".csv",
)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_no_name_is_broken_or_changed_however_narrow_the_terminal(width: int):
    results = [Result(name, problem="was quarantined" if name == "e.csv" else None) for name in NAMES]
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_table(console, _batch_grid(results, dict.fromkeys(NAMES, (1234, 1000, 17, 3))))
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    for name in NAMES:
        assert sum(name in line for line in lines) == 1, name
    assert "1234" in " ".join(lines)
    assert "failed" in " ".join(lines)
    assert "quarantined" not in " ".join(lines)
