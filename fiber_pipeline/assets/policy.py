"""What holds for all assets: who owns them, what they are made with, how they are grouped, where their code is."""

from collections.abc import Sequence

import dagster as dg

OWNERS = ["team:customer-insight"]
_GROUPS = {
    "ingestion": ("raw_comments", "rejected_rows", "comments"),
    "annotation": ("translated_comments", "sentiment_scores", "comment_themes"),
    "insight": ("themes", "emergent_themes", "insights", "forecasts", "recommendations"),
    "outputs": ("workbook", "report", "exports"),
}
_GROUP_OF = {name: group for group, names in _GROUPS.items() for name in names}
_FILE_KINDS = {"workbook": {"excel"}, "report": {"html"}, "exports": {"parquet", "csv"}}
# Holds what customers wrote and left of themselves; everything after `comments` is redacted.
_PERSONAL = frozenset({"raw_comments", "rejected_rows"})


def apply_policy(assets: Sequence[dg.AssetsDefinition]) -> list[dg.AssetsDefinition]:
    """Return the assets with groups, owners, kinds, tags and code references."""
    referenced = dg.with_source_code_references(dg.map_asset_specs(_with_policy, assets))
    return [asset for asset in referenced if isinstance(asset, dg.AssetsDefinition)]


def _with_policy(spec: dg.AssetSpec) -> dg.AssetSpec:
    name = spec.key.to_user_string()
    kinds = _FILE_KINDS.get(name, {"duckdb", "pandas"})
    return spec.replace_attributes(
        group_name=_GROUP_OF[name], owners=OWNERS, kinds={*spec.kinds, *kinds}
    ).merge_attributes(tags={"personal-data": "yes" if name in _PERSONAL else "no"})
