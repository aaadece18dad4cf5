"""Why a comment was given its themes, for people and for tests."""

from collections.abc import Sequence
from dataclasses import dataclass

from fiber_pipeline.annotation.themes.found_theme import FoundTheme
from fiber_pipeline.annotation.themes.matcher import Match, Matches
from fiber_pipeline.text import Token


@dataclass(frozen=True)
class Reason:
    """A rule that matched: its pattern, where it is written, and the words it matched."""

    theme: str
    pattern: str
    origin: str
    words: str


@dataclass(frozen=True)
class Objection:
    """A match that does not count, the kind of condition that says so, and that condition's pattern."""

    reason: Reason
    condition: str
    by: str


@dataclass(frozen=True)
class Explanation:
    """What was found in `text` and why. `str()` of it is the plain rendering."""

    text: str
    found: Sequence[FoundTheme]
    reasons: Sequence[Reason]
    objections: Sequence[Objection]

    def __str__(self) -> str:
        """One line a theme, one a rule that matched, one a match that did not count."""
        lines = [self.text]
        for theme in self.found:
            lines.append(f"  {theme.theme}: {theme.sentiment} {theme.score:+.2f}, relevance {theme.relevance:.2f}")
            lines.extend(
                f"    «{reason.words}» by {reason.pattern!r} ({reason.origin})"
                for reason in self.reasons
                if reason.theme == theme.theme
            )
        if not self.found:
            lines.append("  no theme")
        lines.extend(
            f"  not {objection.reason.theme}: «{objection.reason.words}» by {objection.reason.pattern!r} "
            f"({objection.reason.origin}), because of {objection.condition} {objection.by!r}"
            for objection in self.objections
        )
        return "\n".join(lines)


def explain_matches(text: str, tokens: Sequence[Token], matches: Matches, found: Sequence[FoundTheme]) -> Explanation:
    """Put matches into the words of `text`."""

    def reason(match: Match) -> Reason:
        words = text[tokens[match.first].start : tokens[match.last - 1].end]
        return Reason(match.theme, match.pattern.source, match.rule.origin, words)

    return Explanation(
        text,
        found,
        [reason(match) for match in matches.counting],
        [
            Objection(reason(one.match), one.condition, one.by)
            for one in sorted(matches.excluded, key=lambda one: one.match.first)
        ],
    )
