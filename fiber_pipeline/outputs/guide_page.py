"""Writes docs/guia.md from the guide: `python -m fiber_pipeline.outputs.guide_page docs/guia.md`."""

import sys
from pathlib import Path

from fiber_pipeline.outputs.guide import BASICS_TITLE, FIGURE_HEADERS, FIGURES_TITLE, TRAIL_TITLE, load_guide


def render_page() -> str:
    """The guide as Markdown."""
    guide = load_guide()
    rows = [(f"**{it.name}**", it.says, it.does_not_say, it.question) for it in guide.figures]
    lines = [
        f"# {guide.title}",
        "",
        guide.introduction,
        "",
        f"## {BASICS_TITLE}",
        "",
        *(f"- **{basic.term}.** {basic.text}" for basic in guide.basics),
        "",
        f"## {FIGURES_TITLE}",
        "",
        *(f"| {' | '.join(cells)} |" for cells in (FIGURE_HEADERS, ["---"] * len(FIGURE_HEADERS), *rows)),
        "",
        f"## {TRAIL_TITLE}",
        "",
        *(f"- {line}" for line in guide.trail),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_page(), encoding="utf-8")
