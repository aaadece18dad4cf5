from pathlib import Path

from fiber_pipeline.cli.settings_page import render_page

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_in_docs_is_what_the_settings_say():
    assert PAGE.read_text(encoding="utf-8") == render_page(), "run `make docs`"
