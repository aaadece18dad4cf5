"""Writes docs/settings.md from the settings: `python -m fiber_pipeline.cli.settings_page docs/settings.md`."""

import sys
from dataclasses import fields
from pathlib import Path

from fiber_pipeline.settings import Settings

_INTRODUCTION = """# Settings

Environment variables, all optional; an empty one counts as unset. A `.env` file in the working folder completes them,
one `NAME=value` a line; what the environment says wins. The commands and the code location read it alike, but for
Dagster's own `dagster dev` and `dg dev`, which lay the file over the environment unless `fiber ui` starts them.

`fiber doctor` tells which settings are set, what is wrong with them, and which names begin with `FIBER_` and are none;
the other commands point out these names too. This page is written from `fiber_pipeline/settings.py` by `make docs`.

| variable | default | meaning |
|---|---|---|
"""
_DERIVED = {
    "inbox": "`$FIBER_DATA_DIR/inbox`",
    "outputs": "`$FIBER_DATA_DIR/outputs`",
    "warehouse": "`$FIBER_DATA_DIR/warehouse/fiber.duckdb`",
}


def render_page() -> str:
    """The page as Markdown."""
    rows = []
    for item in fields(Settings):
        secret = " Secret." if item.metadata["secret"] else ""
        rows.append(f"| `{item.metadata['variable']}` | {_default(item.name)} | {item.metadata['meaning']}{secret} |\n")
    return _INTRODUCTION + "".join(rows)


def _default(name: str) -> str:
    value = getattr(Settings(), name)
    if name in _DERIVED:
        return _DERIVED[name]
    if value is None or value == ():
        return "–"
    return f"`{','.join(value) if isinstance(value, tuple) else value}`"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_page(), encoding="utf-8")
