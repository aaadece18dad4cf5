from pathlib import Path

from fiber_pipeline.tables import ALL_TABLES
from fiber_pipeline.tables.page import render_page

PAGE = Path(__file__).parents[2] / "docs" / "tables.md"


def test_the_page_in_docs_is_what_the_declarations_say():
    assert PAGE.read_text(encoding="utf-8") == render_page(), "run `make docs`"


def test_every_table_and_column_is_on_the_page():
    page = render_page()
    for table in ALL_TABLES:
        assert f"## {table.name}\n" in page
        for name in table.columns:
            assert f"| `{name}` |" in page
