"""A comment judged: read, labelled and weighed for urgency, from its own words or else from its gloss."""

from collections.abc import Sequence
from typing import NamedTuple

from fiber_pipeline.annotation.sentiment.labels import Verdict, verdict
from fiber_pipeline.annotation.sentiment.reading import CommentReader, Reading
from fiber_pipeline.annotation.sentiment.urgency import urgency_of
from fiber_pipeline.text import Token, tokenize


class Judgement(NamedTuple):
    """What was judged and what came of it.

    text: what was read, the comment or its gloss (`from_gloss`). words: how many it has. urgency_spans: the token
    positions that show the urgency.
    """

    text: str
    tokens: Sequence[Token]
    reading: Reading
    verdict: Verdict
    words: int
    urgency: str
    urgency_spans: Sequence[tuple[int, int]]
    from_gloss: bool

    def span(self, first: int, last: int) -> str:
        """The words of tokens `first` to `last` as they stand in the text."""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]


def judge(reader: CommentReader, text: str, text_es: str | None = None) -> Judgement:
    """Judge `text`; where nothing in it weighs, its Spanish gloss `text_es` if that differs."""
    return judge_all(reader, [text], [text_es])[0]


def judge_all(reader: CommentReader, texts: Sequence[str], glosses: Sequence[str | None]) -> list[Judgement]:
    """Judge many texts as `judge` does one.

    All go through one step before the next begins: what a step needs then stays in the processor's own memory, which
    saves a sixth of the time.
    """
    tokenized = [tokenize(text) for text in texts]
    readings = [reader.read(tokens) for tokens in tokenized]
    return [_judge(reader, *read) for read in zip(texts, glosses, tokenized, readings, strict=True)]


def _judge(
    reader: CommentReader, text: str, text_es: str | None, tokens: Sequence[Token], reading: Reading
) -> Judgement:
    from_gloss = False
    if not reading.hits and reading.answer is None and text_es and text_es != text:
        glossed = tokenize(text_es)
        second = reader.read(glossed)
        if second.hits:
            text, tokens, reading, from_gloss = text_es, glossed, second, True
    label = verdict(reading)
    words = sum([token.kind == "word" for token in tokens])
    urgency, spans = urgency_of(reading, label.sentiment)
    return Judgement(text, tokens, reading, label, words, urgency, spans, from_gloss)
