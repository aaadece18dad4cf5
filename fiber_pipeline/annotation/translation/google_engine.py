"""The translation engine over Google Cloud Translation."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.engines import ITEM, Answers, Progress
from fiber_pipeline.annotation.remote_engine import RemoteEngine
from fiber_pipeline.annotation.translation.protocol import TRANSLATABLE
from fiber_pipeline.annotation.translation.returned import redacted
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.google.translation import ENGLISH, SPANISH
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import Service

# Jopara is sent as Guaraní, which takes the Spanish words in it for the loans they are. Left to find the language out,
# the service calls a sentence Spanish as soon as Spanish words prevail, and hands it back as it was.
_SOURCES = {"gn": "gn", "mixed": "gn", "es": "es", "en": "en", "pt": "pt"}
_TYPES = {
    ITEM: pa.int64(),
    "text_es": pa.string(),
    "text_en": pa.string(),
    "is_gloss": pa.bool_(),
    "model": pa.string(),
    "prompt_version": pa.string(),
}


class GoogleTranslationEngine(RemoteEngine):
    """Implements translation.protocol.TranslationEngine: whole translations into Spanish, English besides if asked for.

    A text that is in the target language already, or says nothing in any, stays as it is and is not sent. English is
    an extra: where only that fails, the row is answered without it.
    """

    def __init__(self, enricher: Enricher, services: Mapping[str, Sequence[Service]]) -> None:
        """services: by target language, `es` and, where `text_en` is wanted, `en`."""
        super().__init__("google", enricher, services[SPANISH])
        self._into_english = services.get(ENGLISH, ())

    @property
    def translates(self) -> frozenset[str]:
        """All languages but Spanish, which is translated only if English is wanted."""
        return TRANSLATABLE | {"es"} if self._into_english else TRANSLATABLE

    def answer(self, request: pd.DataFrame, progress: Progress | None = None) -> Answers:
        """Translate texts; what the service leaves without Spanish is said with its reason."""
        stages = _Stages(progress, 2 if self._into_english else 1, len(request))
        into: dict[str, Mapping[int, Any]] = {}
        into[SPANISH], unanswered = self._translated(self.services, SPANISH, request, range(len(request)), stages)
        rows = [row for row in range(len(request)) if row not in unanswered]
        if self._into_english:
            into[ENGLISH], _ = self._translated(self._into_english, ENGLISH, request, rows, stages)
        answers = {row: {target: told.get(row) for target, told in into.items()} for row in rows}
        return self.read_apart(request, answers, unanswered)

    def read(self, request: pd.DataFrame, answers: Mapping[int, Any]) -> Answers:
        """Rows as the protocol says, from answers by target language: None for what was not sent or not answered."""
        texts: list[str] = request["text"].tolist()
        languages: list[str] = request["language"].tolist()
        columns: dict[str, list[Any]] = {name: [] for name in _TYPES}
        for row, answer in sorted(answers.items()):
            spanish, english = answer[SPANISH], answer.get(ENGLISH)
            columns[ITEM].append(row)
            columns["text_es"].append(texts[row] if spanish is None else redacted(spanish["text"]))
            is_english = bool(self._into_english) and languages[row] == ENGLISH
            columns["text_en"].append(
                texts[row] if is_english else None if english is None else redacted(english["text"])
            )
            columns["is_gloss"].append(False)
            columns["model"].append(self.model if spanish is None else spanish["model"])
            columns["prompt_version"].append(None)
        arrays = [pa.array(columns[name], kind) for name, kind in _TYPES.items()]
        frame: pd.DataFrame = pa.table(arrays, names=list(_TYPES)).to_pandas(types_mapper=pd.ArrowDtype)
        return Answers(frame)

    def _translated(
        self,
        services: Sequence[Service],
        target: str,
        request: pd.DataFrame,
        rows: Sequence[int],
        stages: "_Stages",
    ) -> tuple[dict[int, Any], dict[int, str]]:
        """Answers and reasons by row, for those of `rows` that need translating into `target`."""
        texts: list[str] = request["text"].tolist()
        languages: list[str] = request["language"].tolist()
        foreign = [row for row in rows if languages[row] not in (target, "und") and texts[row].strip()]
        items = [Item(texts[row], _SOURCES.get(languages[row])) for row in foreign]
        enriched = self.enrich(services, items, stages.within(len(texts) - len(foreign)))
        stages.end()
        return (
            {foreign[place]: answer for place, answer in enriched.answers.items()},
            {foreign[place]: reason for place, reason in enriched.unanswered.items()},
        )


class _Stages:
    """Progress over several passes through the same texts, told as one."""

    def __init__(self, progress: Progress | None, stages: int, total: int) -> None:
        self._progress = progress
        self._stages = stages
        self._total = total
        self._ended = 0

    def within(self, untouched: int) -> Progress | None:
        """What a pass tells, in which so many texts had nothing to be done."""
        if self._progress is None:
            return None
        return lambda done, _: self._tell(self._ended * self._total + untouched + done)

    def end(self) -> None:
        """A pass is through."""
        self._ended += 1
        self._tell(self._ended * self._total)

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done // self._stages, self._total)
