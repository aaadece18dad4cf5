"""What stands around a word and changes its weight: degree, denial, emphasis, questions, wishes, sarcasm."""

from collections.abc import Sequence

from fiber_pipeline.annotation.sentiment.hits import EFFECTS, Hit, flip, scale
from fiber_pipeline.annotation.sentiment.modifiers import Modifier
from fiber_pipeline.annotation.sentiment.negation import negator_of
from fiber_pipeline.text import Token

_CAPITALS, _STRETCHED, _EXCLAIMED = 1.2, 1.25, 1.1
_QUESTIONED_PRAISE, _QUESTIONED_BLAME, _ASKED_ABOUT = 0.3, 0.6, 0.3
_WISHED_AWAY = 0.3
_DEGREE_REACH = 3


def adjust(
    tokens: Sequence[Token],
    modifiers: Sequence[Modifier | None],
    clauses: Sequence[tuple[int, int]],
    hits: list[Hit],
) -> None:
    """Change the values of `hits` (in order) by what stands around them, and take out those that only have an effect.

    modifiers: what the word at each position does to others, if anything.
    """
    bounds = _clause_of(clauses, len(tokens))
    occupied = {position for hit in hits if hit.kind not in EFFECTS for position in range(hit.first, hit.last)}
    used: set[int] = set()
    shouting = _is_all_capitals(tokens)
    for hit in hits:
        if hit.kind in EFFECTS:
            continue
        first, last = clauses[bounds[hit.first]]
        if hit.source != "emoji":
            _apply_degree(tokens, modifiers, hit, first, last, occupied)
            if hit.negatable:
                negator = negator_of(tokens, modifiers, (hit.first, hit.last), (first, last), occupied, used)
                if negator is not None:
                    used.add(negator)
                    flip(hit, tokens[negator].surface)
            _apply_emphasis(tokens, hit, shouting)
        end = clauses[bounds[hit.last - 1]][1]
        if tokens[end - 1].surface[0] in "?¿" and hit.source != "emoji":
            scale(hit, "asked", _questioned(hit, modifiers[first : first + 2]))
    effects = [hit for hit in hits if hit.kind in EFFECTS]
    if effects:
        hits[:] = [hit for hit in hits if hit.kind not in EFFECTS]
    for effect in effects:
        if effect.kind == "wish":
            _wish(hits, effect, clauses[bounds[effect.first]][1])
        else:
            _sarcasm(hits, effect)


def _questioned(hit: Hit, opening: Sequence[Modifier | None]) -> float:
    if hit.value > 0:
        return _QUESTIONED_PRAISE
    asks = any(modifier is not None and modifier.asks for modifier in opening)
    return _ASKED_ABOUT if asks else _QUESTIONED_BLAME


def _clause_of(clauses: Sequence[tuple[int, int]], length: int) -> list[int]:
    number = [0] * length
    for index, (first, last) in enumerate(clauses):
        number[first:last] = [index] * (last - first)
    return number


def _apply_degree(
    tokens: Sequence[Token],
    modifiers: Sequence[Modifier | None],
    hit: Hit,
    first: int,
    last: int,
    occupied: set[int],
) -> None:
    for position in range(hit.first - 1, max(first, hit.first - _DEGREE_REACH) - 1, -1):
        if position in occupied:
            break
        modifier = modifiers[position]
        if modifier is not None and modifier.degree:
            scale(hit, tokens[position].surface, modifier.degree)
        elif modifier is None and position < hit.first - 1:
            break
    for position in range(hit.last, min(last, hit.last + 2)):
        modifier = modifiers[position]
        if position in occupied:
            break
        if modifier is not None and modifier.degree_after:
            scale(hit, tokens[position].surface, modifier.degree_after)


def _apply_emphasis(tokens: Sequence[Token], hit: Hit, shouting: bool) -> None:
    capitals, stretched = shouting, False
    for token in tokens[hit.first : hit.last]:
        surface = token.surface
        if len(surface) > 3 and surface.isupper():
            capitals = True
        # Folding drops letters only where they repeat, so most words need no closer look.
        if len(surface) > len(token.folded) and token.is_stretched:
            stretched = True
    if capitals:
        scale(hit, "capitals", _CAPITALS)
    if stretched:
        scale(hit, "stretched", _STRETCHED)
    if hit.last < len(tokens) and tokens[hit.last].surface[0] == "!":
        scale(hit, "exclaimed", _EXCLAIMED)


def _is_all_capitals(tokens: Sequence[Token]) -> bool:
    shouts = False
    for token in tokens:
        if token.kind == "word" and len(token.surface) > 2:
            if not token.surface.isupper():
                return False
            shouts = True
    return shouts


def _wish(hits: Sequence[Hit], effect: Hit, end: int) -> None:
    for hit in hits:
        if effect.first <= hit.first < end and (hit.value > 0 or hit.source != "rule"):
            scale(hit, f"wished for ({effect.name})", 0.0 if hit.value > 0 else _WISHED_AWAY)


def _sarcasm(hits: Sequence[Hit], effect: Hit) -> None:
    for hit in hits:
        if hit.value > 0 and hit.first < effect.last:
            scale(hit, f"meant the other way round ({effect.name})", -1.0)
