"""The report as one page that holds all it needs, reads without a network and runs nothing but its own script."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from fiber_pipeline import __version__
from fiber_pipeline.outputs import charts, guide
from fiber_pipeline.outputs.palette import DARK, LIGHT, PAGE, Palette
from fiber_pipeline.outputs.rendering import chart_svg
from fiber_pipeline.outputs.report.drawings import Drawing

# Embedding, overriding and isolating direction marks: inside a comment they could turn the text around it.
_DIRECTION_MARKS = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def inert(text: object) -> str:
    """The text without the marks that turn direction."""
    return str(text).translate(_DIRECTION_MARKS)


def render_page(model: Mapping[str, Any]) -> str:
    """The page as HTML.

    Every text is escaped. A content security policy allows the page's own style and script by their hashes and
    nothing else, so it neither loads nor sends anything.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("fiber_pipeline.outputs.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters |= {"inert": inert, "svg": _svg}
    style = _palettes() + _part("report.css")
    script = _part("report.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    # Both are files of this package, not data.
    own = {"style": Markup(style), "script": Markup(script)}
    titles = {"basics": guide.BASICS_TITLE, "figures": guide.FIGURES_TITLE, "trail": guide.TRAIL_TITLE}
    return environment.get_template("report.html").render(
        **model, **own, policy=policy, version=__version__, guide_titles=titles, guide_headers=guide.FIGURE_HEADERS
    )


def _svg(drawing: Drawing, *, is_narrow: bool) -> Markup:
    # The renderer escapes every text of the chart, so its SVG may stand in the page as it is.
    return Markup(chart_svg(drawing.draw(PAGE, charts.NARROW if is_narrow else drawing.width)))


def _part(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _palettes() -> str:
    """Both palettes as custom properties: by the system's preference, and by the page's own switch."""

    def properties(palette: Palette, mode: str) -> str:
        colors = asdict(palette)
        return "".join(f"--{name}:{color};" for name, color in colors.items()) + f"color-scheme:{mode};"

    light, dark = properties(LIGHT, "light"), properties(DARK, "dark")
    return (
        f":root{{{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-mode=light]){{{dark}}}}}"
        f"@media screen{{:root[data-mode=dark]{{{dark}}}}}"
    )
