"""docs/benchmarks.md: several measurements write to it, each in a section of its own."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def write_section(heading: str, text: str) -> None:
    """Put `text` under a heading of the second rank, in place of what stands there."""
    page = PAGE.read_text(encoding="utf-8")
    section = f"## {heading}\n\n{text.rstrip()}\n"
    old = re.search(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if old is None:
        page = f"{page.rstrip()}\n\n{section}"
    else:
        page = f"{page[: old.start()]}{section}\n{page[old.end() :]}".rstrip() + "\n"
    PAGE.write_text(page, encoding="utf-8")


def write_opening(text: str) -> None:
    """Put `text` at the top, in place of all that stands before the first section."""
    page = PAGE.read_text(encoding="utf-8")
    first = page.find("\n## ")
    PAGE.write_text(text if first < 0 else f"{text.rstrip()}\n{page[first:]}", encoding="utf-8")
