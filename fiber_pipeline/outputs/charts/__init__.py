"""The charts as Vega-Lite specifications: plain dictionaries made from small frames.

Every chart takes the figures it shows and nothing else, so that a report, a PDF and an asset's metadata in the Dagster
UI draw the same picture from the same numbers. `rendering` turns a specification into SVG or PNG. Months arrive
as `2026-03`, shares from 0 to 1, codes as the tables have them; labels come out in Spanish. Excel's own charts belong
to `workbook`.
"""

from fiber_pipeline.outputs.charts.makeup import emotion_chart, language_chart, nps_histogram
from fiber_pipeline.outputs.charts.marks import place_marks
from fiber_pipeline.outputs.charts.months import nps_chart, sentiment_chart, volume_chart
from fiber_pipeline.outputs.charts.themes import priority_chart, theme_chart
from fiber_pipeline.outputs.charts.vega import NARROW, PANORAMIC, STACK, WIDE, Spec

__all__ = [
    "NARROW",
    "PANORAMIC",
    "STACK",
    "WIDE",
    "Spec",
    "emotion_chart",
    "language_chart",
    "nps_chart",
    "nps_histogram",
    "place_marks",
    "priority_chart",
    "sentiment_chart",
    "theme_chart",
    "volume_chart",
]
