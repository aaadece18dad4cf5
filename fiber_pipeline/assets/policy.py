"""What holds for all assets: who owns them, what they are made with, how they are grouped, where their code is."""

import hashlib
import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import dagster as dg

from fiber_pipeline.settings import Settings

OWNERS = ["team:customer-insight"]
GROUPS = {
    "ingestion": ("raw_comments", "rejected_rows", "comments"),
    "annotation": ("translated_comments", "sentiment_scores", "comment_themes"),
    "insight": ("themes", "emergent_themes", "insights", "forecasts", "executive_summary", "recommendations"),
    "outputs": ("workbook", "report", "exports"),
    "services": ("openai_submissions", "api_calls", "api_costs"),
    "review": ("engine_agreement", "engine_disputes", "review_queue", "corrections", "engine_accuracy"),
}
_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
_FILE_KINDS = {
    "workbook": {"excel"},
    "report": {"html"},
    "exports": {"parquet", "csv"},
    "review_queue": {"excel"},
    "openai_submissions": {"openai"},
}
# What customers wrote and left of themselves, and who reviewed it; everything after `comments` is redacted.
_PERSONAL = frozenset({"raw_comments", "rejected_rows", "corrections"})


_MODULE_OF = {
    "rejected_rows": "raw_comments",
    "engine_disputes": "engine_agreement",
    "executive_summary": "recommendations",
}


def apply_policy(assets: Sequence[dg.AssetsDefinition], settings: Settings) -> Sequence[dg.AssetsDefinition]:
    """Return the assets with groups, owners, kinds, tags, code references, and versions that know the settings."""
    return dg.map_asset_specs(partial(_with_policy, settings), assets)


def _with_policy(settings: Settings, spec: dg.AssetSpec) -> dg.AssetSpec:
    name = spec.key.to_user_string()
    return spec.replace_attributes(
        code_version=_version(spec.code_version, settings.deciding(name)),
        group_name=_GROUP_OF[name],
        owners=OWNERS,
        kinds={*spec.kinds, *_FILE_KINDS.get(name, {"duckdb", "pandas"})},
    ).merge_attributes(
        tags={"personal-data": "yes" if name in _PERSONAL else "no"},
        metadata={"dagster/code_references": _code_references(name)},
    )


def _version(code: str | None, deciding: str) -> str | None:
    # A batch annotated by other engines, or under another taxonomy, is as stale as one annotated by other code.
    if code is None or not deciding:
        return code
    return f"{code}+{hashlib.sha256(deciding.encode()).hexdigest()[:8]}"


def _code_references(name: str) -> dg.CodeReferencesMetadataValue:
    # Dagster's own finder sees only the wrapper that publishes a table; the module is what a reader wants.
    module = Path(__file__).with_name(f"{_MODULE_OF.get(name, name)}.py")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.CodeReferencesMetadataValue(
            code_references=[dg.LocalFileCodeReference(file_path=str(module), line_number=1, label=module.name)]
        )
