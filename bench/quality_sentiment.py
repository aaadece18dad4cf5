"""How often the local sentiment engine is right, on tweets and on telecom comments, and how fast it is.

    python -m bench.quality_sentiment [DATA_DIR]        # or FIBER_BENCH_DATA

Reads `sentiment/tass_latam_train.tsv` (text, label: three classes, a predicted mixed counts as neutral) and
`telecom/dev.tsv` (text, sentiment of four classes, urgency) under the folder. Figures: macro-F1 with a 95 %
percentile bootstrap over comments, F1 of each class, the confusion table, what a majority guess and the lexicon
without rules get, whether confidence means what it says, and comments per second of CPU. No labelled emotions are at
hand, so emotions are not evaluated. The rules were written with the telecom comments in sight, so figures on them
flatter: sets of comments written afterwards got 0.53 to 0.89 at first sight, by how hard they were meant to be.
"""

import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from fiber_pipeline.annotation.sentiment import LocalSentimentEngine
from fiber_pipeline.annotation.sentiment.lexicon import load_lexicon
from fiber_pipeline.tables.vocabulary import SENTIMENTS, URGENCIES
from fiber_pipeline.text import tokenize

THREE = ("positive", "neutral", "negative")
# macro-F1 that a release should reach
TARGETS = {"tweets, 3 classes": 0.54, "telecom, 4 classes": 0.80}
RESAMPLES = 2_000
SPEED_TEXTS = 5_000
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Score:
    """A system on a slice: macro-F1 with its 95 % interval, F1 by class, confusion (rows: truth)."""

    slice: str
    system: str
    texts: int
    macro_f1: float
    low: float
    high: float
    f1: dict[str, float]
    confusion: pd.DataFrame


@dataclass(frozen=True)
class SentimentResults:
    """All slices and systems. reliability: slice, from, to, texts, confidence, accuracy of the engine."""

    scores: list[Score]
    reliability: pd.DataFrame
    texts_per_second: float
    mean_characters: float


def evaluate(data: Path) -> SentimentResults:
    """Measure on the files under `data`; raises FileNotFoundError if they are missing."""
    tweets = _rows(data / "sentiment" / "tass_latam_train.tsv")
    telecom = _rows(data / "telecom" / "dev.tsv")
    engine = LocalSentimentEngine()
    tweet_texts, telecom_texts = [row["text"] for row in tweets], [row["text"] for row in telecom]
    tweet_truth, telecom_truth = [row["label"] for row in tweets], [row["sentiment"] for row in telecom]
    tweet_answers, telecom_answers = (_ask(engine, texts) for texts in (tweet_texts, telecom_texts))
    tweet_labels, telecom_labels = tweet_answers["sentiment"].tolist(), telecom_answers["sentiment"].tolist()
    scores = []
    for name, truth, texts, labels, classes in (
        ("tweets, 3 classes", tweet_truth, tweet_texts, _without_mixed(tweet_labels), THREE),
        ("telecom, 3 classes", _without_mixed(telecom_truth), telecom_texts, _without_mixed(telecom_labels), THREE),
        ("telecom, 4 classes", telecom_truth, telecom_texts, telecom_labels, SENTIMENTS),
    ):
        scores.append(_score(name, "local engine", truth, labels, classes))
        scores.append(_score(name, "lexicon without rules", truth, _word_list(texts), classes))
        scores.append(_score(name, "majority guess", truth, _majority(truth), classes))
    urgency = [row["urgency"] for row in telecom]
    scores.append(_score("telecom, urgency", "local engine", urgency, telecom_answers["urgency"].tolist(), URGENCIES))
    scores.append(_score("telecom, urgency", "majority guess", urgency, _majority(urgency), URGENCIES))
    reliability = pd.concat(
        [
            _reliability("tweets", tweet_truth, _without_mixed(tweet_labels), tweet_answers["confidence"].tolist()),
            _reliability("telecom", telecom_truth, telecom_labels, telecom_answers["confidence"].tolist()),
        ],
        ignore_index=True,
    )
    return SentimentResults(
        scores, reliability, _speed(engine, telecom_texts), float(np.mean([len(text) for text in telecom_texts]))
    )


def render(results: SentimentResults) -> str:
    """The figures as Markdown."""
    lines = [
        "| slice | system | texts | macro-F1 | 95 % interval | F1 by class | target |",
        "|---|---|---|---|---|---|---|",
    ]
    for score in results.scores:
        classes = ", ".join(f"{name} {value:.2f}" for name, value in score.f1.items())
        target = TARGETS.get(score.slice) if score.system == "local engine" else None
        lines.append(
            f"| {score.slice} | {score.system} | {score.texts} | {score.macro_f1:.3f} "
            f"| {score.low:.3f}-{score.high:.3f} | {classes} | {f'≥ {target:.2f}' if target else ''} |"
        )
    for score in results.scores:
        if score.system == "local engine":
            lines += ["", f"Labelled (rows) and found (columns), {score.slice}:", "", _markdown(score.confusion, "")]
    lines += ["", "What a confidence is worth:", "", _markdown(results.reliability.set_index("slice"), "slice")]
    lines += [
        "",
        f"{results.texts_per_second:,.0f} comments a second of CPU at {results.mean_characters:.0f} characters. "
        "Emotions are not evaluated: no labelled ones are at hand.",
    ]
    return "\n".join(lines)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _ask(engine: LocalSentimentEngine, texts: Sequence[str]) -> pd.DataFrame:
    return engine.answer(pd.DataFrame({"text": texts, "text_es": [None] * len(texts), "language": "und"})).frame


def _without_mixed(labels: Sequence[str]) -> list[str]:
    return ["neutral" if label == "mixed" else label for label in labels]


def _majority(truth: Sequence[str]) -> list[str]:
    return [Counter(truth).most_common(1)[0][0]] * len(truth)


def _word_list(texts: Sequence[str]) -> list[str]:
    """The sign of the summed weights of the words and emojis, nothing else: what the rules have to beat."""
    lexicon = load_lexicon()
    labels = []
    for text in texts:
        total = 0.0
        for token in tokenize(text):
            if found := lexicon.words.get(token.folded):
                total += found[0].weight
            elif entry := lexicon.guarani.get(token.folded) or lexicon.emojis.get(token.surface):
                total += entry.weight
        labels.append("positive" if total > 0 else "negative" if total < 0 else "neutral")
    return labels


def _score(name: str, system: str, truth: Sequence[str], labels: Sequence[str], classes: Sequence[str]) -> Score:
    confusion = np.zeros((len(classes), len(classes)), dtype="int64")
    for true, found in zip(truth, labels, strict=True):
        confusion[classes.index(true), classes.index(found)] += 1
    # Resampling comments is resampling the cells of the confusion table.
    draws = np.random.default_rng(7).multinomial(len(truth), confusion.ravel() / len(truth), RESAMPLES)
    low, high = np.quantile(_f1(draws.reshape(RESAMPLES, len(classes), len(classes))).mean(axis=1), (0.025, 0.975))
    by_class = _f1(confusion[None])[0]
    return Score(
        name,
        system,
        len(truth),
        float(by_class.mean()),
        float(low),
        float(high),
        dict(zip(classes, by_class.tolist(), strict=True)),
        pd.DataFrame(confusion, index=list(classes), columns=list(classes)),
    )


def _f1(confusions: np.ndarray) -> np.ndarray:
    hits = np.diagonal(confusions, axis1=1, axis2=2)
    f1: np.ndarray = 2 * hits / np.maximum(confusions.sum(axis=1) + confusions.sum(axis=2), 1)
    return f1


def _reliability(name: str, truth: Sequence[str], labels: Sequence[str], confidence: Sequence[float]) -> pd.DataFrame:
    frame = pd.DataFrame({"sure": confidence, "right": [t == f for t, f in zip(truth, labels, strict=True)]})
    rows = []
    for low, high in pairwise(BINS):
        part = frame[(frame["sure"] > low) & (frame["sure"] <= high)]
        if len(part):
            rows.append((name, low, high, len(part), round(part["sure"].mean(), 3), round(part["right"].mean(), 3)))
    return pd.DataFrame(rows, columns=["slice", "from", "to", "texts", "confidence", "accuracy"])


def _speed(engine: LocalSentimentEngine, texts: Sequence[str]) -> float:
    many = [f"{texts[number % len(texts)]} {number}" for number in range(SPEED_TEXTS)]
    _ask(engine, many[:500])
    started = time.process_time()
    _ask(engine, many)
    return len(many) / (time.process_time() - started)


def _markdown(frame: pd.DataFrame, corner: str) -> str:
    lines = [f"| {corner} | {' | '.join(map(str, frame.columns))} |", "|---" * (len(frame.columns) + 1) + "|"]
    lines += [
        f"| {name} | {' | '.join(map(str, row))} |"
        for name, row in zip(frame.index, frame.to_numpy().tolist(), strict=True)
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("FIBER_BENCH_DATA")
    if folder is None:
        sys.exit("say where the data is: python -m bench.quality_sentiment DATA_DIR, or set FIBER_BENCH_DATA")
    print(render(evaluate(Path(folder))))
