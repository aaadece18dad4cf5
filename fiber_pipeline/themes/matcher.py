"""Finds a taxonomy's themes in a comment: where each rule matched, and which matches were excluded and why."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from fiber_pipeline.text import Token, split_clauses
from fiber_pipeline.themes.patterns import ANY, NUMBER, Element, Pattern
from fiber_pipeline.themes.taxonomy import Rule, Taxonomy
from fiber_pipeline.themes.words import WordIndex

# Words found in most comments: they tell least whether a sequence can match.
_COMMON_WORDS = """
a al con como cuando de del el en es esta ha la las lo los mas me mi mucho muy nada ni no nos nunca otra otro para pero
por que se si siempre sin su te todo todos un una uno y ya
"""
_COMMON = frozenset({ANY, NUMBER, *_COMMON_WORDS.split()})
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
    """A compiled sequence of elements: form set, gap and scope of each, and the rule it belongs to.

    needed: the form sets a comment must hold for a search to be worth while.
    """

    needed: frozenset[int]
    sets: tuple[int, ...]
    gaps: tuple[int, ...]
    wide: tuple[bool, ...]
    pattern: Pattern
    owner: int


class _Owner(NamedTuple):
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
        usage = Counter(identity for sequence in sequences for identity in sequence.needed)
        forms = list(self._set_ids)
        commonness = [len(_COMMON & words) for words in forms]
        self._waiting: dict[int, list[_Sequence]] = defaultdict(list)
        for sequence in sequences:
            # Of a sequence's form sets, the one without common words that fewest rules use is likely the rarest.
            rarest = min(sequence.sets, key=lambda identity: (commonness[identity], usage[identity]))
            self._waiting[rarest].append(sequence)
        self._triggers = frozenset(self._waiting)
        self._index = WordIndex(forms, taxonomy.spelling)

    def _compile(self, pattern: Pattern, owner: int) -> list[_Sequence]:
        return [self._compile_sequence(sequence, pattern, owner) for sequence in pattern.sequences]

    def _compile_sequence(self, elements: tuple[Element, ...], pattern: Pattern, owner: int) -> _Sequence:
        sets = tuple(self._set_id(element.forms) for element in elements)
        return _Sequence(
            frozenset(sets),
            sets,
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
        found: list[tuple[Match, int, int]] = []
        banned: dict[str, list[tuple[int, int, str]]] = {}
        waiting, owners, positions = self._waiting, self._owners, words.positions
        for identity in present & self._triggers:
            for sequence in waiting[identity]:
                if not sequence.needed <= present:
                    continue
                theme, rule = owners[sequence.owner]
                for first, last in _spans(sequence, words):
                    if rule is None:
                        banned.setdefault(theme, []).append((first, last, sequence.pattern.source))
                    else:
                        match = Match(theme, rule, sequence.pattern, positions[first], positions[last] + 1)
                        found.append((match, first, last))
        counting: list[Match] = []
        excluded: list[Excluded] = []
        for match, first, last in found:
            objection = _banned(banned[match.theme], first, last) if match.theme in banned else None
            objection = objection or self._objection(match.rule, first, last, words, present)
            if objection is None:
                counting.append(match)
            else:
                excluded.append(Excluded(match, *objection))
        return Matches(_longest(counting), excluded)

    def _objection(
        self, rule: Rule, first: int, last: int, words: Words, present: frozenset[int]
    ) -> tuple[str, str] | None:
        """The condition of `rule` that a match from word `first` to `last` does not meet, and its pattern."""
        clauses = (words.clauses[first], words.clauses[last])
        if rule.unless and (source := self._standing(rule.unless, words, present, clauses)):
            return "unless", source
        if rule.without and (source := self._standing(rule.without, words, present, None)):
            return "without", source
        if rule.near and not self._standing(rule.near, words, present, clauses):
            return "near", " / ".join(pattern.source for pattern in rule.near)
        if rule.with_ and not self._standing(rule.with_, words, present, None):
            return "with", " / ".join(pattern.source for pattern in rule.with_)
        return None

    def _standing(
        self,
        patterns: Sequence[Pattern],
        words: Words,
        present: frozenset[int],
        clauses: tuple[int, int] | None,
    ) -> str | None:
        """The first of `patterns` that stands in the comment or, where they are given, in clauses from … to …."""
        for pattern in patterns:
            for sequence in self._conditions[pattern.source]:
                if sequence.needed <= present:
                    for first, last in _spans(sequence, words):
                        if clauses is None or (
                            words.clauses[first] <= clauses[1] and clauses[0] <= words.clauses[last]
                        ):
                            return pattern.source
        return None

    def polarity(self, match: Match, words: Words) -> float | None:
        """The polarity of a rule that matched, turned round where one of the three words before denies it.

        A match that begins with a denial was written with it.
        """
        polarity = match.rule.polarity
        if not polarity:
            return polarity
        first = words.positions.index(match.first)
        if self._negators in words.sets[first]:
            return polarity
        negators = [
            place
            for place in range(max(0, first - 3), first)
            if self._negators in words.sets[place] and words.clauses[place] == words.clauses[first]
        ]
        if negators:
            idioms = [span for sequence in self._idioms for span in _spans(sequence, words)]
            if not all(any(start <= place <= end for start, end in idioms) for place in negators):
                return -polarity
        return polarity


def _banned(spans: Sequence[tuple[int, int, str]], first: int, last: int) -> tuple[str, str] | None:
    for start, end, source in spans:
        if start <= last and first <= end:
            return "exclusions", source
    return None


def _order(match: Match) -> tuple[int, int, bool, str, str]:
    # Of rules that matched the same words, one that knows their polarity says more.
    return match.first, -match.last, match.rule.polarity is None, match.theme, match.pattern.source


def _longest(matches: list[Match]) -> list[Match]:
    """Leave out what lies within a longer match of the same theme, or repeats it."""
    if len(matches) < 2:
        return matches
    kept: list[Match] = []
    reach: dict[str, int] = {}
    for match in sorted(matches, key=_order):
        if match.last > reach.get(match.theme, 0):
            reach[match.theme] = match.last
            kept.append(match)
    return kept


def _spans(sequence: _Sequence, words: Words) -> list[tuple[int, int]]:
    """Where a sequence stands: first and last word, for each first word the nearest last one."""
    head, sets = sequence.sets[0], words.sets
    length = len(sets)
    if len(sequence.sets) == 1 and not sequence.pattern.from_start and not sequence.pattern.to_end:
        return [(place, place) for place in range(length) if head in sets[place]]
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
