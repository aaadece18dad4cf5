"""What `fiber run` says in the end: what became of each batch, what the comments say, where the files are."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Column
from rich.table import Table as Grid
from rich.text import Text

from fiber_pipeline.assets.output_files import output_paths
from fiber_pipeline.cli.tables import print_table
from fiber_pipeline.inbox import Quarantine
from fiber_pipeline.insight import incomplete_batches
from fiber_pipeline.operations.pipeline import Result
from fiber_pipeline.outputs import labels
from fiber_pipeline.services.costs import DOUBTED, budget_alerts, list_calls
from fiber_pipeline.services.store.opening import store_of
from fiber_pipeline.services.store.protocol import Budget
from fiber_pipeline.settings import Settings
from fiber_pipeline.warehouse import Warehouse

_BATCHES = """
SELECT c.batch, count(*) FILTER (is_main IS NOT FALSE) AS responses, count(*) AS comments,
    count(*) FILTER (is_informative) AS informative,
    count(*) FILTER (is_main IS NOT FALSE AND duplicate_of IS NOT NULL) AS duplicates,
    (SELECT count(*) FROM rejected_rows r WHERE r.batch = c.batch) AS rejected
FROM comments c GROUP BY c.batch
"""
_OVERALL = "SELECT metric, value, low, high, sample_size FROM insights WHERE period_kind = 'all' AND dimension = 'all'"
_LANGUAGES = """
SELECT language, count(*) AS comments FROM translated_comments JOIN comments USING (comment_id)
WHERE duplicate_of IS NULL AND is_informative GROUP BY language ORDER BY comments DESC
"""
_THEMES = """
SELECT label_es, mentions, negative_share, nps_impact, trend FROM themes WHERE mentions > 0
ORDER BY priority DESC NULLS LAST, mentions DESC LIMIT 5
"""
_FALLBACKS = """
SELECT 'translated_comments', translation_engine, count(*), any_value(fallback_reason)
FROM translated_comments WHERE is_fallback GROUP BY ALL
UNION ALL
SELECT 'sentiment_scores', engine, count(*), any_value(fallback_reason)
FROM sentiment_scores WHERE is_fallback GROUP BY ALL
UNION ALL
SELECT 'comment_themes', engine, count(*), any_value(fallback_reason)
FROM comment_themes WHERE is_fallback GROUP BY ALL
UNION ALL
SELECT 'executive_summary', engine, count(*), any_value(fallback_reason)
FROM executive_summary WHERE is_fallback GROUP BY ALL
UNION ALL
SELECT 'recommendations', engine, count(*), any_value(fallback_reason)
FROM recommendations WHERE fallback_reason IS NOT NULL GROUP BY ALL
"""
_UNCHECKED = """
SELECT count(*), any_value(pii_unchecked) FROM comments WHERE pii_unchecked IS NOT NULL HAVING count(*) > 0
"""
_SHOWN = 10
_SHARES = ("positive", "neutral", "negative", "mixed")


def print_summary(settings: Settings, results: Sequence[Result], refreshed: Result, since: datetime) -> None:
    """Print the summary to stdout. since: when the run began; what services were asked since is counted."""
    console = Console(highlight=False)
    warehouse = Warehouse(settings.warehouse_location, settings.warehouse_key)
    with warehouse.reader() as connection:
        counts = {row[0]: row[1:] for row in connection.execute(_BATCHES).fetchall()}
        overall = {row[0]: row[1:] for row in connection.execute(_OVERALL).fetchall()}
        languages = connection.execute(_LANGUAGES).fetchall()
        themes = connection.execute(_THEMES).fetchall()
        fallbacks = connection.execute(_FALLBACKS).fetchall()
        unchecked = connection.execute(_UNCHECKED).fetchall()
        incomplete = incomplete_batches(connection)

    print_table(console, _batch_grid(results, counts))
    for result in (*results, refreshed):
        if result.problem is not None:
            console.print(f"\n{_printable(result.name)} failed:", style="bold red", markup=False, soft_wrap=True)
            console.print(f"  {_printable(result.problem)}", markup=False, soft_wrap=True)
    waiting = _waiting(settings, results)
    if waiting:
        console.print("\nIn quarantine, and not in the figures", style="bold")
        for line in waiting:
            console.print(f"  {_printable(line)}", markup=False, soft_wrap=True)
    if overall:
        console.print("\nOver all batches, duplicates counted once", style="bold")
        for line in _figures(overall):
            console.print(f"  {line}", markup=False)
        told = ", ".join(f"{labels.LANGUAGES[language]} {count}" for language, count in languages)
        console.print(f"  Languages of informative comments: {told}", markup=False)
    for item in incomplete[:_SHOWN]:
        told = "counted as far as it goes" if settings.incomplete_batches == "count" else "left out of all figures"
        line = f"  {_printable(item.batch)} is not whole and {told}: {', '.join(item.tables)} must be made again"
        console.print(line, style="yellow", markup=False, soft_wrap=True)
    if len(incomplete) > _SHOWN:
        console.print(f"  … and {len(incomplete) - _SHOWN} more batches; `fiber run` completes them", style="yellow")
    if themes:
        print_table(console, _theme_grid(themes))
    if settings.services:
        console.print("\nExternal services", style="bold")
        for line in [*_services(settings, since), *_fallbacks(fallbacks), *_unchecked(unchecked)]:
            console.print(f"  {_printable(line)}", markup=False, soft_wrap=True)
    console.print("\nWarehouse and files", style="bold")
    for path in [settings.warehouse_location, *map(str, output_paths(settings.outputs_dir))]:
        console.print(f"  {path}", markup=False, soft_wrap=True)


def _waiting(settings: Settings, results: Sequence[Result]) -> list[str]:
    """The files that could not be read, now or earlier, with where each is; of earlier ones, also why."""
    quarantine = Quarantine(settings.quarantine_dir)
    told_already = {result.name for result in results if result.failed}
    lines = []
    for batch in quarantine.batches()[:_SHOWN]:
        reason = "" if batch in told_already else f": {quarantine.reason(batch)}"
        lines.append(f"{quarantine.folder / batch}{reason}")
    more = len(quarantine.batches()) - _SHOWN
    return [*lines, f"and {more} more in {quarantine.folder}"] if more > 0 else lines


def _services(settings: Settings, since: datetime) -> list[str]:
    """What each service was asked in this run and what it cost, and how the budget stands."""
    store = store_of(settings)
    try:
        calls = list_calls(store.calls(since))
        spend = store.spend(month=f"{datetime.now(UTC):%Y-%m}")
    finally:
        store.close()
    lines = []
    for (provider, model, operation), asked in calls.groupby(["provider", "model", "operation"]):
        sent = asked[~asked["cached"]]
        known = int(asked.loc[asked["cached"], "items"].sum())
        failed = int((~sent["status"].isin(("answered", DOUBTED))).sum())
        again = int(sent.loc[sent["status"] == DOUBTED, "items"].sum())
        lines.append(
            f"{provider} {model}, {operation}: {len(sent)} requests for {int(sent['items'].sum())} texts"
            + (f", {failed} without an answer" if failed else "")
            + (f", {again} texts asked again alone" if again else "")
            + f", {sent['cost_usd'].sum():.4f} USD; {known} texts were answered before"
        )
    budget = Budget(settings.budget_usd, settings.budget_usd_month)
    return [*(lines or ["nothing was asked"]), *budget_alerts(spend, budget)]


def _fallbacks(rows: Sequence[tuple[str, str, int, str]]) -> list[str]:
    return [
        f"{table}: {count} rows are by {engine} because another engine did not answer, such as: {reason}"
        for table, engine, count, reason in rows
    ]


def _unchecked(rows: Sequence[tuple[int, str]]) -> list[str]:
    return [f"comments: {count} rows had no second look for personal data, such as: {reason}" for count, reason in rows]


def _batch_grid(results: Sequence[Result], counts: dict[str, tuple[int, ...]]) -> Grid:
    grid = Grid(Column("batch", no_wrap=True), "state", title="Batches", title_justify="left", title_style="bold")
    headings = ["responses", "comments", "informative", "duplicates", "rejected rows"]
    has_several = any(responses != comments for responses, comments, *_ in counts.values())
    shown = headings if has_several else headings[1:]
    for heading in shown:
        grid.add_column(heading, justify="right")
    for result in results:
        state = "[red]failed[/red]" if result.failed else "up to date" if result.skipped else "analysed"
        figures = counts.get(result.name, ()) if not result.failed else ()
        grid.add_row(Text(_printable(result.name)), state, *map(str, figures[-len(shown) :]))
    return grid


def _theme_grid(themes: Sequence[tuple[str, int, float | None, float | None, str]]) -> Grid:
    grid = Grid("theme", title="\nThemes to act on first", title_justify="left", title_style="bold")
    for heading in ("mentions", "negative", "NPS impact"):
        grid.add_column(heading, justify="right")
    grid.add_column("trend")
    for label, mentions, negative, impact, trend in themes:
        grid.add_row(
            label,
            str(mentions),
            "–" if negative is None else f"{negative:.0%}",
            "–" if impact is None else f"{impact:+.0f}",
            trend,
        )
    return grid


def _figures(overall: dict[str, tuple[float | None, float | None, float | None, int]]) -> list[str]:
    lines = []
    if "nps" in overall and overall["nps"][0] is not None:
        value, low, high, sample = overall["nps"]
        interval = "" if low is None or high is None else f" (95 % interval {low:+.0f} to {high:+.0f})"
        lines.append(f"NPS {value:+.0f}{interval}, {sample} answers")
    mix = [(name, overall.get(f"{name}_share", (None, None, None, 0))) for name in _SHARES]
    if all(figure[0] is not None for _, figure in mix):
        told = ", ".join(f"{name} {figure[0]:.0%}" for name, figure in mix)
        lines.append(f"Sentiment: {told}, {mix[0][1][3]} comments")
    return lines


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() or character == "\n" else "�" for character in text)
