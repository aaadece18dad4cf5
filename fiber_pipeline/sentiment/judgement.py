"""A comment judged: read, labelled and weighed for urgency, from its own words or else from its gloss."""

from collections.abc import Sequence
from dataclasses import dataclass

from fiber_pipeline.sentiment.labels import Verdict, verdict
from fiber_pipeline.sentiment.reading import CommentReader, Reading
from fiber_pipeline.sentiment.urgency import urgency_of
from fiber_pipeline.text import Token, tokenize


@dataclass(frozen=True, slots=True)
class Judgement:
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
    tokens = tokenize(text)
    reading = reader.read(tokens)
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
