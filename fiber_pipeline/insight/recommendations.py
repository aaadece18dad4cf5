"""Fills `recommendations`: actions worth taking, by rule, each resting on figures that are checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb
import pandas as pd
import yaml

from fiber_pipeline.insight.churn import urgent_comments
from fiber_pipeline.insight.citations import Figure, Statement, cite, keep_verified
from fiber_pipeline.insight.spanish import count_of, decimal, percent, whole
from fiber_pipeline.tables import RECOMMENDATIONS
from fiber_pipeline.tables.vocabulary import EFFORTS

ENGINE = "local"
MODEL = "rules-1"
_MOST_CALLS = 10
_WHOLE = ("insights", "all", "all", "all", "all")
# Themes worth acting on, most pressing first: they lower NPS beyond chance (or no NPS was asked for), or spiked.
_PRESSING = """
SELECT theme, label_es, nps_impact, share, trend, is_spike, examples
FROM themes
WHERE priority > 0 AND NOT is_small_sample AND (nps_impact IS NULL OR nps_impact_high < 0 OR is_spike)
ORDER BY priority DESC, theme
"""
_STRENGTH = """
SELECT theme, label_es
FROM themes
WHERE nps_impact_low > 0 AND negative_share < 0.4 AND NOT is_small_sample
ORDER BY share * nps_impact DESC, theme
LIMIT 1
"""
_KIND_COMMENTS = """
SELECT comment_themes.comment_id
FROM comment_themes
JOIN comments ON comments.comment_id = comment_themes.comment_id
WHERE comment_themes.theme = $theme AND comment_themes.sentiment = 'positive'
    AND comments.duplicate_of IS NULL AND comments.is_informative
ORDER BY comment_themes.relevance DESC, comments.commented_at DESC NULLS LAST, comment_themes.comment_id
LIMIT 5
"""


@dataclass(frozen=True)
class Play:
    """What usually helps: a title, the steps, in Spanish, and the effort (tables.vocabulary.EFFORTS)."""

    title: str
    steps: str
    effort: str


@dataclass(frozen=True)
class Playbook:
    """The plays by theme, and those for themes without one, for strengths and for urgent comments."""

    themes: dict[str, Play]
    default: Play
    strength: Play
    urgent: Play


@dataclass(frozen=True)
class _Advice:
    play: Play
    statements: tuple[Statement, ...]
    evidence: tuple[str, ...]
    theme: str | None = None
    impact: float | None = None


@cache
def load_playbook(path: Path | None = None) -> Playbook:
    """Read a playbook, the package's own by default.

    Raises ValueError, naming the play, for one with an unknown effort or with digits in it.
    """
    source = files(__package__).joinpath("playbook.yaml") if path is None else path
    document = yaml.safe_load(source.read_text(encoding="utf-8"))
    return Playbook(
        themes={theme: _play(theme, entry) for theme, entry in document["themes"].items()},
        default=_play("default", document["default"]),
        strength=_play("strength", document["strength"]),
        urgent=_play("urgent", document["urgent"]),
    )


def recommend(connection: duckdb.DuckDBPyConnection, *, playbook: Playbook | None = None) -> pd.DataFrame:
    """Return the RECOMMENDATIONS frame, from `themes`, `insights`, `forecasts` and the comments themselves.

    Calling customers at risk comes first, then themes by priority that lower NPS beyond chance or that spiked, then
    the theme that lifts NPS most. `impact` is the NPS points won if a theme's comments scored like the rest: share
    × -impact. Statements whose figures are not those of the tables are dropped (`verify_citations`), and an action
    left without any is no recommendation.
    """
    plays = load_playbook() if playbook is None else playbook
    rows: list[dict[str, object]] = []
    for advice in _advise(connection, plays):
        kept, _ = keep_verified(connection, advice.statements)
        if not kept:
            continue
        figures = [figure for statement in kept for figure in statement.figures]
        rows.append(
            {
                "rank": len(rows) + 1,
                "title": advice.play.title,
                "why": " ".join([*(statement.text for statement in kept), advice.play.steps]),
                "theme": advice.theme,
                "impact": advice.impact,
                "effort": advice.play.effort,
                "evidence": list(advice.evidence),
                "figures": [
                    {"name": figure.name, "value": figure.value, "origin": figure.origin}
                    for figure in dict.fromkeys(figures)
                ],
                "engine": ENGINE,
                "model": MODEL,
                "fallback_reason": None,
            }
        )
    columns = {name: [row[name] for row in rows] for name in RECOMMENDATIONS.columns}
    return RECOMMENDATIONS.validate(RECOMMENDATIONS.frame(columns))


def describe_theme(connection: duckdb.DuckDBPyConnection, theme: str, label: str) -> Iterator[Statement]:
    """State how often a theme comes up, how badly, and what goes with it in NPS."""
    share, mentions, negative = (
        cite(connection, "themes", theme, name) for name in ("share", "mentions", "negative_share")
    )
    if share and mentions and negative:
        yield Statement(
            f"«{label}» aparece en el {percent(share.value)} de los comentarios con contenido "
            f"({count_of(mentions.value, 'mención', 'menciones')}), y el {percent(negative.value)} "
            "de esas menciones es negativo.",
            (share, mentions, negative),
        )
    nps, impact, low, high = (
        cite(connection, "themes", theme, name) for name in ("nps", "nps_impact", "nps_impact_low", "nps_impact_high")
    )
    if nps and impact and low and high:
        yield Statement(
            f"Quienes lo mencionan dan un NPS de {decimal(nps.value)}; la diferencia con el resto es de "
            f"{decimal(impact.value)} puntos "
            f"(intervalo de confianza: de {decimal(low.value)} a {decimal(high.value)}).",
            (nps, impact, low, high),
        )


def _advise(connection: duckdb.DuckDBPyConnection, plays: Playbook) -> Iterator[_Advice]:
    calls = urgent_comments(connection, _MOST_CALLS)
    risk, base = (
        cite(connection, *_WHOLE, "churn_risk_share", "value"),
        cite(connection, *_WHOLE, "churn_risk_share", "sample_size"),
    )
    if len(calls) and risk and base:
        assessed = "respuestas evaluadas" if _have_several_comments(connection) else "comentarios evaluados"
        text = (
            f"El {percent(risk.value)} de {whole(base.value)} {assessed} muestra señales de riesgo de baja "
            "según las reglas del sistema (no es una probabilidad)."
        )
        evidence = tuple(calls["comment_id"].tolist())
        yield _Advice(plays.urgent, (Statement(text, (risk, base), evidence),), evidence)
    for theme, label, impact, share, trend, is_spike, examples in connection.execute(_PRESSING).fetchall():
        evidence = tuple(examples)
        statements = [
            Statement(statement.text, statement.figures, evidence)
            for statement in (*describe_theme(connection, theme, label), *_movement(connection, theme, trend, is_spike))
        ]
        won = None if impact is None else -impact * share
        yield _Advice(plays.themes.get(theme, plays.default), tuple(statements), evidence, theme, won)
    for theme, label in connection.execute(_STRENGTH).fetchall():
        evidence = tuple(
            comment_id for (comment_id,) in connection.execute(_KIND_COMMENTS, {"theme": theme}).fetchall()
        )
        statements = [
            Statement(statement.text, statement.figures, evidence)
            for statement in describe_theme(connection, theme, label)
        ]
        yield _Advice(plays.strength, tuple(statements), evidence, theme)


def _have_several_comments(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether any response does."""
    responses = cite(connection, *_WHOLE, "volume", "value")
    comments = cite(connection, *_WHOLE, "informative_share", "sample_size")
    return responses is not None and comments is not None and responses.value != comments.value


def _movement(connection: duckdb.DuckDBPyConnection, theme: str, trend: str, is_spike: bool) -> Iterator[Statement]:
    if is_spike:
        yield Statement("En el último mes completo se mencionó muy por encima de su nivel habitual.")
    if trend not in ("rising", "falling"):
        return
    going = "en aumento" if trend == "rising" else "en baja"
    ahead = _next_forecast(connection, theme)
    if ahead is None:
        yield Statement(f"Su presencia viene {going}.")
        return
    period, (value, low, high) = ahead
    yield Statement(
        f"Su presencia viene {going}; para {period} se espera un {percent(value.value)} "
        f"(entre {percent(low.value)} y {percent(high.value)}).",
        (value, low, high),
    )


def _next_forecast(
    connection: duckdb.DuckDBPyConnection, theme: str
) -> tuple[str, tuple[Figure, Figure, Figure]] | None:
    (period,) = connection.execute(
        "SELECT min(period) FROM forecasts WHERE metric = 'theme_share' AND member = $theme AND model <> 'none'",
        {"theme": theme},
    ).fetchone() or (None,)
    if period is None:
        return None
    value, low, high = (
        cite(connection, "forecasts", "theme_share", theme, period, name) for name in ("value", "low", "high")
    )
    return (period, (value, low, high)) if value and low and high else None


def _play(name: str, entry: dict[str, str]) -> Play:
    play = Play(entry["title"], entry["steps"], entry["effort"])
    if play.effort not in EFFORTS:
        raise ValueError(f"the play {name!r} has the effort {play.effort!r}; it should be one of {', '.join(EFFORTS)}")
    if any(character.isdigit() for character in play.title + play.steps):
        raise ValueError(f"the play {name!r} has digits in it; numbers in a recommendation come from the tables alone")
    return play
