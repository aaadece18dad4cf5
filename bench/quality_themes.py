"""How well the local engine finds themes, against labelled comments and two baselines.

    python -m bench.quality_themes [DATA_DIR]        # or FIBER_BENCH_DATA

Reads `telecom/dev.tsv` under the folder (columns text, language, themes: comma-separated slugs, empty for none).
Figures: micro- and macro-averaged F1 over (comment, theme) pairs, with a 95 % percentile bootstrap over comments;
precision, recall and support per theme; the share of comments whose themes are all and only the right ones;
comments per second of CPU. The rules have been revised on the kinds of error seen here, never on single comments; on
comments nobody has looked at the figures will be lower. Baselines: always the most frequent theme, and plain keywords
without rules.
"""

import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiber_pipeline.annotation.themes import LocalThemeEngine
from fiber_pipeline.text import fold

RESAMPLES = 2_000
SPEED_TEXTS = 5_000

# What anybody would type into a spreadsheet filter: one to three keywords a theme, found anywhere in the folded text.
KEYWORDS = {
    "speed": ("velocidad", "lent", "rapid"),
    "outages": ("corta", "corte", "sin internet"),
    "coverage": ("cobertura", "zona", "barrio"),
    "wifi": ("wifi", "router", "modem"),
    "price": ("precio", "caro", "barato"),
    "billing": ("factura", "cobr", "pago"),
    "plans": ("plan", "promo", "combo"),
    "customer_service": ("atencion", "atend", "call center"),
    "technical_support": ("tecnico", "soporte"),
    "resolution_time": ("solucion", "espera", "demora"),
    "installation": ("instal",),
    "app": ("app", "aplicacion"),
    "tv_streaming": ("tele", "canal", "netflix"),
    "cancellation": ("baja", "cancelar", "tigo"),
}

Labels = Sequence[frozenset[str]]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """F1 of all pairs together and of the mean theme, each with its 95 % interval, and the share of exact matches."""

    micro_f1: float
    micro_low: float
    micro_high: float
    macro_f1: float
    macro_low: float
    macro_high: float
    exact: float


@dataclass(frozen=True)
class ThemeScore:
    """One theme's precision, recall, F1 and number of comments that have it."""

    theme: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Results:
    """What was measured. speed is in comments per second of CPU on one core, length the mean comment in characters."""

    comments: int
    model: str
    scores: dict[str, Score]
    themes: list[ThemeScore]
    speed: float
    length: float


def evaluate(data: Path) -> Results:
    """Measure on `data`/telecom/dev.tsv. Raises FileNotFoundError when it is not there."""
    with (data / "telecom" / "dev.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    texts = [row["text"] for row in rows]
    expected = [frozenset(filter(None, (row["themes"] or "").split(","))) for row in rows]
    engine = LocalThemeEngine()
    most_frequent = Counter(theme for themes in expected for theme in sorted(themes)).most_common(1)[0][0]
    systems: dict[str, Labels] = {
        f"local ({engine.model})": _answers(engine, texts, [row["language"] for row in rows]),
        "keywords": [_by_keywords(text) for text in texts],
        f"always {most_frequent}": [frozenset({most_frequent})] * len(texts),
    }
    local = next(iter(systems.values()))
    return Results(
        comments=len(texts),
        model=engine.model,
        scores={name: _score(expected, found) for name, found in systems.items()},
        themes=[_theme_score(theme, expected, local) for theme in engine.taxonomy.themes],
        speed=_speed(engine, texts),
        length=float(np.mean([len(text) for text in texts])),
    )


def render(results: Results) -> str:
    """The results as Markdown."""
    lines = [
        f"### Themes ({results.comments} telecom comments)",
        "",
        "| system | micro-F1 (95 % interval) | macro-F1 (95 % interval) | all themes right |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {score.micro_f1:.3f} ({score.micro_low:.3f}-{score.micro_high:.3f}) "
        f"| {score.macro_f1:.3f} ({score.macro_low:.3f}-{score.macro_high:.3f}) | {score.exact:.1%} |"
        for name, score in results.scores.items()
    ]
    lines += ["", "| theme | precision | recall | F1 | support |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.theme} | {row.precision:.2f} | {row.recall:.2f} | {row.f1:.2f} | {row.support} |"
        for row in results.themes
    ]
    lines += ["", f"{results.speed:,.0f} comments/s per core at {results.length:.0f} characters on average.", ""]
    return "\n".join(lines)


def _answers(engine: LocalThemeEngine, texts: Sequence[str], languages: Sequence[str]) -> Labels:
    request = pd.DataFrame({"text": texts, "text_es": texts, "language": languages})
    found: list[set[str]] = [set() for _ in texts]
    frame = engine.answer(request).frame
    for item, theme in zip(frame["item"], frame["theme"], strict=True):
        found[item].add(theme)
    return [frozenset(themes) for themes in found]


def _by_keywords(text: str) -> frozenset[str]:
    folded = fold(text)
    return frozenset(theme for theme, words in KEYWORDS.items() if any(word in folded for word in words))


def _counts(expected: Labels, found: Labels) -> tuple[list[str], Counts]:
    """Per comment and theme: hit, false alarm and miss, as an array of comments × themes × 3."""
    themes = sorted(set().union(*expected, *found))
    counts = np.zeros((len(expected), len(themes), 3))
    for row, (right, given) in enumerate(zip(expected, found, strict=True)):
        for column, theme in enumerate(themes):
            kinds = (theme in right and theme in given, theme in given and theme not in right, theme in right - given)
            counts[row, column] = kinds
    return themes, counts


def _f1(totals: Counts) -> Counts:
    hits, alarms, misses = totals[..., 0], totals[..., 1], totals[..., 2]
    f1: Counts = 2 * hits / np.maximum(2 * hits + alarms + misses, 1)
    return f1


def _score(expected: Labels, found: Labels) -> Score:
    themes, counts = _counts(expected, found)
    labelled = [column for column, theme in enumerate(themes) if any(theme in right for right in expected)]
    rng = np.random.default_rng(0)
    micro, macro = [], []
    for _ in range(RESAMPLES):
        totals = counts[rng.integers(0, len(counts), len(counts))].sum(axis=0)
        micro.append(float(_f1(totals.sum(axis=0))))
        macro.append(float(_f1(totals[labelled]).mean()))
    totals = counts.sum(axis=0)
    micro_low, micro_high = np.percentile(micro, [2.5, 97.5])
    macro_low, macro_high = np.percentile(macro, [2.5, 97.5])
    return Score(
        micro_f1=float(_f1(totals.sum(axis=0))),
        micro_low=float(micro_low),
        micro_high=float(micro_high),
        macro_f1=float(_f1(totals[labelled]).mean()),
        macro_low=float(macro_low),
        macro_high=float(macro_high),
        exact=float(np.mean([right == given for right, given in zip(expected, found, strict=True)])),
    )


def _theme_score(theme: str, expected: Labels, found: Labels) -> ThemeScore:
    def count(holds: Callable[[bool, bool], bool]) -> int:
        return sum(holds(theme in right, theme in given) for right, given in zip(expected, found, strict=True))

    hits = count(lambda right, given: right and given)
    precision = hits / max(count(lambda _, given: given), 1)
    recall = hits / max(count(lambda right, _: right), 1)
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return ThemeScore(theme, precision, recall, f1, count(lambda right, _: right))


def _speed(engine: LocalThemeEngine, texts: Sequence[str]) -> float:
    many = (list(texts) * (SPEED_TEXTS // len(texts) + 1))[:SPEED_TEXTS]
    request = pd.DataFrame({"text": many, "text_es": many, "language": "es"})
    started = time.process_time()
    engine.answer(request)
    return len(many) / (time.process_time() - started)


def main() -> None:
    """Measure on the folder given as argument or in FIBER_BENCH_DATA, and print."""
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("FIBER_BENCH_DATA")
    if not folder:
        raise SystemExit("where is the data? python -m bench.quality_themes DATA_DIR, or set FIBER_BENCH_DATA")
    print(render(evaluate(Path(folder))))


if __name__ == "__main__":
    main()
