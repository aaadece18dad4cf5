"""What the comments say all together: figures, themes, churn, forecasts, recommendations, and the way back.

Measures read every batch in SQL on a read-only connection and return the frame of a table. Only comments that
count are counted (`duplicate_of` null). Finding out about single comments belongs to the engines' folders; laying
figures out for people belongs to `outputs`.
"""

from fiber_pipeline.insight.metrics import measure_insights
from fiber_pipeline.insight.themes import TaxonomyTheme, measure_themes

__all__ = ["TaxonomyTheme", "measure_insights", "measure_themes"]
