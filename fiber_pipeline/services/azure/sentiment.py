"""Sentiment with opinion mining, which serves sentiment and themes from one answer.

An answer is kept as a `MinedSentiment`: labels, scores, and where things stand in the text that was sent.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fiber_pipeline.services.azure.client import API_VERSION, AzureResource
from fiber_pipeline.services.azure.service import CODE_POINTS, MODEL, AzureService, Document, Garbled, Task
from fiber_pipeline.services.operation import Item, Operation

SPANISH = "es"
_MOST_DOCUMENTS = 10
_REFERENCE = re.compile(r"#/documents/\d+/sentences/(\d+)/assessments/(\d+)")

Label = Literal["positive", "neutral", "negative", "mixed"]
Share = Field(default=0.0, ge=0.0, le=1.0)


class Scores(BaseModel):
    """How sure the service is of each label; of a text or sentence they add up to 1. Targets have no neutral one."""

    positive: float = Share
    neutral: float = Share
    negative: float = Share


class Assessment(BaseModel):
    """What is said of a target, at `start` to `end` (exclusive) in the text."""

    start: int
    end: int
    sentiment: Label
    is_negated: bool = False


class Opinion(BaseModel):
    """A target, and what is said of it."""

    start: int
    end: int
    sentiment: Label
    scores: Scores
    assessments: list[Assessment]


class Sentence(BaseModel):
    """A sentence as the service cuts them."""

    start: int
    end: int
    sentiment: Label
    scores: Scores
    opinions: list[Opinion]


class MinedSentiment(BaseModel):
    """What is kept about a text. `warnings` are the service's codes; `model` is the version that answered."""

    sentiment: Label
    scores: Scores
    sentences: list[Sentence]
    warnings: list[str] = []
    model: str = MODEL


def sentiment_service(resource: AzureResource) -> AzureService:
    """Sentiment with opinion mining; an item's language is that of its text, Spanish where it has none."""
    operation = Operation("azure", "sentiment", MODEL, parameters={"api": API_VERSION, "opinion_mining": True})
    parameters = {"opinionMining": True, "stringIndexType": CODE_POINTS}
    return AzureService(resource, Task(operation, "SentimentAnalysis", parameters, _MOST_DOCUMENTS, document_of, _read))


def document_of(item: Item) -> Document:
    """A document in the language the service is to read it in."""
    return {"language": item.language or SPANISH, "text": item.text}


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Part(_Wire):
    """A stretch of the text that was sent; its offsets are checked against its words."""

    sentiment: Label
    scores: Scores = Field(default=Scores(), alias="confidenceScores")
    offset: int = Field(ge=0)
    length: int = Field(ge=0)
    text: str

    def place(self, sent: str) -> dict[str, Any]:
        end = self.offset + self.length
        # White space at the ends of a sentence is cut off in some answers.
        if sent[self.offset : end].strip() != self.text.strip():
            raise Garbled("its words do not stand where it says")
        return {"start": self.offset, "end": end, "sentiment": self.sentiment}


class _WireAssessment(_Part):
    is_negated: bool = Field(default=False, alias="isNegated")


class _WireRelation(_Wire):
    kind: str = Field(alias="relationType")
    ref: str


class _WireTarget(_Part):
    relations: list[_WireRelation] = []


class _WireSentence(_Part):
    targets: list[_WireTarget] = []
    assessments: list[_WireAssessment] = []


class _WireDocument(_Wire):
    sentiment: Label
    scores: Scores = Field(alias="confidenceScores")
    sentences: list[_WireSentence] = Field(min_length=1)
    warnings: list[dict[str, Any]] = []


def _read(document: Mapping[str, Any], item: Item) -> dict[str, Any]:
    try:
        told = _WireDocument.model_validate(document)
    except ValidationError as error:
        wrong = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Garbled(f"garbled at {wrong}") from None
    kept = MinedSentiment(
        sentiment=told.sentiment,
        scores=told.scores,
        sentences=[
            Sentence(
                **sentence.place(item.text),
                scores=sentence.scores,
                opinions=[
                    Opinion(
                        **target.place(item.text),
                        scores=target.scores,
                        assessments=[
                            Assessment(**assessment.place(item.text), is_negated=assessment.is_negated)
                            for assessment in _assessments_of(target, told.sentences)
                        ],
                    )
                    for target in sentence.targets
                ],
            )
            for sentence in told.sentences
        ],
        warnings=[str(warning.get("code")) for warning in told.warnings],
    )
    return kept.model_dump(exclude={"model"})


def _assessments_of(target: _WireTarget, sentences: list[_WireSentence]) -> Iterator[_WireAssessment]:
    for relation in target.relations:
        if relation.kind != "assessment":
            continue
        found = _REFERENCE.fullmatch(relation.ref)
        sentence, place = (int(found[1]), int(found[2])) if found else (len(sentences), 0)
        if sentence >= len(sentences) or place >= len(sentences[sentence].assessments):
            raise Garbled("a target refers to words that are not in the answer")
        yield sentences[sentence].assessments[place]
