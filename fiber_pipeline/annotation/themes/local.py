"""The theme engine that needs no account: rules over tokens, deterministic and explainable."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from fiber_pipeline.annotation.engines import Answers
from fiber_pipeline.annotation.sentiment.engine import MODEL as LEXICON_VERSION
from fiber_pipeline.annotation.themes.explanation import Explanation, explain_matches
from fiber_pipeline.annotation.themes.found_theme import FoundTheme
from fiber_pipeline.annotation.themes.matcher import Match, Matcher, Words
from fiber_pipeline.annotation.themes.taxonomy import Taxonomy
from fiber_pipeline.annotation.themes.taxonomy_file import load_taxonomy
from fiber_pipeline.annotation.themes.theme_sentiment import Mention, theme_sentiments
from fiber_pipeline.text import Token, split_clauses, tokenize

RULES_VERSION = "rules-1"


class LocalThemeEngine:
    """Implements themes.protocol.ThemeEngine with the rules of a taxonomy (the package's own by default)."""

    def __init__(self, taxonomy: Taxonomy | None = None) -> None:
        self.taxonomy = taxonomy or load_taxonomy()
        self.name = "local"
        # The sentiment lexicon decides part of every answer too.
        self.model = f"{RULES_VERSION}+{self.taxonomy.fingerprint}+{LEXICON_VERSION}"
        self._matcher = Matcher(self.taxonomy)
        self._order = {theme: place for place, theme in enumerate(self.taxonomy.themes)}

    def answer(self, request: pd.DataFrame) -> Answers:
        """Find themes as the protocol says.

        The original text is read first, since rules know Guaraní and evidence can then be pointed at. Where it
        shows nothing and `text_es` says it differently, that is read instead; evidence is then in its words and has
        no spans.
        """
        columns: dict[str, list[object]] = {name: [] for name in _COLUMNS}
        texts, translations = request["text"].tolist(), request["text_es"].tolist()
        # All go through one step before the next begins: what a step needs then stays in the processor's own memory.
        read = [self._read(text) for text in texts]
        matched = [self._matches(one) for one in read]
        for item, (text, translation) in enumerate(zip(texts, translations, strict=True)):
            found = self._found(read[item], matched[item])
            if not found and translation and translation != text:
                found = [theme._replace(spans=[]) for theme in self.find(translation)]
            for theme in found:
                columns["item"].append(item)
                columns["theme"].append(theme.theme)
                columns["category"].append(theme.category)
                columns["relevance"].append(theme.relevance)
                columns["sentiment"].append(theme.sentiment)
                columns["score"].append(theme.score)
                columns["evidence"].append(theme.evidence)
                columns["evidence_spans"].append([{"start": start, "end": end} for start, end in theme.spans])
        columns["prompt_version"] = [None] * len(columns["item"])
        frame = pd.DataFrame(columns).astype(_COLUMNS)
        return Answers(frame)

    def find(self, text: str) -> list[FoundTheme]:
        """Find the themes of one text, in the taxonomy's order."""
        read = self._read(text)
        return self._found(read, self._matches(read))

    def explain(self, text: str) -> Explanation:
        """Say which rules found which themes in `text`, and which matches did not count and why."""
        read = self._read(text)
        return explain_matches(text, read.tokens, self._matcher.find(read.words), self.find(text))

    def _read(self, text: str) -> "_Read":
        tokens = tokenize(text)
        clauses = split_clauses(tokens)
        return _Read(text, tokens, clauses, self._matcher.words(tokens, clauses))

    def _matches(self, read: "_Read") -> list[Match]:
        return self._matcher.find(read.words).counting if read.words.known else []

    def _found(self, read: "_Read", matches: list[Match]) -> list[FoundTheme]:
        if not matches:
            return []
        text, tokens, clauses, words = read
        mentions = [
            Mention(match.theme, match.first, match.last, self._matcher.polarity(match, words)) for match in matches
        ]
        sentiments = theme_sentiments(tokens, clauses, mentions)
        relevances = _relevances(matches, words)
        found = []
        for theme in sorted(sentiments, key=self._order.__getitem__):
            spans = _spans([match for match in matches if match.theme == theme], tokens)
            category = self.taxonomy.themes[theme].category
            evidence = [text[start:end] for start, end in spans]
            found.append(FoundTheme(theme, category, relevances[theme], *sentiments[theme], evidence, spans))
        return found


class _Read(NamedTuple):
    """A text cut up, and its words as patterns see them."""

    text: str
    tokens: list[Token]
    clauses: list[tuple[int, int]]
    words: Words


_COLUMNS = {
    "item": "int64",
    "theme": "object",
    "category": "object",
    "relevance": "float64",
    "sentiment": "object",
    "score": "float64",
    "evidence": "object",
    "evidence_spans": "object",
    "prompt_version": "object",
}


def _spans(matches: Sequence[Match], tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Where matches stand in characters, those that overlap as one."""
    spans: list[tuple[int, int]] = []
    for match in matches:
        start, end = tokens[match.first].start, tokens[match.last - 1].end
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _relevances(matches: Sequence[Match], words: Words) -> dict[str, float]:
    """How central each theme is: the mean of how surely it is shown and of its share of the comment.

    The share counts the words of the clauses a theme stands in, divided where several stand in one, among the words
    of all clauses with a theme; a theme alone has all of it.
    """
    doubts: dict[str, float] = {}
    for match in matches:
        doubts[match.theme] = doubts.get(match.theme, 1.0) * (1 - match.rule.weight)
    if len(doubts) == 1:
        return {theme: round(1 - doubt / 2, 4) for theme, doubt in doubts.items()}
    themes_of_clause: dict[int, set[str]] = {}
    for match in matches:
        themes_of_clause.setdefault(words.clauses[words.positions.index(match.first)], set()).add(match.theme)
    shares = dict.fromkeys(doubts, 0.0)
    for clause, themes in themes_of_clause.items():
        for theme in themes:
            shares[theme] += words.clauses.count(clause) / len(themes)
    total = sum(shares.values())
    return {theme: round((shares[theme] / total + 1 - doubt) / 2, 4) for theme, doubt in doubts.items()}
