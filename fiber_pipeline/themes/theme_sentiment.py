"""The sentiment towards one theme: from the stretches of the comment that speak of it, not from the whole.

A stretch is a clause, cut again at a conjunction where it speaks of several themes. A theme takes the weight of the
stretches its matches stand in. A rule with a polarity of its own settles its stretch ("se corta" is a complaint
though no word in it is bad). A theme whose stretches say nothing takes the nearest that speak of no theme
("La atención: pésima").
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fiber_pipeline.sentiment.clause_scores import score_clauses
from fiber_pipeline.text import Token
from fiber_pipeline.themes.matcher import Match

_CONJUNCTIONS = frozenset({"y", "e", "ha", "ademas", "tambien", "mas", "and", "avei", "igual", "ni", "con"})
_RULE_WEIGHT = 1.0
# Added to the sum of weights, so that a single faint word does not count like a rant.
_SMOOTHING = 0.5
_MIXED_FROM = 0.5
_NEUTRAL_BELOW = 0.1


class ThemeSentiment(NamedTuple):
    """`sentiment` is one of tables.vocabulary.SENTIMENTS, `score` in [-1, 1]."""

    sentiment: str
    score: float


class _Stretch(NamedTuple):
    first: int
    last: int
    positive: float
    negative: float


def theme_sentiments(
    tokens: Sequence[Token],
    clauses: Sequence[tuple[int, int]],
    matches: Mapping[str, Sequence[Match]],
    polarities: Mapping[Match, float | None],
) -> dict[str, ThemeSentiment]:
    """Judge every theme of a comment.

    clauses: `split_clauses(tokens)`. matches: by theme, each with at least one. polarities: each match's own
    polarity in [-1, 1], turned round where it is negated; None where its rule has none.
    """
    stretches = _stretches(tokens, clauses, matches)
    themed = [any(_overlap(stretch, match) for part in matches.values() for match in part) for stretch in stretches]
    return {theme: _judge(stretches, themed, part, polarities, tokens) for theme, part in matches.items()}


def _judge(
    stretches: Sequence[_Stretch],
    themed: Sequence[bool],
    matches: Sequence[Match],
    polarities: Mapping[Match, float | None],
    tokens: Sequence[Token],
) -> ThemeSentiment:
    positive = negative = 0.0
    is_settled = False
    own = [place for place, stretch in enumerate(stretches) if any(_overlap(stretch, match) for match in matches)]
    for place in own:
        stretch = stretches[place]
        given = [
            polarity for match in matches if _overlap(stretch, match) and (polarity := polarities[match]) is not None
        ]
        is_settled = is_settled or bool(given)
        praise = _RULE_WEIGHT * sum(polarity for polarity in given if polarity > 0)
        complaint = -_RULE_WEIGHT * sum(polarity for polarity in given if polarity < 0)
        positive += praise + (stretch.positive if praise or not given else 0.0)
        negative += complaint + (stretch.negative if complaint or not given else 0.0)
    if not is_settled and positive == negative == 0.0:
        positive, negative = _borrowed(stretches, themed, own, tokens)
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


def _borrowed(
    stretches: Sequence[_Stretch], themed: Sequence[bool], own: Sequence[int], tokens: Sequence[Token]
) -> tuple[float, float]:
    """What the nearest telling stretch without a theme weighs; the one after goes before the one ahead."""
    for distance in range(1, len(stretches)):
        for place in (own[-1] + distance, own[0] - distance):
            if 0 <= place < len(stretches) and not themed[place] and not _asks(stretches[place], tokens):
                stretch = stretches[place]
                if stretch.positive or stretch.negative:
                    return stretch.positive, stretch.negative
    return 0.0, 0.0


def _asks(stretch: _Stretch, tokens: Sequence[Token]) -> bool:
    return any("?" in token.surface for token in tokens[stretch.first : stretch.last] if token.kind == "punctuation")


def _stretches(
    tokens: Sequence[Token], clauses: Sequence[tuple[int, int]], matches: Mapping[str, Sequence[Match]]
) -> list[_Stretch]:
    scores = score_clauses(tokens)
    if len(matches) == 1:
        return [_Stretch(*score[:4]) for score in scores]
    stretches = []
    for score in scores:
        cuts = _cuts(tokens, score.first, score.last, matches)
        if not cuts:
            stretches.append(_Stretch(*score[:4]))
            continue
        for first, last in zip([score.first, *cuts], [*cuts, score.last], strict=True):
            parts = score_clauses(tokens[first:last])
            stretches.append(
                _Stretch(first, last, sum(part.positive for part in parts), sum(part.negative for part in parts))
            )
    return stretches


def _cuts(tokens: Sequence[Token], first: int, last: int, matches: Mapping[str, Sequence[Match]]) -> list[int]:
    """Where a conjunction parts the matches of one theme from those of the next."""
    inside = sorted(
        (match.first, match.last, theme)
        for theme, part in matches.items()
        for match in part
        if first <= match.first and match.last <= last
    )
    cuts = []
    for (_, end, theme), (start, _, next_theme) in zip(inside, inside[1:], strict=False):
        if theme != next_theme:
            joints = [place for place in range(end, start) if tokens[place].folded in _CONJUNCTIONS]
            if joints:
                cuts.append(joints[0])
    return cuts


def _overlap(stretch: _Stretch, match: Match) -> bool:
    return match.first < stretch.last and stretch.first < match.last
