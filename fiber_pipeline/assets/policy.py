"""What holds for all assets: who owns them, what they are made with, how they are grouped, where their code is."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

OWNERS = ["team:customer-insight"]
GROUPS = {
    "ingestion": ("raw_comments", "rejected_rows", "comments"),
    "annotation": ("translated_comments", "sentiment_scores", "comment_themes"),
    "insight": ("themes", "emergent_themes", "insights", "forecasts", "recommendations"),
    "outputs": ("workbook", "report", "exports"),
}
_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
_FILE_KINDS = {"workbook": {"excel"}, "report": {"html"}, "exports": {"parquet", "csv"}}
# Holds what customers wrote and left of themselves; everything after `comments` is redacted.
_PERSONAL = frozenset({"raw_comments", "rejected_rows"})


_MODULE_OF = {"rejected_rows": "raw_comments"}


def apply_policy(assets: Sequence[dg.AssetsDefinition]) -> Sequence[dg.AssetsDefinition]:
    """Return the assets with groups, owners, kinds, tags and code references."""
    return dg.map_asset_specs(_with_policy, assets)


def _with_policy(spec: dg.AssetSpec) -> dg.AssetSpec:
    name = spec.key.to_user_string()
    return spec.replace_attributes(
        group_name=_GROUP_OF[name],
        owners=OWNERS,
        kinds={*spec.kinds, *_FILE_KINDS.get(name, {"duckdb", "pandas"})},
    ).merge_attributes(
        tags={"personal-data": "yes" if name in _PERSONAL else "no"},
        metadata={"dagster/code_references": _code_references(name)},
    )


def _code_references(name: str) -> dg.CodeReferencesMetadataValue:
    # Dagster's own finder sees only the wrapper that publishes a table; the module is what a reader wants.
    module = Path(__file__).with_name(f"{_MODULE_OF.get(name, name)}.py")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.CodeReferencesMetadataValue(
            code_references=[dg.LocalFileCodeReference(file_path=str(module), line_number=1, label=module.name)]
        )
