"""The colours of charts and pages, so that one meaning has one colour everywhere.

Teal, vermilion, amber and grey stay apart for readers with any of the common colour blindnesses, and each has at
least 3:1 against its background in light and dark (WCAG 2.2, 1.4.11).
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Palette:
    """A colour for every meaning, in any form that CSS and SVG take."""

    ink: str
    faint: str
    grid: str
    surface: str
    accent: str
    positive: str
    neutral: str
    negative: str
    mixed: str


LIGHT = Palette(
    ink="#1c2733",
    faint="#52606d",
    grid="#dde3ea",
    surface="#ffffff",
    accent="#1f5fae",
    positive="#15807a",
    neutral="#7b8794",
    negative="#c2412d",
    mixed="#b7791f",
)
DARK = Palette(
    ink="#e8edf3",
    faint="#a9b6c4",
    grid="#33404d",
    surface="#161e27",
    accent="#7db4f5",
    positive="#4cc2b4",
    neutral="#97a4b3",
    negative="#ff8b73",
    mixed="#e9b44c",
)
# In a page the colours are custom properties, so one drawing follows the reader's light or dark mode.
PAGE = Palette(**{name: f"var(--{name})" for name in asdict(LIGHT)})
