"""Engines that say what a test wants said, text by text."""

from collections.abc import Mapping, Sequence

import pandas as pd

from fiber_pipeline.annotation.engines import Answers


class ScriptedSentiment:
    """Gives each text its scripted label; texts without one are left unanswered."""

    model = "script-1"

    def __init__(self, name: str, labels: Mapping[str, str], urgency: Mapping[str, str] | None = None) -> None:
        self.name = name
        self._labels = labels
        self._urgency = urgency or {}

    def answer(self, request: pd.DataFrame) -> Answers:
        texts = request["text"].tolist()
        known = [item for item, text in enumerate(texts) if text in self._labels]
        frame = pd.DataFrame(
            {
                "item": known,
                "sentiment": [self._labels[texts[item]] for item in known],
                "urgency": [self._urgency.get(texts[item], "low") for item in known],
            }
        )
        return Answers(frame, {item: "not scripted" for item in range(len(texts)) if item not in known})


class ScriptedThemes:
    """Gives each text its scripted themes; texts that are not in the script have none."""

    model = "script-1"

    def __init__(self, name: str, themes: Mapping[str, Sequence[str]]) -> None:
        self.name = name
        self._themes = themes

    def answer(self, request: pd.DataFrame) -> Answers:
        found = [
            (item, theme) for item, text in enumerate(request["text"].tolist()) for theme in self._themes.get(text, ())
        ]
        return Answers(pd.DataFrame({"item": [item for item, _ in found], "theme": [theme for _, theme in found]}))


class ScriptedLanguage:
    """Says the same language of every text."""

    name = "script"
    model = "script-1"

    def __init__(self, language: str) -> None:
        self._language = language

    def answer(self, request: pd.DataFrame) -> Answers:
        count = len(request)
        frame = pd.DataFrame({"item": range(count), "language": self._language, "language_confidence": 0.9})
        return Answers(frame.assign(language_spans=[[] for _ in range(count)]))
