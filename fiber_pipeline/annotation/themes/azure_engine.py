"""The theme engine over Azure AI Language's opinion mining.

The service knows no taxonomy. It finds what is spoken of (targets) and what is said of it (assessments); which theme
that is, our own rules say. They also find the themes no opinion was mined for, so that none is lost by asking the
service first. What the service adds is the sentiment of a theme, and themes whose words stand too far apart for a rule.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from fiber_pipeline.annotation.engines import Answers
from fiber_pipeline.annotation.opinion_engine import OpinionEngine, mined
from fiber_pipeline.annotation.themes.found_theme import FoundTheme
from fiber_pipeline.annotation.themes.local import LocalThemeEngine
from fiber_pipeline.services.azure.sentiment import MinedSentiment, Opinion, Sentence
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.service import Service

_COLUMNS = {
    "item": "int64",
    "theme": "object",
    "category": "object",
    "relevance": "float64",
    "sentiment": "object",
    "score": "float64",
    "evidence": "object",
    "evidence_spans": "object",
    "model": "object",
    "prompt_version": "object",
}
# A theme that only an opinion shows is one among those the whole comment shows.
_BESIDE_OTHERS = 0.5


class AzureThemeEngine(OpinionEngine):
    """Implements themes.protocol.ThemeEngine with the service's opinions and the rules of a taxonomy.

    It asks what the sentiment engine asks, so that of the two the second finds every answer stored.
    """

    def __init__(self, enricher: Enricher, services: Sequence[Service], local: LocalThemeEngine) -> None:
        super().__init__("azure", enricher, services)
        self._local = local

    @property
    def model(self) -> str:
        """The service's model and the rules; rows name the exact version that answered."""
        return self._named(super().model)

    def _named(self, version: str) -> str:
        return f"opinions {version}, {self._local.model}"

    def read(self, request: pd.DataFrame, answers: Mapping[int, Any]) -> Answers:
        """Rows as the protocol says."""
        columns: dict[str, list[object]] = {name: [] for name in _COLUMNS}
        texts, translations, items = request["text"].tolist(), request["text_es"].tolist(), self.items(request)
        for row in sorted(answers):
            told = mined(answers[row])
            if told is None:
                continue
            for found in self.find(texts[row], translations[row], items[row].text, told):
                columns["item"].append(row)
                for name in ("theme", "category", "relevance", "sentiment", "score", "evidence"):
                    columns[name].append(getattr(found, name))
                columns["evidence_spans"].append([{"start": start, "end": end} for start, end in found.spans])
                columns["model"].append(self._named(told.model))
        columns["prompt_version"] = [None] * len(columns["item"])
        return Answers(pd.DataFrame(columns).astype(_COLUMNS))

    def find(self, text: str, text_es: str, sent: str, told: MinedSentiment) -> list[FoundTheme]:
        """The themes of a comment, with spans in `text`; `sent` is what the service was sent of it.

        A theme's sentiment is that of the opinions on it. Without one, it is that of its sentence where the sentence
        speaks of this theme alone and is not neutral; else what the rules make of it, which know complaints that name
        nothing bad ("hace tres días espero al técnico").
        """
        in_sent = self._local.find(sent)
        opinions, only_mined = self._by_theme(sent, told, in_sent)
        # As the local engine reads: the original first, its Spanish where that shows nothing.
        shown = in_sent if sent == text else self._local.find(text)
        if not shown and text_es != text:
            shown = _without_spans(in_sent if sent == text_es else self._local.find(text_es))
        if sent != text:
            only_mined = _without_spans(only_mined)
        alone = {theme.theme: sentence for theme, sentence in _alone_in_a_sentence(in_sent, told)}
        known = {theme.theme for theme in shown}
        share = _BESIDE_OTHERS if shown else 1.0
        added = [
            theme._replace(relevance=round(theme.relevance * share, 4))
            for theme in only_mined
            if theme.theme not in known
        ]
        return [_judged(theme, opinions.get(theme.theme, ()), alone.get(theme.theme)) for theme in (*shown, *added)]

    def _by_theme(
        self, sent: str, told: MinedSentiment, in_sent: Sequence[FoundTheme]
    ) -> tuple[dict[str, list[Opinion]], list[FoundTheme]]:
        """The opinions on each theme, and the themes that opinions show by themselves.

        An opinion is on the themes whose words it shares; if on none, on those its own words show the rules.
        """
        opinions: dict[str, list[Opinion]] = {}
        only_mined: dict[str, FoundTheme] = {}
        for sentence in told.sentences:
            for opinion in sentence.opinions:
                spans = _spans_of(opinion)
                themes = [theme for theme in in_sent if _overlap(theme.spans, spans)]
                if not themes:
                    words = [sent[start:end] for start, end in spans]
                    themes = [
                        theme._replace(evidence=words, spans=spans) for theme in self._local.find(" ".join(words))
                    ]
                    for theme in themes:
                        only_mined.setdefault(theme.theme, theme)
                for theme in themes:
                    opinions.setdefault(theme.theme, []).append(opinion)
        return opinions, list(only_mined.values())


def _without_spans(themes: Sequence[FoundTheme]) -> list[FoundTheme]:
    return [theme._replace(spans=[]) for theme in themes]


def _spans_of(opinion: Opinion) -> list[tuple[int, int]]:
    return sorted({(opinion.start, opinion.end), *((part.start, part.end) for part in opinion.assessments)})


def _overlap(spans: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for start, end in spans for other_start, other_end in others)


def _alone_in_a_sentence(themes: Sequence[FoundTheme], told: MinedSentiment) -> Iterator[tuple[FoundTheme, Sentence]]:
    """Themes that stand in one sentence, of which no other theme is spoken."""
    for theme in themes:
        around = [sentence for sentence in told.sentences if _overlap(theme.spans, [(sentence.start, sentence.end)])]
        if len(around) == 1:
            place = [(around[0].start, around[0].end)]
            if sum(_overlap(other.spans, place) for other in themes) == 1:
                yield theme, around[0]


def _judged(theme: FoundTheme, opinions: Sequence[Opinion], sentence: Sentence | None) -> FoundTheme:
    if opinions:
        labels = {opinion.sentiment for opinion in opinions}
        score = sum(opinion.scores.positive - opinion.scores.negative for opinion in opinions) / len(opinions)
        return theme._replace(sentiment=labels.pop() if len(labels) == 1 else "mixed", score=round(score, 4))
    if sentence is not None and sentence.sentiment in ("positive", "negative"):
        score = sentence.scores.positive - sentence.scores.negative
        return theme._replace(sentiment=sentence.sentiment, score=round(score, 4))
    return theme
