"""Themes: what comments speak of, by a taxonomy's rules or by discovery.

Belongs here: the taxonomy and the language its rules are written in, the engines that find its themes, and the
discovery of themes it lacks. What is counted over themes belongs to `insight`, polarity of words to `sentiment`.
"""

from fiber_pipeline.annotation.themes.emergent import discover_emergent_themes
from fiber_pipeline.annotation.themes.explanation import Explanation
from fiber_pipeline.annotation.themes.found_theme import FoundTheme
from fiber_pipeline.annotation.themes.local import LocalThemeEngine
from fiber_pipeline.annotation.themes.taxonomy import Category, Taxonomy, TaxonomyError, Theme
from fiber_pipeline.annotation.themes.taxonomy_file import load_taxonomy

__all__ = [
    "Category",
    "Explanation",
    "FoundTheme",
    "LocalThemeEngine",
    "Taxonomy",
    "TaxonomyError",
    "Theme",
    "discover_emergent_themes",
    "load_taxonomy",
]
