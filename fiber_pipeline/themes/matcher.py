"""Finds a taxonomy's themes in a comment: where each rule matched, and which matches were excluded and why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fiber_pipeline.text import Token, split_clauses
from fiber_pipeline.themes.patterns import Element, Pattern
from fiber_pipeline.themes.taxonomy import Rule, Taxonomy
from fiber_pipeline.themes.words import WordIndex

_SENTENCE_ENDS = frozenset(".;!?¡¿…")


class Match(NamedTuple):
    """A rule that matched: positions of its first word and past its last word, in the comment's tokens."""

    theme: str
    rule: Rule
    pattern: Pattern
    first: int
    last: int


class Excluded(NamedTuple):
    """A match that does not count, and the pattern and kind of condition (unless, without, near, …) that says so."""

    match: Match
    condition: str
    by: str


class Matches(NamedTuple):
    """What was found in one comment: matches that count, longest first where they overlap, and those that do not."""

    counting: list[Match]
    excluded: list[Excluded]


class Words(NamedTuple):
    """A comment's words, as patterns see them; four sequences of equal length.

    positions: of each word in the tokens. sets: the form sets each word belongs to. clauses, sentences: which one
    each word stands in, counted from 0.
    """

    positions: list[int]
    sets: list[frozenset[int]]
    clauses: list[int]
    sentences: list[int]


class _Sequence(NamedTuple):
    """A compiled sequence of elements: form set, gap and scope of each, and the rule it belongs to."""

    sets: tuple[int, ...]
    gaps: tuple[int, ...]
    wide: tuple[bool, ...]
    pattern: Pattern
    owner: int


@dataclass(frozen=True)
class _Owner:
    """What a compiled pattern is for: a rule's match or, where `rule` is None, a theme's exclusion."""

    theme: str
    rule: Rule | None


class Matcher:
    """A taxonomy compiled for speed.

    Every sequence of elements waits under its rarest form set and is tried only on comments that hold all of its
    form sets; conditions are looked at only once a match stands.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._set_ids: dict[frozenset[str], int] = {}
        self._owners: list[_Owner] = []
        self._conditions: dict[str, list[_Sequence]] = {}
        sequences: list[_Sequence] = []
        for theme in taxonomy.themes.values():
            for rule in theme.rules:
                self._owners.append(_Owner(theme.slug, rule))
                for pattern in rule.match:
                    sequences.extend(self._compile(pattern, len(self._owners) - 1))
                for pattern in (*rule.near, *rule.unless, *rule.with_, *rule.without):
                    self._conditions[pattern.source] = self._compile(pattern, -1)
            self._owners.append(_Owner(theme.slug, None))
            for pattern in theme.exclusions:
                sequences.extend(self._compile(pattern, len(self._owners) - 1))
        self._idioms = [sequence for pattern in taxonomy.negation.idioms for sequence in self._compile(pattern, -1)]
        self._negators = self._set_id(taxonomy.negation.words)
        usage: dict[int, int] = defaultdict(int)
        for sequence in sequences:
            for identity in set(sequence.sets):
                usage[identity] += 1
        forms = list(self._set_ids)
        self._waiting: dict[int, list[tuple[frozenset[int], _Sequence]]] = defaultdict(list)
        for sequence in sequences:
            # The form set fewest rules use, and of those the one with fewest forms, is likely the rarest.
            rarest = min(sequence.sets, key=lambda identity: (usage[identity], len(forms[identity])))
            self._waiting[rarest].append((frozenset(sequence.sets), sequence))
        self._index = WordIndex(forms, taxonomy.spelling)

    def _compile(self, pattern: Pattern, owner: int) -> list[_Sequence]:
        return [self._compile_sequence(sequence, pattern, owner) for sequence in pattern.sequences]

    def _compile_sequence(self, elements: tuple[Element, ...], pattern: Pattern, owner: int) -> _Sequence:
        return _Sequence(
            tuple(self._set_id(element.forms) for element in elements),
            tuple(element.gap for element in elements),
            tuple(element.in_sentence for element in elements),
            pattern,
            owner,
        )

    def _set_id(self, forms: frozenset[str]) -> int:
        return self._set_ids.setdefault(forms, len(self._set_ids))

    def words(self, tokens: Sequence[Token], clauses: Sequence[tuple[int, int]]) -> Words:
        """Look every word of a comment up. `clauses` is `split_clauses(tokens)`."""
        words = Words([], [], [], [])
        sets_of = self._index.sets_of
        sentence = 0
        for clause, (first, last) in enumerate(clauses):
            for position in range(first, last):
                token = tokens[position]
                kind = token.kind
                if kind == "word":
                    words.sets.append(sets_of(token.folded))
                elif kind == "number":
                    words.sets.append(self._index.any_number)
                elif kind == "mark":
                    words.sets.append(self._index.any_word)
                else:
                    if kind == "punctuation" and token.surface[0] in _SENTENCE_ENDS:
                        sentence += 1
                    continue
                words.positions.append(position)
                words.clauses.append(clause)
                words.sentences.append(sentence)
        return words

    def find(self, words: Words) -> Matches:
        """Find every theme of the taxonomy."""
        present = frozenset().union(*words.sets)
        found: list[tuple[_Owner, Match, int, int]] = []
        banned: dict[str, list[tuple[int, int, str]]] = {}
        waiting = self._waiting
        for identity in present:
            for needed, sequence in waiting.get(identity, ()):
                if needed <= present:
                    owner = self._owners[sequence.owner]
                    for first, last in _spans(sequence, words):
                        if owner.rule is None:
                            banned.setdefault(owner.theme, []).append((first, last, sequence.pattern.source))
                        else:
                            match = Match(
                                owner.theme,
                                owner.rule,
                                sequence.pattern,
                                words.positions[first],
                                words.positions[last] + 1,
                            )
                            found.append((owner, match, first, last))
        if not found:
            return Matches([], [])
        counting: list[Match] = []
        excluded: list[Excluded] = []
        for _, match, first, last in found:
            reason = self._excluded(match, first, last, words, banned.get(match.theme, ()))
            if reason is None:
                counting.append(match)
            else:
                excluded.append(Excluded(match, *reason))
        return Matches(_longest(counting), sorted(excluded, key=lambda one: _order(one.match)))

    def _excluded(
        self, match: Match, first: int, last: int, words: Words, banned: Sequence[tuple[int, int, str]]
    ) -> tuple[str, str] | None:
        for from_, to, source in banned:
            if from_ <= last and first <= to:
                return "exclusions", source
        rule = match.rule
        clauses = set(words.clauses[first : last + 1])
        for pattern in rule.unless:
            if self._stands(pattern, words, clauses):
                return "unless", pattern.source
        for pattern in rule.without:
            if self._stands(pattern, words, None):
                return "without", pattern.source
        if rule.near and not any(self._stands(pattern, words, clauses) for pattern in rule.near):
            return "near", " / ".join(pattern.source for pattern in rule.near)
        if rule.with_ and not any(self._stands(pattern, words, None) for pattern in rule.with_):
            return "with", " / ".join(pattern.source for pattern in rule.with_)
        return None

    def _stands(self, pattern: Pattern, words: Words, clauses: set[int] | None) -> bool:
        return any(
            clauses is None or not clauses.isdisjoint(words.clauses[first : last + 1])
            for sequence in self._conditions[pattern.source]
            for first, last in _spans(sequence, words)
        )

    def is_negated(self, match: Match, words: Words) -> bool:
        """Whether one of the three words before a match, in its clause, denies it."""
        first = words.positions.index(match.first)
        negators = [
            place
            for place in range(max(0, first - 3), first)
            if self._negators in words.sets[place] and words.clauses[place] == words.clauses[first]
        ]
        if not negators:
            return False
        idioms = [span for sequence in self._idioms for span in _spans(sequence, words)]
        standing = [place for place in negators if not any(start <= place <= end for start, end in idioms)]
        return bool(standing)


def _order(match: Match) -> tuple[int, int, str, str]:
    return match.first, -match.last, match.theme, match.pattern.source


def _longest(matches: list[Match]) -> list[Match]:
    """Leave out what lies within a longer match of the same theme, or repeats it."""
    kept: list[Match] = []
    for match in sorted(matches, key=_order):
        if not any(one.theme == match.theme and one.first <= match.first and match.last <= one.last for one in kept):
            kept.append(match)
    return kept


def _spans(sequence: _Sequence, words: Words) -> list[tuple[int, int]]:
    """Where a sequence stands: first and last word, for each first word the nearest last one."""
    head, sets = sequence.sets[0], words.sets
    length = len(sets)
    starts = range(1) if sequence.pattern.from_start else range(length - len(sequence.sets) + 1)
    found = []
    for start in starts:
        if start < length and head in sets[start]:
            end = _extend(sequence, words, 1, start)
            if end is not None:
                found.append((start, end))
    return found


def _extend(sequence: _Sequence, words: Words, element: int, place: int) -> int | None:
    if element == len(sequence.sets):
        return place if not sequence.pattern.to_end or place == len(words.sets) - 1 else None
    wanted = sequence.sets[element]
    scope = words.sentences if sequence.wide[element] else words.clauses
    for other in range(place + 1, min(place + 2 + sequence.gaps[element], len(words.sets))):
        if scope[other] != scope[place]:
            return None
        if wanted in words.sets[other]:
            end = _extend(sequence, words, element + 1, other)
            if end is not None:
                return end
    return None


def match_tokens(matcher: Matcher, tokens: Sequence[Token]) -> Matches:
    """Find themes in tokens, where nothing else is wanted of them."""
    return matcher.find(matcher.words(tokens, split_clauses(tokens)))
