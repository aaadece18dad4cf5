"""The sentiment towards one theme: from the stretches of the comment that speak of it, not from the whole.

A stretch is a clause, cut again at a conjunction where it speaks of several themes. A rule with a polarity of its own
settles its stretch ("se corta" is a complaint though no word in it is bad); otherwise the stretch weighs what its words
weigh, with those of a contrast that follows ("bien, pero mal de noche"). A theme whose stretches say nothing takes the
nearest that speaks of no theme ("La atención: pésima").
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from fiber_pipeline.annotation.sentiment.clause_scores import score_clauses
from fiber_pipeline.text import Token

_CONJUNCTIONS = frozenset({"y", "e", "ha", "ademas", "tambien", "mas", "and", "avei", "igual", "ni", "con"})
_CONTRASTS = frozenset({"pero", "aunque", "salvo", "excepto", "sino"})
_EXCEPTIONS = frozenset({"salvo", "excepto", "exceptuando"})
# With an article only: "menos cortes" are fewer, "menos los cortes" is all but them.
_EXCEPTIONS_WITH_ARTICLE = frozenset({"menos"})
_ARTICLES = frozenset({"el", "la", "los", "las", "lo", "su", "sus"})
# Added to the sum of weights, so that a single faint word does not count like a rant.
_SMOOTHING = 0.5
_MIXED_FROM = 0.5
_NEUTRAL_BELOW = 0.1


class Mention(NamedTuple):
    """Where a theme is shown: positions in the tokens, `last` exclusive, and the polarity its rule gives it, if any."""

    theme: str
    first: int
    last: int
    polarity: float | None


class ThemeSentiment(NamedTuple):
    """`sentiment` is one of tables.vocabulary.SENTIMENTS, `score` in [-1, 1]."""

    sentiment: str
    score: float


def theme_sentiments(
    tokens: Sequence[Token], clauses: Sequence[tuple[int, int]], mentions: Sequence[Mention]
) -> dict[str, ThemeSentiment]:
    """Judge every theme of a comment. `clauses` is `split_clauses(tokens)`; `mentions` are in order."""
    mentions = [
        mention._replace(polarity=-1.0) if _is_excepted(tokens, mention.first) else mention for mention in mentions
    ]
    by_theme: dict[str, list[Mention]] = {}
    for mention in mentions:
        by_theme.setdefault(mention.theme, []).append(mention)
    stretches: Sequence[tuple[int, int]] = clauses
    if len(by_theme) > 1 and any(mention.polarity is None for mention in mentions):
        stretches = _stretches(tokens, clauses, mentions)
    weights = _Weights(tokens, clauses, stretches)
    return {theme: _judge(own, mentions, stretches, weights) for theme, own in by_theme.items()}


def _is_excepted(tokens: Sequence[Token], first: int) -> bool:
    """Whether what begins at `first` is left out of praise: "todo bien, menos el precio"."""
    before = first - 1
    exceptions = _EXCEPTIONS
    if before > 0 and tokens[before].folded in _ARTICLES:
        before -= 1
        exceptions = _EXCEPTIONS | _EXCEPTIONS_WITH_ARTICLE
    return before > 0 and tokens[before].folded in exceptions and any(token.kind == "word" for token in tokens[:before])


class _Weights:
    """Positive and negative weight of each stretch, by the words in it; looked up only where it is asked for."""

    def __init__(
        self, tokens: Sequence[Token], clauses: Sequence[tuple[int, int]], stretches: Sequence[tuple[int, int]]
    ) -> None:
        self.tokens = tokens
        self._whole = set(clauses)
        self._stretches = stretches
        self._of_clauses: dict[tuple[int, int], tuple[float, float]] = {}

    def __getitem__(self, place: int) -> tuple[float, float]:
        first, last = self._stretches[place]
        if (first, last) not in self._whole:
            scores = score_clauses(self.tokens[first:last])
            return sum(score.positive for score in scores), sum(score.negative for score in scores)
        if not self._of_clauses:
            for score in score_clauses(self.tokens):
                self._of_clauses[score.first, score.last] = score.positive, score.negative
        return self._of_clauses[first, last]


def _judge(
    of_theme: Sequence[Mention], mentions: Sequence[Mention], stretches: Sequence[tuple[int, int]], weights: _Weights
) -> ThemeSentiment:
    given = [mention for mention in of_theme if mention.polarity is not None]
    positive = sum(mention.polarity for mention in given if mention.polarity and mention.polarity > 0)
    negative = -sum(mention.polarity for mention in given if mention.polarity and mention.polarity < 0)
    if len(given) == len(of_theme):
        return _labelled(positive, negative)
    own = [
        place
        for place, stretch in enumerate(stretches)
        if _is_themed(stretch, of_theme) and not _is_themed(stretch, given)
    ]
    for place in (*own, *_contrasts(mentions, own, stretches, weights.tokens)):
        praise, complaint = weights[place]
        positive += praise
        negative += complaint
    if not given and positive == negative == 0.0:
        positive, negative = _borrowed(mentions, own, stretches, weights)
    return _labelled(positive, negative)


def _labelled(positive: float, negative: float) -> ThemeSentiment:
    if positive == negative == 0.0:
        return ThemeSentiment("neutral", 0.0)
    score = (positive - negative) / (positive + negative + _SMOOTHING)
    if min(positive, negative) >= _MIXED_FROM * max(positive, negative):
        return ThemeSentiment("mixed", score)
    if abs(score) < _NEUTRAL_BELOW:
        return ThemeSentiment("neutral", score)
    return ThemeSentiment("positive" if score > 0 else "negative", score)


def _contrasts(
    mentions: Sequence[Mention], own: Sequence[int], stretches: Sequence[tuple[int, int]], tokens: Sequence[Token]
) -> list[int]:
    """Stretches after one of `own` that go on about it: "anda bien, pero mal de noche"."""
    return [
        place + 1
        for place in own
        if place + 1 < len(stretches)
        and tokens[stretches[place + 1][0]].folded in _CONTRASTS
        and not _is_themed(stretches[place + 1], mentions)
    ]


def _is_themed(stretch: tuple[int, int], mentions: Sequence[Mention]) -> bool:
    return any(mention.first < stretch[1] and stretch[0] < mention.last for mention in mentions)


def _asks(stretch: tuple[int, int], tokens: Sequence[Token]) -> bool:
    return any("?" in token.surface for token in tokens[slice(*stretch)] if token.kind == "punctuation")


def _borrowed(
    mentions: Sequence[Mention], own: Sequence[int], stretches: Sequence[tuple[int, int]], weights: _Weights
) -> tuple[float, float]:
    """What the nearest telling stretch without a theme weighs; the one after goes before the one ahead.

    A question takes nothing: thanks after it are no praise.
    """
    if any(_asks(stretches[place], weights.tokens) for place in own):
        return 0.0, 0.0
    for distance in range(1, len(stretches)):
        for place in (own[-1] + distance, own[0] - distance):
            if not 0 <= place < len(stretches):
                continue
            stretch = stretches[place]
            if not _is_themed(stretch, mentions) and not _asks(stretch, weights.tokens) and any(weights[place]):
                return weights[place]
    return 0.0, 0.0


def _stretches(
    tokens: Sequence[Token], clauses: Sequence[tuple[int, int]], mentions: Sequence[Mention]
) -> list[tuple[int, int]]:
    """Clauses, cut where a conjunction parts a mention of one theme from one of the next."""
    stretches: list[tuple[int, int]] = []
    for first, last in clauses:
        inside = [mention for mention in mentions if first <= mention.first and mention.last <= last]
        cuts = []
        for one, other in pairwise(inside):
            if one.theme != other.theme:
                joints = [place for place in range(one.last, other.first) if tokens[place].folded in _CONJUNCTIONS]
                cuts.extend(joints[:1])
        stretches.extend(pairwise([first, *cuts, last]))
    return stretches
