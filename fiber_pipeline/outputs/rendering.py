"""Turns a chart's specification into SVG or PNG, in this process and without network (vl-convert, Vega-Lite).

The first drawing of a process costs about a second and 80 MB, for the engine inside; each further one under 0.1 s.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

_NUMBERS = {
    "decimal": ",",
    "thousands": ".",
    "grouping": [3],
    "currency": ["₲\u00a0", ""],
    "percent": "\u00a0%",
    "minus": "−",
}


def chart_svg(spec: Mapping[str, Any]) -> str:
    """The chart as an SVG element, its texts escaped, without scripts, styles or references to elsewhere."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(dict(spec), format_locale=_NUMBERS, allowed_base_urls=[])
    return svg


def chart_png(spec: Mapping[str, Any], *, scale: float = 1.5) -> bytes:
    """The chart as a PNG, for places that take pictures only; `scale` is pixels per unit of the specification."""
    import vl_convert

    png: bytes = vl_convert.vegalite_to_png(dict(spec), scale=scale, format_locale=_NUMBERS, allowed_base_urls=[])
    return png


def chart_markdown(spec: Mapping[str, Any], description: str) -> str:
    """The chart as a Markdown image that holds its own PNG, as the Dagster UI shows it in metadata."""
    text = description.replace("\\", "").replace("[", "(").replace("]", ")")
    return f"![{text}](data:image/png;base64,{b64encode(chart_png(spec)).decode('ascii')})"
