"""The form of answers: what a model must say of each text, how its JSON schema is written, and what becomes of it.

A reply is a JSON object `{"answers": [{"id": …, …}, …]}`. Answers are matched by id and validated one by one, so that
a garbled one spoils no other; what is missing or said twice is flawed, what is foreign is passed over.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from fiber_pipeline.services.openai.evidence import locate_all
from fiber_pipeline.services.operation import Item
from fiber_pipeline.tables.vocabulary import EMOTIONS, INTENSITIES, SENTIMENTS, URGENCIES
from fiber_pipeline.text import MARK

MOST_EMOTIONS = 3
_SIGNS = {"positive": 1, "negative": -1}
# Words of JSON Schema that strict mode, or servers that are only compatible with it, do not know.
_DROPPED = frozenset(
    ("title", "default", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength")
)

Score = Annotated[float, Field(ge=-1, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Strength = Annotated[float, Field(gt=0, le=1)]
Sentiment = Literal[SENTIMENTS]  # type: ignore[valid-type]


class Flawed(ValueError):  # noqa: N818 - a state of an answer, not a mistake
    """An answer that cannot be kept; the message says why, without a word of it."""


class Answer(BaseModel):
    """What every answer has: nothing that was not asked for, nothing of another type, and the id it is about."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str

    def kept(self, text: str) -> dict[str, Any]:
        """The answer as it is stored, its evidence checked against the text. Raises Flawed."""
        return self.model_dump(exclude={"id"})

    @classmethod
    def of_nothing(cls, text: str) -> dict[str, Any]:
        """What is stored for a text of nothing but blanks, which nobody is asked about."""
        raise NotImplementedError


class EmotionAnswer(BaseModel):
    """An emotion in a comment."""

    model_config = ConfigDict(extra="forbid", strict=True)

    emotion: Literal[EMOTIONS]  # type: ignore[valid-type]
    strength: Strength
    evidence: list[str]


class ThemeAnswer(BaseModel):
    """A theme in a comment; the slug is narrowed to the question's by `annotation_of`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    theme: str
    relevance: Strength
    sentiment: Sentiment
    score: Score
    evidence: list[str]


class Annotation(Answer):
    """Sentiment, emotions, urgency and themes of one comment."""

    sentiment: Sentiment
    score: Score
    intensity: Literal[INTENSITIES]  # type: ignore[valid-type]
    confidence: Share
    evidence: list[str]
    emotions: list[EmotionAnswer]
    urgency: Literal[URGENCIES]  # type: ignore[valid-type]
    urgency_evidence: list[str]
    themes: list[ThemeAnswer]

    def kept(self, text: str) -> dict[str, Any]:
        """As `Answer.kept`; evidence that does not stand in the text is removed, and a theme needs some."""
        _check_sign(self.sentiment, self.score)
        themes = [_kept_theme(theme, text) for theme in self.themes]
        if len(themes) > 1 and len({theme["theme"] for theme in themes}) < len(themes):
            raise Flawed("a theme is given twice")
        return {
            "sentiment": self.sentiment,
            "score": self.score,
            "intensity": self.intensity,
            "confidence": self.confidence,
            "evidence": _words(text, self.evidence),
            "emotions": [
                {"emotion": each.emotion, "strength": each.strength, "evidence": _words(text, each.evidence)}
                for each in _strongest(self.emotions)
            ],
            "urgency": self.urgency,
            "urgency_evidence": _words(text, self.urgency_evidence),
            "themes": themes,
        }

    @classmethod
    def of_nothing(cls, text: str) -> dict[str, Any]:
        """Neutral, and nothing more."""
        return {
            "sentiment": "neutral",
            "score": 0.0,
            "intensity": "mild",
            "confidence": 1.0,
            "evidence": [],
            "emotions": [],
            "urgency": "low",
            "urgency_evidence": [],
            "themes": [],
        }


class Translation(Answer):
    """A comment in Spanish."""

    text_es: str

    def kept(self, text: str) -> dict[str, Any]:
        """As `Answer.kept`; a translation is not empty and has the marks of what was redacted, no more and no fewer."""
        said = super().kept(text)
        marks = sorted(MARK.findall(text))
        for words in said.values():
            if not words.strip():
                raise Flawed("a translation is empty")
            if sorted(MARK.findall(words)) != marks:
                raise Flawed("a translation has other marks than its text")
        return said

    @classmethod
    def of_nothing(cls, text: str) -> dict[str, Any]:
        """The text, in every language."""
        return {name: text for name in cls.model_fields if name != "id"}


class TranslationWithEnglish(Translation):
    """A comment in Spanish and in English."""

    text_en: str


class StatementAnswer(BaseModel):
    """A sentence of a summary, and the ids of what it rests on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str
    figures: list[str]
    comments: list[str]


class ActionAnswer(BaseModel):
    """How an action reads: its title and its steps."""

    model_config = ConfigDict(extra="forbid", strict=True)

    rank: int
    title: str
    steps: str


class Summary(Answer):
    """A summary and the words of the actions; whether they hold is checked by who asked, who has the tables."""

    statements: list[StatementAnswer]
    actions: list[ActionAnswer]

    @classmethod
    def of_nothing(cls, text: str) -> dict[str, Any]:
        """No statements, and no actions."""
        return {"statements": [], "actions": []}


def annotation_of(themes: Sequence[str]) -> type[Annotation]:
    """`Annotation` with these theme slugs and no others."""
    slug: Any = Literal[tuple(themes)]
    theme = create_model("ThemeAnswer", __base__=ThemeAnswer, theme=(slug, ...))
    return create_model("Annotation", __base__=Annotation, themes=(list[theme], ...))  # type: ignore[valid-type]


def reply_schema(answer: type[Answer]) -> dict[str, Any]:
    """The JSON schema of a reply with such answers, as strict mode wants it: every property required, no others."""
    written = answer.model_json_schema()
    inner = {name: _strict(part) for name, part in written.pop("$defs", {}).items()}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"answers": {"type": "array", "items": _strict(written)}},
        "required": ["answers"],
        "additionalProperties": False,
    }
    return {**schema, "$defs": inner} if inner else schema


def sort_answers(
    answer: type[Answer], items: Sequence[Item], ids: Sequence[str], content: str
) -> tuple[dict[int, Any], dict[int, str]]:
    """Match a reply's answers to the items they were asked about: what to keep, and what was wrong, by place.

    ids: of the items, in their order.
    """
    kept: dict[int, Any] = {}
    flawed: dict[int, str] = {}
    places = {id_: place for place, id_ in enumerate(ids)}
    if (sound := _all_sound(answer, ids, content)) is not None:
        for one in sound:
            _keep(places[one.id], one, items, kept, flawed)
        return kept, flawed
    try:
        said = json.loads(content)
    except ValueError:
        return {}, dict.fromkeys(range(len(items)), "garbled: the reply is not JSON")
    if not isinstance(said, dict) or not isinstance(said.get("answers"), list):
        return {}, dict.fromkeys(range(len(items)), "garbled: the reply is not of the form that was asked for")
    given: dict[int, list[Any]] = {}
    foreign = 0
    for one in said["answers"]:
        place = places.get(one["id"]) if isinstance(one, dict) and isinstance(one.get("id"), str) else None
        if place is None:
            foreign += 1
        else:
            given.setdefault(place, []).append(one)
    for place in range(len(items)):
        ones = given.get(place, [])
        if not ones:
            flawed[place] = "missing; an answer had a foreign id" if foreign else "missing"
        elif len(ones) > 1:
            flawed[place] = "repeated"
        else:
            try:
                _keep(place, answer.model_validate(ones[0]), items, kept, flawed)
            except ValidationError as error:
                flawed[place] = f"garbled: {_problem(error)}"
    return kept, flawed


def _keep(place: int, one: Answer, items: Sequence[Item], kept: dict[int, Any], flawed: dict[int, str]) -> None:
    try:
        kept[place] = one.kept(items[place].text)
    except Flawed as error:
        flawed[place] = f"garbled: {error}"


def _all_sound(answer: type[Answer], ids: Sequence[str], content: str) -> Sequence[Answer] | None:
    """The answers, if each item has one and all are of the form: the usual case, parsed and validated in one go."""
    try:
        answers: Sequence[Answer] = _reply_of(answer).model_validate_json(content).answers
    except ValidationError:
        return None
    return answers if sorted(one.id for one in answers) == sorted(ids) else None


@lru_cache(maxsize=8)
def _reply_of(answer: type[Answer]) -> Any:
    return create_model("Reply", __config__=ConfigDict(strict=True), answers=(list[answer], ...))  # type: ignore[valid-type]


def _kept_theme(theme: ThemeAnswer, text: str) -> dict[str, Any]:
    _check_sign(theme.sentiment, theme.score)
    spans = locate_all(text, theme.evidence)
    if not spans:
        raise Flawed("a theme is shown by no words of the text")
    return {
        "theme": theme.theme,
        "relevance": theme.relevance,
        "sentiment": theme.sentiment,
        "score": theme.score,
        "evidence": [text[start:end] for start, end in spans],
        "spans": [list(span) for span in spans],
    }


def _strongest(emotions: Sequence[EmotionAnswer]) -> Sequence[EmotionAnswer]:
    """Each emotion once, strongest first, and no more than are kept."""
    if len(emotions) < 2:
        return emotions
    strongest = {each.emotion: each for each in sorted(emotions, key=lambda each: each.strength)}
    return sorted(strongest.values(), key=lambda each: -each.strength)[:MOST_EMOTIONS]


def _words(text: str, cited: Sequence[str]) -> list[str]:
    return [text[start:end] for start, end in locate_all(text, cited)] if cited else []


def _check_sign(sentiment: str, score: float) -> None:
    if score * _SIGNS.get(sentiment, 0) < 0:
        raise Flawed("a score has the opposite sign of its sentiment")


def _problem(error: ValidationError) -> str:
    """Where the first mistake stands and what kind it is; what was said instead may hold a customer's words."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join("*" if isinstance(part, int) else part for part in first["loc"])
    # A key that was made up is a word of the model's.
    return "an unknown key" if first["type"] == "extra_forbidden" else f"{place}: {first['type']}"


def _strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    strict: dict[str, Any] = {}
    for name, part in schema.items():
        if name == "properties":
            strict[name] = {key: _strict(value) for key, value in part.items()}
        elif name not in _DROPPED and name != "description":
            strict[name] = _strict(part)
    if strict.get("type") == "object":
        strict["required"] = list(strict.get("properties", {}))
        strict["additionalProperties"] = False
    return strict
