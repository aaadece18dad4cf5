"""Reading a comment: which of its words weigh, and what its clauses add up to."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from fiber_pipeline.annotation.sentiment.adjustment import adjust
from fiber_pipeline.annotation.sentiment.guarani import analyses
from fiber_pipeline.annotation.sentiment.hits import Hit, flip, scale
from fiber_pipeline.annotation.sentiment.knowledge import Knowledge, default_knowledge
from fiber_pipeline.annotation.sentiment.lexicon import Entry
from fiber_pipeline.annotation.sentiment.modifiers import Modifier
from fiber_pipeline.annotation.sentiment.one_word import Answer, answer_key
from fiber_pipeline.annotation.sentiment.patterns import Pattern, PatternIndex, WordMatches, joined, spans
from fiber_pipeline.annotation.sentiment.rules import Rule
from fiber_pipeline.annotation.sentiment.urgency_rules import UrgencyRule
from fiber_pipeline.text import Token, split_clauses

Meaning = Rule | Entry

_CACHED_WORDS = 32_768
_LONGEST_WORD = 40  # what is longer is no word of any language here; taking it apart would only cost time
# Summed weight squared at which the score has come to 0.7 of its most: one plain word (2) scores 0.63.
_SATURATION = 6.0
_BEFORE_CONTRAST = 0.85


@dataclass(slots=True)
class Reading:
    """A comment read: hits in order, clauses with their sums, and the comment's sums after contrast."""

    hits: list[Hit]
    clauses: list[tuple[int, int]]
    clause_factors: list[float]
    clause_positive: list[float]
    clause_negative: list[float]
    positive: float
    negative: float
    answer: Answer | None
    urgency: list[tuple[UrgencyRule, int, int]]


def normalised(weight: float) -> float:
    """A sum of weights as a score in (-1, 1): w / √(w² + saturation), after VADER (Hutto and Gilbert 2014)."""
    return weight / math.sqrt(weight * weight + _SATURATION)


@dataclass(frozen=True, slots=True)
class _Word:
    """What is known of one folded word."""

    entry: Entry | None
    strength: float
    is_negated: bool
    modifier: Modifier | None
    matches: WordMatches[Meaning]
    urgency: WordMatches[UrgencyRule]


class CommentReader:
    """Reads comments with one body of knowledge; what it knows of each word is kept for the next."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        patterns: list[Pattern[Meaning]] = [*knowledge.rules, *knowledge.lexicon.phrases]
        self._patterns = PatternIndex(patterns)
        self._urgency_patterns = PatternIndex(knowledge.urgency_rules)
        self._second_words = {pair.split()[1] for pair in knowledge.modifiers if " " in pair}
        self._word = lru_cache(maxsize=_CACHED_WORDS)(self._look_up)

    def read(self, tokens: Sequence[Token], *, for_urgency: bool = True) -> Reading:
        """Weigh the tokens of `fiber_pipeline.text.tokenize`; `urgency` stays empty unless `for_urgency`."""
        clauses = split_clauses(tokens)
        folded = [token.folded for token in tokens]
        known = [self._word(token.folded) if token.kind in _WORDLIKE else None for token in tokens]
        hidden = [] if _NAMES_FOLLOW.isdisjoint(folded) else _hide_names(tokens, known)
        text = joined(folded)
        answer = self._answer(tokens)
        urgency = self._urgency(known, text) if for_urgency else []
        if answer is not None:
            hits = _answered(answer, len(tokens))
        else:
            hits = self._hits(tokens, known, hidden, text)
            if hits:
                adjust(tokens, self._modifiers(folded, known), clauses, hits)
        return _summed(known, clauses, hits, answer, urgency)

    def _answer(self, tokens: Sequence[Token]) -> Answer | None:
        if len(tokens) > 8:
            return None
        key = answer_key(tokens)
        return self._knowledge.answers.get(key) if key else None

    def _modifiers(self, folded: Sequence[str], known: Sequence[_Word | None]) -> list[Modifier | None]:
        """What each word does to others; two that stand in the list together ("un poco") do it as one."""
        modifiers = [word.modifier if word is not None else None for word in known]
        if not self._second_words.isdisjoint(folded):
            for position, (first, second) in enumerate(pairwise(folded), start=1):
                if second in self._second_words:
                    pair = f"{first} {second}"
                    modifiers[position] = self._knowledge.modifiers.get(pair, modifiers[position])
        return modifiers

    def _look_up(self, folded: str) -> _Word | None:
        entry, strength, is_negated = self._find(folded)
        modifier = self._knowledge.modifiers.get(folded)
        matches, urgency = self._patterns.matches(folded), self._urgency_patterns.matches(folded)
        if entry is None and modifier is None and not matches.elements and not urgency.elements:
            return None
        return _Word(entry, strength, is_negated, modifier, matches, urgency)

    def _denies(self, folded: str) -> bool:
        """Whether a phrase that begins with this word is a denial itself, which another does not turn round."""
        modifier = self._knowledge.modifiers.get(folded)
        return modifier is not None and modifier.negation > 0

    def _find(self, folded: str) -> tuple[Entry | None, float, bool]:
        lexicon = self._knowledge.lexicon
        if found := lexicon.words.get(folded):
            return *found, False
        if entry := lexicon.guarani.get(folded):
            return entry, 1.0, False
        for length in range(min(len(folded), _LONGEST_WORD), 2, -1):
            if entry := lexicon.prefixes.get(folded[:length]):
                return entry, 1.0, False
        for form in analyses(folded) if len(folded) <= _LONGEST_WORD else ():
            if entry := lexicon.guarani.get(form.stem):
                return entry, form.strength, form.is_negated
        return None, 1.0, False

    def _urgency(self, known: Sequence[_Word | None], text: str) -> list[tuple[UrgencyRule, int, int]]:
        patterns = self._urgency_patterns.candidates([word.urgency for word in known if word is not None])
        return [(pattern.meaning, first, last) for pattern in patterns for first, last in spans(pattern, text)]

    def _hits(
        self, tokens: Sequence[Token], known: Sequence[_Word | None], hidden: Sequence[int], text: str
    ) -> list[Hit]:
        candidates: list[Hit] = []
        effects: list[Hit] = []
        for pattern in self._patterns.candidates([word.matches for word in known if word is not None]):
            meaning = pattern.meaning
            for first, last in spans(pattern, text):
                if isinstance(meaning, Entry):
                    negatable = not self._denies(tokens[first].folded)
                    candidates.append(_hit(first, last, "phrase", meaning, negatable=negatable))
                else:
                    hit = Hit(
                        first,
                        last,
                        "rule",
                        meaning.id,
                        meaning.weight,
                        meaning.weight,
                        meaning.effect,
                        meaning.emotions,
                        meaning.negatable,
                    )
                    (candidates if meaning.effect == "score" else effects).append(hit)
        taken = [False] * len(tokens)
        for position in hidden:
            taken[position] = True
        hits: list[Hit] = []
        if len(candidates) > 1:
            candidates.sort(key=_precedence)
        for hit in candidates:
            if True not in taken[hit.first : hit.last]:
                taken[hit.first : hit.last] = [True] * (hit.last - hit.first)
                if hit.base:
                    hits.append(hit)
        hits.extend(self._single(tokens, known, taken))
        hits.extend(effects)
        if len(hits) > 1:
            hits.sort(key=_place)
        return hits

    def _single(self, tokens: Sequence[Token], known: Sequence[_Word | None], taken: Sequence[bool]) -> Iterator[Hit]:
        emojis = self._knowledge.lexicon.emojis
        for position, word in enumerate(known):
            if taken[position]:
                continue
            if word is not None and word.entry is not None:
                entry = word.entry
                if entry.weight:
                    hit = _hit(position, position + 1, "word", entry)
                    if word.strength != 1.0:
                        scale(hit, "form", word.strength)
                    if word.is_negated:
                        flip(hit, tokens[position].folded)
                    yield hit
            elif tokens[position].kind in ("emoji", "emoticon"):
                surface = tokens[position].surface
                found = emojis.get(surface) or emojis.get(surface[0])
                if found is not None and found.weight:
                    yield _hit(position, position + 1, "emoji", found, negatable=False)


_WEB = ("http", "https", "www")
_NAMES_FOLLOW = frozenset(("@", *_WEB))
_WORDLIKE = ("word", "number")


def _hit(first: int, last: int, source: str, entry: Entry, *, negatable: bool = True) -> Hit:
    """A hit of an entry; emojis have no kind of their own."""
    kind = "w" if source == "emoji" else entry.kind
    return Hit(first, last, source, entry.entry, entry.weight, entry.weight, kind, entry.emotions, negatable)


def _precedence(hit: Hit) -> tuple[bool, int, int, float]:
    """Rules before phrases, then the longer, the earlier, the stronger."""
    return hit.source != "rule", hit.first - hit.last, hit.first, -abs(hit.base)


def _place(hit: Hit) -> int:
    return hit.first


def _hide_names(tokens: Sequence[Token], known: list[_Word | None]) -> list[int]:
    """Forget what words of an @name or a web address say, and return where they stand."""
    hidden: list[int] = []
    hides = False
    for position, token in enumerate(tokens):
        hides = hides and token.start == tokens[position - 1].end
        if hides:
            known[position] = None
            hidden.append(position)
        hides = hides or token.surface == "@" or token.folded in _WEB
    return hidden


def _answered(answer: Answer, length: int) -> list[Hit]:
    hit = Hit(0, length, "answer", answer.answer, answer.weight, answer.weight, "w", answer.emotions, False)
    return [hit] if answer.weight else []


def _summed(
    known: Sequence[_Word | None],
    clauses: list[tuple[int, int]],
    hits: list[Hit],
    answer: Answer | None,
    urgency: list[tuple[UrgencyRule, int, int]],
) -> Reading:
    positive, negative = [0.0] * len(clauses), [0.0] * len(clauses)
    factors = [1.0] * len(clauses)
    if not hits:
        return Reading(hits, clauses, factors, positive, negative, 0.0, 0.0, answer, urgency)
    clause = 0
    for hit in hits:  # in order, as clauses are
        while clauses[clause][1] <= hit.first:
            clause += 1
        if hit.value > 0:
            positive[clause] += hit.value
        else:
            negative[clause] -= hit.value
    if len(clauses) > 1:
        _weigh_contrast(known, clauses, factors)
    total_positive = total_negative = 0.0
    for index, factor in enumerate(factors):
        total_positive += positive[index] * factor
        total_negative += negative[index] * factor
    return Reading(hits, clauses, factors, positive, negative, total_positive, total_negative, answer, urgency)


def _weigh_contrast(known: Sequence[_Word | None], clauses: list[tuple[int, int]], factors: list[float]) -> None:
    """What follows "pero" counts more, what it follows less; both stay."""
    for index, (first, last) in enumerate(clauses):
        for position in range(first, min(first + 2, last)):
            word = known[position]
            if word is None or word.modifier is None:
                continue
            if word.modifier.contrast and index:
                factors[index] *= word.modifier.contrast
                factors[index - 1] *= _BEFORE_CONTRAST
                break
            if word.modifier.concession:
                factors[index] *= word.modifier.concession
                break


@lru_cache(maxsize=1)
def default_reader() -> CommentReader:
    """A reader with the package's own data, one a process, so that what it knows of words serves all who ask."""
    return CommentReader(default_knowledge())
