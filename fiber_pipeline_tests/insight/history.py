"""Histories of comments for tests: the tables up to `comment_themes`, filled with rows that fit together.

`write_comments` writes comments given one by one, for figures worked out by hand. `write_history` writes several
batches over many months out of a seed, with a trend and a spike where they are asked for.
"""

import json
import random
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from fiber_pipeline.tables import (
    ALL_TABLES,
    BATCH_TABLES,
    COMMENT_THEMES,
    COMMENTS,
    RAW_COMMENTS,
    SENTIMENT_SCORES,
    TRANSLATED_COMMENTS,
    Table,
)

ASUNCION = ZoneInfo("America/Asuncion")
INGESTED_AT = datetime(2026, 7, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Theme:
    """An entry of a taxonomy, as `measure_themes` needs it."""

    slug: str
    label_es: str
    label_en: str
    category: str


TAXONOMY: Mapping[str, Theme] = {
    slug: Theme(slug, label_es, label_en, category)
    for slug, label_es, label_en, category in (
        ("speed", "Velocidad", "Speed", "network"),
        ("outages", "Cortes", "Outages", "network"),
        ("coverage", "Cobertura", "Coverage", "network"),
        ("wifi", "WiFi", "Wi-Fi", "network"),
        ("price", "Precio", "Price", "commercial"),
        ("billing", "Facturación", "Billing", "commercial"),
        ("plans", "Planes", "Plans", "commercial"),
        ("customer_service", "Atención al cliente", "Customer service", "service"),
        ("technical_support", "Soporte técnico", "Technical support", "service"),
        ("resolution_time", "Tiempo de solución", "Resolution time", "service"),
        ("installation", "Instalación", "Installation", "service"),
        ("app", "Aplicación", "App", "digital"),
        ("tv_streaming", "TV y streaming", "TV and streaming", "digital"),
        ("cancellation", "Baja del servicio", "Cancellation", "retention"),
    )
}

# By theme: a kind word and a complaint, in the three languages of the country's comments.
_PHRASES: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "speed": (
        ("anda rapidísimo", "va muy lento a la noche", "es"),
        ("pya'e voi ou internet", "mbegue eterei oho", "gn"),
    ),
    "outages": (
        ("no se corta nunca", "se corta todos los días", "es"),
        ("ndo kytĩri", "se corta opa ára internet", "mixed"),
    ),
    "coverage": (("llega hasta mi compañía", "no hay cobertura en mi barrio", "es"),),
    "wifi": (("el wifi llega a toda la casa", "el wifi no llega a la pieza", "es"),),
    "price": (("buen precio", "muy caro para lo que es", "es"), ("barato voi", "hepy eterei", "gn")),
    "billing": (("la factura viene clara", "me cobran de más en la factura", "es"),),
    "plans": (("me gusta mi plan", "los planes son confusos", "es"),),
    "customer_service": (("muy amables al teléfono", "nadie atiende el teléfono", "es"),),
    "technical_support": (("el técnico vino y arregló", "el técnico no sabía nada", "es"),),
    "resolution_time": (("lo arreglaron en el día", "hace días espero la solución", "es"),),
    "installation": (("instalaron en una mañana", "instalaron mal el cable", "es"),),
    "app": (("la app funciona bien", "la app se cierra sola", "es"),),
    "tv_streaming": (("la tele se ve perfecta", "los canales se tildan", "es"),),
    "cancellation": (("me quedo con ustedes", "quiero dar de baja el servicio", "es"),),
}
_SHARES: Mapping[str, tuple[float, float]] = {  # by theme: share of comments, share of those that are negative
    "speed": (0.16, 0.45),
    "outages": (0.14, 0.9),
    "coverage": (0.03, 0.6),
    "wifi": (0.07, 0.6),
    "price": (0.1, 0.55),
    "billing": (0.06, 0.8),
    "plans": (0.03, 0.4),
    "customer_service": (0.12, 0.4),
    "technical_support": (0.06, 0.5),
    "resolution_time": (0.05, 0.8),
    "installation": (0.05, 0.25),
    "app": (0.04, 0.5),
    "tv_streaming": (0.03, 0.5),
    "cancellation": (0.03, 0.9),
}
_CITIES = ("Asunción", "Luque", "Encarnación", "Ciudad del Este")


@dataclass(frozen=True)
class Comment:
    """A comment and all that was found out about it; `at` is Asunción time. No sentiment means it has no row there.

    beside: the main comment of the row whose further answer this is; None for main ones.
    """

    comment_id: str
    question: str | None = None
    beside: str | None = None
    batch: str = "abril.csv"
    text: str = "el internet anda bien"
    at: datetime | None = None
    nps: int | None = None
    nps_group: str | None = None
    rating: float | None = None
    rating_scale: str | None = None
    customer_id: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    is_informative: bool = True
    duplicate_of: str | None = None
    near_duplicate_group: str | None = None
    language: str | None = "es"
    sentiment: str | None = "neutral"
    score: float | None = None
    intensity: str = "moderate"
    urgency: str = "low"
    themes: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()

    @property
    def group(self) -> str | None:
        """The NPS group as given, or the one its score falls in."""
        if self.nps_group or self.nps is None:
            return self.nps_group
        return "promoter" if self.nps >= 9 else "passive" if self.nps >= 7 else "detractor"

    @property
    def moment(self) -> datetime | None:
        """`at` in UTC."""
        return None if self.at is None else self.at.replace(tzinfo=ASUNCION).astimezone(UTC)

    @property
    def source(self) -> str | None:
        """The first folder of the batch's path."""
        folder, slash, _ = self.batch.partition("/")
        return folder if slash else None

    @property
    def text_score(self) -> float:
        """`score`, or a usual one for the label."""
        usual = {"positive": 0.7, "neutral": 0.0, "negative": -0.7, "mixed": -0.1, None: 0.0}
        return usual[self.sentiment] if self.score is None else self.score


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every declared table, empty."""
    for table in (*ALL_TABLES, BATCH_TABLES):
        _replace(connection, table, table.empty())


def write_table(connection: duckdb.DuckDBPyConnection, table: Table, frame: pd.DataFrame) -> None:
    """Make `frame` the content of `table`, once it has passed the table's checks."""
    _replace(connection, table, table.validate(frame))


def _replace(connection: duckdb.DuckDBPyConnection, table: Table, frame: pd.DataFrame) -> None:
    documents = [name for name, column in table.columns.items() if column.metadata["sql_type"] == "JSON"]
    casts = "".join(f', "{name}"::JSON AS "{name}"' for name in documents)
    kept = f"* EXCLUDE ({', '.join(documents)})" if documents else "*"
    connection.register("_rows", frame)
    connection.execute(f"CREATE OR REPLACE TABLE {table.name} AS SELECT {kept}{casts} FROM _rows")
    connection.unregister("_rows")


def write_comments(connection: duckdb.DuckDBPyConnection, comments: Iterable[Comment]) -> list[Comment]:
    """Fill the tables from `raw_comments` to `comment_themes` with these comments, and leave the others empty."""
    rows = list(comments)
    create_tables(connection)
    scored = [row for row in rows if row.sentiment is not None]
    spoken = [row for row in rows if row.language is not None]
    mentions = [(row, theme, sentiment) for row in rows for theme, sentiment in row.themes.items()]
    positions = _positions(rows)
    row_numbers = {row.comment_id: position + 2 for row, position in zip(rows, positions, strict=True)}
    write_table(connection, RAW_COMMENTS, _raw_comments(rows, row_numbers))
    write_table(connection, COMMENTS, _comments(rows, positions, row_numbers))
    write_table(connection, TRANSLATED_COMMENTS, _translated_comments(spoken))
    write_table(connection, SENTIMENT_SCORES, _sentiment_scores(scored))
    write_table(connection, COMMENT_THEMES, _comment_themes(mentions))
    return rows


def write_history(
    connection: duckdb.DuckDBPyConnection,
    *,
    comments: int = 4000,
    months: int = 20,
    last_month: str = "2026-06",
    seed: int = 7,
    rising: str | None = "outages",
    spike: str | None = "billing",
    duplicates: float = 0.03,
    days_of_last_month: int | None = None,
) -> list[Comment]:
    """Fill the tables with a seeded history and return its comments.

    One batch a month for each of two sources, `asuncion/` and `interior/`, in `months` months up to `last_month`;
    NPS on two thirds of the comments, a rating on a fifth, a date on all but a few. `rising` grows from half to
    one and a half times its usual share; `spike` triples in the last month. A share of `duplicates` is repeated
    in the month's other batch. `days_of_last_month` ends the data within the last month.
    """
    drawn = _draw(comments, months, last_month, random.Random(seed), rising, spike, duplicates, days_of_last_month)
    return write_comments(connection, drawn)


def _draw(
    count: int,
    months: int,
    last_month: str,
    dice: random.Random,
    rising: str | None,
    spike: str | None,
    duplicates: float,
    days_of_last_month: int | None,
) -> Iterator[Comment]:
    starts = _month_starts(last_month, months)
    for number in range(count):
        month = number * months // count
        start, end = starts[month], starts[month + 1]
        if month == months - 1 and days_of_last_month is not None:
            end = start + timedelta(days=days_of_last_month)
        shares = {theme: share for theme, (share, _) in _SHARES.items()}
        if rising is not None:
            shares[rising] *= 0.5 + month / max(months - 1, 1)
        if spike is not None and month == months - 1:
            shares[spike] *= 3
        source = dice.choice(("asuncion", "interior"))
        # Seconds are drawn anew so that no two comments share a date; each month has one at its start and its end.
        at = start + (end - start) * dice.random()
        if number % max(count // months, 1) == 0:
            at = start + timedelta(minutes=30)
        elif number % max(count // months, 1) == 1:
            at = end - timedelta(minutes=30)
        comment = replace(
            _one(f"c{number:07d}", dice, shares),
            batch=f"{source}/{start:%Y-%m}.csv",
            at=None if dice.random() < 0.01 else at.replace(microsecond=0),
        )
        yield comment
        if dice.random() < duplicates:
            other = "interior" if source == "asuncion" else "asuncion"
            yield replace(
                comment,
                comment_id=f"d{number:07d}",
                batch=f"{other}/{start:%Y-%m}.csv",
                duplicate_of=comment.comment_id,
            )


def _one(comment_id: str, dice: random.Random, shares: Mapping[str, float]) -> Comment:
    told = {theme: dice.random() < _SHARES[theme][1] for theme in shares if dice.random() < shares[theme]}
    phrases = [(dice.choice(_PHRASES[theme]), is_bad) for theme, is_bad in told.items()]
    mood = sum(-1 if is_bad else 1 for is_bad in told.values()) + dice.gauss(0.2, 0.8)
    nps = max(0, min(10, round(7 + 2 * mood))) if dice.random() < 2 / 3 else None
    sentiments = set(told.values())
    label = (
        "neutral" if not told else "mixed" if len(sentiments) == 2 else "negative" if True in sentiments else "positive"
    )
    languages = {language for (_, _, language), _ in phrases}
    informative = bool(told) or dice.random() < 0.6
    words = [bad if is_bad else good for (good, bad, _), is_bad in phrases]
    has_rating = dice.random() < 0.2
    return Comment(
        comment_id=comment_id,
        text=", ".join(words) if words else "todo igual que siempre" if informative else "No",
        nps=nps,
        rating=float(max(1, min(5, round(3.5 + mood)))) if has_rating else None,
        rating_scale="1-5" if has_rating else None,
        customer_id=f"cliente-{dice.randrange(2000):04d}" if dice.random() < 0.5 else None,
        metadata={"Ciudad": dice.choice(_CITIES), "Canal": dice.choice(("web", "app", "llamada"))},
        is_informative=informative,
        language="und" if not words else languages.pop() if len(languages) == 1 else "mixed",
        sentiment=label,
        score=max(-1.0, min(1.0, mood / 3)) if label == "mixed" else None,
        urgency="high" if told.get("outages") and dice.random() < 0.2 else "low",
        themes={theme: "negative" if is_bad else "positive" for theme, is_bad in told.items()},
        evidence=tuple(words),
    )


def _month_starts(last_month: str, months: int) -> list[datetime]:
    year, month = (int(part) for part in last_month.split("-"))
    places = range(year * 12 + month - months, year * 12 + month + 1)
    return [datetime(place // 12, place % 12 + 1, 1) for place in places]


def _text_key(text: str) -> str:
    folded = unicodedata.normalize("NFD", text.lower())
    return "".join(character for character in folded if not unicodedata.combining(character))


def _positions(rows: list[Comment]) -> list[int]:
    seen: dict[str, int] = {}
    positions = []
    for row in rows:
        positions.append(seen.get(row.batch, 0))
        seen[row.batch] = positions[-1] + 1
    return positions


def _raw_comments(comments: list[Comment], row_numbers: Mapping[str, int]) -> pd.DataFrame:
    rows = [comment for comment in comments if comment.beside is None]
    answers = {
        row.comment_id: [
            {"question": comment.question, "text": comment.text}
            for comment in comments
            if row.comment_id in (comment.comment_id, comment.beside)
        ]
        for row in (rows if any(comment.beside for comment in comments) else ())
    }
    return RAW_COMMENTS.frame(
        {
            "batch": [row.batch for row in rows],
            "row_id": [str(row_numbers[row.comment_id]) for row in rows],
            "source": [row.source for row in rows],
            "source_file": [row.batch for row in rows],
            "sheet": [None] * len(rows),
            "row_number": [row_numbers[row.comment_id] for row in rows],
            "comment": [row.text for row in rows],
            "question": [row.question for row in rows],
            "answers": [answers.get(row.comment_id, [{"question": row.question, "text": row.text}]) for row in rows],
            "nps": [row.nps for row in rows],
            "nps_group": [row.group for row in rows],
            "rating": [row.rating for row in rows],
            "rating_scale": [row.rating_scale for row in rows],
            "commented_at": [row.moment for row in rows],
            "has_time": [row.at is not None for row in rows],
            "customer_id": [row.customer_id for row in rows],
            "customer_column": [row.customer_id and "Cliente" for row in rows],
            "metadata": [json.dumps(dict(row.metadata), ensure_ascii=False) for row in rows],
            "problems": [[] for _ in rows],
            "file_sha256": [sha256(row.batch.encode()).hexdigest() for row in rows],
            "ingested_at": [INGESTED_AT] * len(rows),
        }
    )


def _comments(rows: list[Comment], positions: list[int], row_numbers: Mapping[str, int]) -> pd.DataFrame:
    return COMMENTS.frame(
        {
            "batch": [row.batch for row in rows],
            "comment_id": [row.comment_id for row in rows],
            "row_id": [str(row_numbers[row.beside or row.comment_id]) for row in rows],
            "question": [row.question for row in rows],
            "is_main": [row.beside is None for row in rows],
            "position": positions,
            "text": [row.text for row in rows],
            "text_key": [_text_key(row.text) for row in rows],
            "is_informative": [row.is_informative for row in rows],
            "is_stretched": [False] * len(rows),
            "duplicate_of": [row.duplicate_of for row in rows],
            "near_duplicate_group": [row.near_duplicate_group for row in rows],
            "response_key": [row.duplicate_of or row.comment_id for row in rows],
            "occurrence": [0] * len(rows),
            "is_distinctive": [True] * len(rows),
            "nps": [row.nps for row in rows],
            "nps_group": [row.group for row in rows],
            "rating": [row.rating for row in rows],
            "rating_scale": [row.rating_scale for row in rows],
            "commented_at": [row.moment for row in rows],
            "customer_id": [row.customer_id for row in rows],
            "pii_types": [[] for _ in rows],
            "pii_unchecked": [None] * len(rows),
            "ingested_at": [INGESTED_AT] * len(rows),
        }
    )


def _translated_comments(rows: list[Comment]) -> pd.DataFrame:
    return TRANSLATED_COMMENTS.frame(
        {
            "batch": [row.batch for row in rows],
            "comment_id": [row.comment_id for row in rows],
            "language": [row.language for row in rows],
            "language_confidence": [0.9] * len(rows),
            "language_spans": [[] for _ in rows],
            "language_engine": ["local"] * len(rows),
            "language_model": ["test"] * len(rows),
            "text_es": [row.text for row in rows],
            "text_en": [None] * len(rows),
            "is_gloss": [False] * len(rows),
            "translation_engine": ["none"] * len(rows),
            "translation_model": [None] * len(rows),
            "prompt_version": [None] * len(rows),
            "is_fallback": [False] * len(rows),
            "fallback_reason": [None] * len(rows),
        }
    )


def _sentiment_scores(rows: list[Comment]) -> pd.DataFrame:
    return SENTIMENT_SCORES.frame(
        {
            "batch": [row.batch for row in rows],
            "comment_id": [row.comment_id for row in rows],
            "sentiment": [row.sentiment for row in rows],
            "score": [row.text_score for row in rows],
            "intensity": [row.intensity for row in rows],
            "confidence": [0.8] * len(rows),
            "contradicts_score": [False] * len(rows),
            "evidence": [list(row.evidence) for row in rows],
            "emotions": [[] for _ in rows],
            "urgency": [row.urgency for row in rows],
            "urgency_evidence": [[] for _ in rows],
            "engine": ["local"] * len(rows),
            "model": ["test"] * len(rows),
            "prompt_version": [None] * len(rows),
            "is_fallback": [False] * len(rows),
            "fallback_reason": [None] * len(rows),
        }
    )


def _comment_themes(mentions: list[tuple[Comment, str, str]]) -> pd.DataFrame:
    scores = {"positive": 0.7, "neutral": 0.0, "negative": -0.7, "mixed": -0.1}
    return COMMENT_THEMES.frame(
        {
            "batch": [row.batch for row, _, _ in mentions],
            "comment_id": [row.comment_id for row, _, _ in mentions],
            "theme": [theme for _, theme, _ in mentions],
            "category": [TAXONOMY[theme].category for _, theme, _ in mentions],
            "relevance": [1 / len(row.themes) for row, _, _ in mentions],
            "sentiment": [sentiment for _, _, sentiment in mentions],
            "score": [scores[sentiment] for _, _, sentiment in mentions],
            "evidence": [list(row.evidence) for row, _, _ in mentions],
            "evidence_spans": [[] for _ in mentions],
            "engine": ["local"] * len(mentions),
            "model": ["test"] * len(mentions),
            "prompt_version": [None] * len(mentions),
            "is_fallback": [False] * len(mentions),
            "fallback_reason": [None] * len(mentions),
        }
    )
