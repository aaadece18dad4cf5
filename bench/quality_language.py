"""How often the local language engine is right, how fast it is, and how far a majority guess and a public peer get.

Run `python -m bench.quality_language [DATA_DIR]`; the folder (or FIBER_BENCH_DATA) holds `language/*.tsv` (text, label)
and `telecom/dev.tsv` (id, text, language, …). In `language/` only es, gn and mixed are told apart, so und, en, pt and
other count as es there; in `telecom/` every label stands for itself.
"""

import csv
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from fiber_pipeline.annotation.language import LocalLanguageEngine

SLICES = ("balanced", "no_accents", "capitals", "fragments", "tweets", "spanish", "guarani", "telecom")
# A bar for each slice: macro-F1, for pure slices accuracy.
TARGETS = {
    "balanced": 0.90,
    "no_accents": 0.87,
    "capitals": 0.88,
    "fragments": 0.80,
    "spanish": 0.98,
    "telecom": 0.88,
}
PURE = frozenset(("spanish", "guarani"))
RESAMPLES = 1000
SPEED_ROUNDS = 20
BINS = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True)
class SliceResult:
    """An engine on a slice. `score` is macro-F1 over the labels that occur, on pure slices accuracy."""

    slice: str
    engine: str
    texts: int
    score: float
    low: float
    high: float
    f1_by_label: dict[str, float]
    confusion: pd.DataFrame


@dataclass(frozen=True)
class LanguageResults:
    """All slices and engines; reliability has the columns from, to, texts, confidence, accuracy."""

    slices: list[SliceResult]
    reliability: pd.DataFrame
    texts_per_second: float
    mean_characters: float
    targets: dict[str, float] = field(default_factory=lambda: dict(TARGETS))


def read_slice(data: Path, name: str) -> tuple[list[str], list[str]]:
    """Return the texts and labels of a slice. Raises FileNotFoundError where it is missing."""
    path = data / "telecom" / "dev.tsv" if name == "telecom" else data / "language" / f"{name}.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    label = "language" if name == "telecom" else "label"
    return [row["text"] for row in rows], [row[label] for row in rows]


def evaluate(data: Path) -> LanguageResults:
    """Measure the local engine, a majority guess and py3langid on the slices of `data`."""
    engine = LocalLanguageEngine()
    peer = _langid()
    results = []
    confidences: list[float] = []
    correct: list[bool] = []
    for name in SLICES:
        texts, truth = read_slice(data, name)
        frame = engine.answer(pd.DataFrame({"text": texts})).frame
        local = _as_judged(frame["language"].tolist(), name)
        if name not in PURE:
            confidences += frame["language_confidence"].tolist()
            correct += [said == label for said, label in zip(local, truth, strict=True)]
        majority = max(sorted(set(truth)), key=truth.count)
        results += [
            score(name, "local", truth, local),
            score(name, "majority", truth, [majority] * len(truth)),
            score(name, "py3langid", truth, [peer(text) for text in texts]),
        ]
    speed, characters = _speed(engine, read_slice(data, "telecom")[0])
    return LanguageResults(results, reliability(confidences, correct), speed, characters)


def _as_judged(languages: Sequence[str], name: str) -> list[str]:
    if name == "telecom":
        return list(languages)
    return [language if language in ("gn", "mixed") else "es" for language in languages]


def _langid() -> Callable[[str], str]:
    """Return py3langid as a detector.

    It knows no Guaraní: its Spanish, English and Portuguese stay, all else is read as Guaraní, the kindest reading.
    """
    import py3langid

    def detect(text: str) -> str:
        language = py3langid.classify(text)[0]
        return language if language in ("es", "en", "pt") else "gn"

    return detect


def score(name: str, engine: str, truth: Sequence[str], said: Sequence[str]) -> SliceResult:
    """Score answers, with a 95 % interval from resampling the texts (percentile bootstrap, fixed seed)."""
    labels = sorted(set(truth) | set(said))
    codes = {label: code for code, label in enumerate(labels)}
    pairs = np.array([codes[t] * len(labels) + codes[s] for t, s in zip(truth, said, strict=True)])
    size = len(labels)

    def confusion_of(sample: np.ndarray) -> np.ndarray:
        return np.bincount(sample, minlength=size * size).reshape(size, size)

    def value(matrix: np.ndarray) -> float:
        if name in PURE:
            return float(np.trace(matrix) / matrix.sum())
        f1 = _f1(matrix)
        return float(f1[matrix.sum(axis=1) > 0].mean())

    matrix = confusion_of(pairs)
    generator = np.random.default_rng(7)
    samples = [value(confusion_of(generator.choice(pairs, len(pairs)))) for _ in range(RESAMPLES)]
    low, high = np.percentile(samples, (2.5, 97.5))
    return SliceResult(
        slice=name,
        engine=engine,
        texts=len(pairs),
        score=value(matrix),
        low=float(low),
        high=float(high),
        f1_by_label={
            label: float(f1)
            for label, f1, occurs in zip(labels, _f1(matrix), matrix.sum(axis=1) > 0, strict=True)
            if occurs
        },
        confusion=pd.DataFrame(matrix, index=labels, columns=labels),
    )


def _f1(matrix: np.ndarray) -> np.ndarray:
    hits = np.diag(matrix)
    return 2 * hits / np.maximum(matrix.sum(axis=0) + matrix.sum(axis=1), 1)


def reliability(confidences: Sequence[float], correct: Sequence[bool]) -> pd.DataFrame:
    """Bin answers by confidence: in a calibrated engine `accuracy` is near `confidence` in every bin."""
    frame = pd.DataFrame({"confidence": confidences, "accuracy": correct})
    frame["bin"] = pd.cut(frame["confidence"], BINS, include_lowest=True)
    table = frame.groupby("bin", observed=True).agg(
        texts=("accuracy", "size"), confidence=("confidence", "mean"), accuracy=("accuracy", "mean")
    )
    table.insert(0, "from", [interval.left for interval in table.index])
    table.insert(1, "to", [interval.right for interval in table.index])
    return table.reset_index(drop=True)


def _speed(engine: LocalLanguageEngine, texts: Sequence[str]) -> tuple[float, float]:
    """Return comments a second of CPU time with warm caches, and their mean length."""
    request = pd.DataFrame({"text": [*texts] * SPEED_ROUNDS})
    engine.answer(request)
    started = time.process_time()
    engine.answer(request)
    return len(request) / (time.process_time() - started), float(np.mean([len(text) for text in texts]))


def render(results: LanguageResults) -> str:
    """Write the results as Markdown."""
    lines = [
        "### Language",
        "",
        f"{results.texts_per_second:,.0f} comments/s a core (warm, {results.mean_characters:.0f} characters each).",
        "",
        "| slice | engine | texts | score | 95 % interval | target | F1 by label |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in results.slices:
        target = results.targets.get(row.slice)
        aim = f"{target:.2f}" if target is not None and row.engine == "local" else ""
        by_label = ", ".join(f"{label} {value:.2f}" for label, value in row.f1_by_label.items())
        what = "accuracy" if row.slice in PURE else "macro-F1"
        lines.append(
            f"| {row.slice} | {row.engine} | {row.texts} | {row.score:.3f} {what} | {row.low:.3f}–{row.high:.3f} "
            f"| {aim} | {by_label} |"
        )
    for row in results.slices:
        if row.engine == "local" and row.slice not in PURE:
            lines += ["", f"Confusion on {row.slice} (rows: truth)", "", *_table(row.confusion)]
    lines += ["", "Reliability of the confidence", "", "| confidence | texts | mean | accuracy |", "|---|---|---|---|"]
    lines += [
        f"| {row['from']:.2f}–{row['to']:.2f} | {row['texts']:.0f} | {row['confidence']:.3f} | {row['accuracy']:.3f} |"
        for row in results.reliability.to_dict("records")
    ]
    return "\n".join(lines) + "\n"


def _table(frame: pd.DataFrame) -> list[str]:
    labels = [str(label) for label in frame.columns]
    rows = [f"| | {' | '.join(labels)} |", "|" + "---|" * (len(labels) + 1)]
    for label, values in zip(labels, frame.to_numpy().tolist(), strict=True):
        rows.append(f"| **{label}** | {' | '.join(str(value) for value in values)} |")
    return rows


def main() -> None:
    """Print the results as Markdown; exit with a message where no folder is given."""
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("FIBER_BENCH_DATA")
    if not folder:
        raise SystemExit("Give the folder of the evaluation data, or set FIBER_BENCH_DATA.")
    print(render(evaluate(Path(folder))))


if __name__ == "__main__":
    main()
