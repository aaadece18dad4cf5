"""How many comments a second all local engines together answer on one core: language, gloss, sentiment and themes.

    python -m bench.quality_speed

The comments are made up (`bench.survey`), so no data is needed. Two figures: comments that are all distinct, 44
characters each on average, and a survey as it comes, in which a third is one word and what repeats is asked once.
"""

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd

from bench.survey import survey
from fiber_pipeline.annotation.engines import REQUEST_SIZE
from fiber_pipeline.annotation.language import LocalLanguageEngine
from fiber_pipeline.annotation.sentiment import LocalSentimentEngine
from fiber_pipeline.annotation.themes import LocalThemeEngine
from fiber_pipeline.annotation.translation.engine import GlossTranslationEngine

TARGET = 3_000
DISTINCT = 6_000
ROWS = 12_000
ROUNDS = 5
# Bounds in characters that leave distinct comments of 44 on average.
_SHORTEST, _LONGEST = 24, 54


@dataclass(frozen=True)
class Speed:
    """Comments a second of CPU, the best of some rounds with warm caches, and their mean length in characters."""

    name: str
    per_second: float
    mean_characters: float


def evaluate() -> list[Speed]:
    """Measure distinct comments and a survey as it comes."""
    comments = [str(row[3]) for row in survey(ROWS)]
    distinct = (text for text in dict.fromkeys(str(row[3]) for row in survey(DISTINCT * 5)))
    even = list(islice((text for text in distinct if _SHORTEST <= len(text) <= _LONGEST), DISTINCT))
    return [
        Speed("all distinct", len(even) / _seconds(even), _mean_length(even)),
        Speed("a survey as it comes", len(comments) / _seconds(list(dict.fromkeys(comments))), _mean_length(comments)),
    ]


def render(speeds: Sequence[Speed]) -> str:
    """The figures as Markdown."""
    lines = [
        "### All local engines together",
        "",
        "| comments | characters on average | comments/s a core | target |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {speed.name} | {speed.mean_characters:.0f} | {speed.per_second:,.0f} | {TARGET:,} |" for speed in speeds
    ]
    return "\n".join(lines) + "\n"


def _mean_length(texts: Sequence[str]) -> float:
    return float(np.mean([len(text) for text in texts]))


def _seconds(texts: Sequence[str]) -> float:
    engines = LocalLanguageEngine(), GlossTranslationEngine(), LocalSentimentEngine(), LocalThemeEngine()
    _ask_all(texts, *engines)
    seconds = []
    for _ in range(ROUNDS):
        gc.collect()
        gc.disable()  # as `fiber_pipeline.annotation.engines.ask` does
        started = time.process_time()
        _ask_all(texts, *engines)
        seconds.append(time.process_time() - started)
        gc.enable()
    return min(seconds)


def _ask_all(
    texts: Sequence[str],
    language: LocalLanguageEngine,
    gloss: GlossTranslationEngine,
    sentiment: LocalSentimentEngine,
    themes: LocalThemeEngine,
) -> None:
    for first in range(0, len(texts), REQUEST_SIZE):
        part = pd.DataFrame({"text": texts[first : first + REQUEST_SIZE]})
        part["language"] = language.answer(part).frame["language"].to_numpy()
        part["text_es"] = part["text"]
        foreign = part["language"].isin(("gn", "mixed"))
        if foreign.any():
            glossed = gloss.answer(part[foreign].reset_index(drop=True)).frame
            part.loc[foreign, "text_es"] = glossed["text_es"].to_numpy()
        sentiment.answer(part)
        themes.answer(part)


if __name__ == "__main__":
    print(render(evaluate()))
