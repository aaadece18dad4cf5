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
    ground: str
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
    ground="#f4f6f9",
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
    ground="#0e141b",
    accent="#7db4f5",
    positive="#4cc2b4",
    neutral="#97a4b3",
    negative="#ff8b73",
    mixed="#e9b44c",
)


@dataclass(frozen=True)
class Tint:
    """A pale ground and the ink that reads on it (at least 4.5:1), for cells that say good, bad or beware."""

    ink: str
    fill: str


GOOD = Tint("#0b5a55", "#dcf3f0")
BAD = Tint("#8f1f10", "#fbe3de")
WARN = Tint("#6f4704", "#fdf0d5")
# Bars behind figures, and lines that only accompany another.
NEGATIVE_BAR = "#e9a79b"
FAINT_ACCENT = "#8fb3de"
# In a page the colours are custom properties, so one drawing follows the reader's light or dark mode.
PAGE = Palette(**{name: f"var(--{name})" for name in asdict(LIGHT)})
