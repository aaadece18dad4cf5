"""The jobs: one batch, the insights over all of them, the files people read."""

import dagster as dg

ANNOTATION_ASSETS = ("translated_comments", "sentiment_scores", "comment_themes")
BATCH_ASSETS = ("raw_comments", "rejected_rows", "comments", *ANNOTATION_ASSETS)
INSIGHT_ASSETS = ("themes", "emergent_themes", "insights", "forecasts", "executive_summary", "recommendations")
REPORT_ASSETS = ("workbook", "report", "exports")
SERVICE_ASSETS = ("api_calls", "api_costs")
COMPARED_ASSETS = ("engine_agreement", "engine_disputes", "review_queue")
REVIEWED_ASSETS = ("corrections", "engine_accuracy")

analyse_batch = dg.define_asset_job(
    "analyse_batch",
    selection=dg.AssetSelection.assets(*BATCH_ASSETS),
    description="Reads one file of the inbox and annotates its comments. A partition is a file.",
)

refresh_insights = dg.define_asset_job(
    "refresh_insights",
    selection=dg.AssetSelection.assets(*INSIGHT_ASSETS, *SERVICE_ASSETS, *REPORT_ASSETS),
    description="Measures the whole history anew, tells what services cost, and writes workbook, report and exports.",
)

write_reports = dg.define_asset_job(
    "write_reports",
    selection=dg.AssetSelection.assets(*REPORT_ASSETS),
    description="Writes the workbook, the report and the exports from the tables as they are.",
)

compare_engines = dg.define_asset_job(
    "compare_engines",
    selection=dg.AssetSelection.assets(*COMPARED_ASSETS),
    description="Asks every engine about a sample, and writes the workbook of comments that people should review.",
)

take_in_reviews = dg.define_asset_job(
    "take_in_reviews",
    selection=dg.AssetSelection.assets(*REVIEWED_ASSETS),
    description="Takes in the workbooks that people have reviewed, and measures every engine on what they say.",
)
