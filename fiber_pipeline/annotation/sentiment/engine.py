"""The local sentiment engine: no account, no download, the same answer every time."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.engines import ITEM, Answers
from fiber_pipeline.annotation.sentiment.confidence import confidence
from fiber_pipeline.annotation.sentiment.data_files import DATA
from fiber_pipeline.annotation.sentiment.emotions import emotions_of
from fiber_pipeline.annotation.sentiment.hits import Hit
from fiber_pipeline.annotation.sentiment.judgement import Judgement, judge_all
from fiber_pipeline.annotation.sentiment.knowledge import load_knowledge
from fiber_pipeline.annotation.sentiment.reading import CommentReader, default_reader


def _fingerprint(paths: Iterable[Path]) -> str:
    """Another for other content, so that answers of another lexicon are known as such."""
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.suffix}:{len(content)}:".encode() + content)
    return digest.hexdigest()[:8]


MODEL = f"lexicon-1+{_fingerprint(sorted(path for path in DATA.iterdir() if path.suffix in ('.tsv', '.yaml')))}"

_EMOTION = pa.struct([("emotion", pa.string()), ("strength", pa.float64()), ("evidence", pa.list_(pa.string()))])
_SCHEMA = {
    ITEM: pa.int64(),
    "sentiment": pa.string(),
    "score": pa.float64(),
    "intensity": pa.string(),
    "confidence": pa.float64(),
    "evidence": pa.list_(pa.string()),
    "emotions": pa.list_(_EMOTION),
    "urgency": pa.string(),
    "urgency_evidence": pa.list_(pa.string()),
    "prompt_version": pa.string(),
}


class LocalSentimentEngine:
    """Scores comments by lexicon and rules; see `sentiment.explain` for how a label came about."""

    name = "local"

    def __init__(self, lexicons: Iterable[Path] = (), rules: Iterable[Path] = ()) -> None:
        """Use the package's own data, extended by a user's `lexicons` (TSV) and `rules` (YAML), if any.

        Raises DataFileError or RuleError, saying where, if one of them is malformed.
        """
        lexicons, rules = tuple(lexicons), tuple(rules)
        if lexicons or rules:
            self.model = f"{MODEL}+{_fingerprint(lexicons + rules)}"
            self._reader = CommentReader(load_knowledge(lexicons, rules))
        else:
            self.model = MODEL
            self._reader = default_reader()

    def labels(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Sentiment and confidence of texts as they stand, and nothing else: a few at once, and quickly."""
        return [
            (each.verdict.sentiment, confidence(each.reading, each.verdict, each.words, from_gloss=each.from_gloss))
            for each in judge_all(self._reader, list(texts), [None] * len(texts))
        ]

    def answer(self, request: pd.DataFrame) -> Answers:
        """Score texts; see `SentimentEngine.answer`. Every text is answered."""
        glosses = request["text_es"].tolist() if "text_es" in request else [None] * len(request)
        columns: dict[str, list[Any]] = {name: [] for name in _SCHEMA}
        texts = [text or "" for text in request["text"].tolist()]
        judgements = judge_all(self._reader, texts, [gloss if isinstance(gloss, str) else None for gloss in glosses])
        for item, judgement in enumerate(judgements):
            _append(columns, item, judgement)
        arrays = [pa.array(columns[name], kind) for name, kind in _SCHEMA.items()]
        frame = pa.table(arrays, names=list(_SCHEMA)).to_pandas(types_mapper=pd.ArrowDtype)
        return Answers(frame)


def _append(columns: dict[str, list[Any]], item: int, judgement: Judgement) -> None:
    verdict, reading = judgement.verdict, judgement.reading
    columns[ITEM].append(item)
    columns["sentiment"].append(verdict.sentiment)
    columns["score"].append(round(verdict.score, 4))
    columns["intensity"].append(verdict.intensity)
    columns["confidence"].append(confidence(reading, verdict, judgement.words, from_gloss=judgement.from_gloss))
    columns["evidence"].append([_words(judgement, hit) for hit in reading.hits if hit.value])
    columns["emotions"].append(
        [
            {
                "emotion": emotion.emotion,
                "strength": emotion.strength,
                "evidence": [_words(judgement, hit) for hit in emotion.hits],
            }
            for emotion in emotions_of(reading.hits)
        ]
    )
    columns["urgency"].append(judgement.urgency)
    columns["urgency_evidence"].append([judgement.span(first, last) for first, last in judgement.urgency_spans])
    columns["prompt_version"].append(None)


def _words(judgement: Judgement, hit: Hit) -> str:
    return judgement.span(hit.first, hit.last)
