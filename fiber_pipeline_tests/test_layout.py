"""A table, a command or a setting leads to its code by its name. Which layer imports which is held by `make lint`."""

import re
from dataclasses import fields
from pathlib import Path

import fiber_pipeline
from fiber_pipeline.settings import Settings
from fiber_pipeline.tables import ALL_TABLES

PACKAGE = Path(fiber_pipeline.__file__).parent
PAGE = PACKAGE.parent / "docs" / "architecture.md"


def test_the_map_leads_from_every_table_to_its_declaration_its_asset_and_what_fills_it():
    rows = re.findall(r"^\| `(\w+)` \| `(\S+\.py)` \| `(\S+\.py)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name for name, _, _ in rows} == {table.name for table in ALL_TABLES}
    for name, asset, filling in rows:
        for module in (f"tables/{name}.py", asset, filling):
            assert re.search(rf"\b{name.upper()}\b", (PACKAGE / module).read_text(encoding="utf-8")), (name, module)


def test_every_layer_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    places = [place for place in PACKAGE.iterdir() if (place / "__init__.py").exists() or place.suffix == ".py"]
    for place in places:
        assert place.name == "__init__.py" or f"`{place.name}`" in page, place.name


def test_a_setting_is_the_field_of_its_variables_name():
    for item in fields(Settings):
        assert item.name == item.metadata["variable"].removeprefix("FIBER_").lower()
