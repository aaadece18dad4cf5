"""Personal data in a text that our own redaction has been through already."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from fiber_pipeline.services.azure.client import API_VERSION, AzureResource
from fiber_pipeline.services.azure.sentiment import document_of
from fiber_pipeline.services.azure.service import CODE_POINTS, MODEL, AzureService, Garbled, Task
from fiber_pipeline.services.operation import Item, Operation

# What our own redaction knows marks for. Dates, companies, web and IP addresses are none of it.
CATEGORIES = (
    "Person",
    "PhoneNumber",
    "Email",
    "Address",
    "CreditCardNumber",
    "InternationalBankingAccountNumber",
    "SWIFTCode",
    "ARNationalIdentityNumber",
    "BRCPFNumber",
    "BRNationalIDRG",
    "BRLegalEntityNumber",
    "ESDNI",
)
_MOST_DOCUMENTS = 5


class PersonalSpan(BaseModel):
    """Personal data of a category at `start` to `end` (exclusive) of the text; confidence in [0, 1]."""

    category: str
    start: int
    end: int
    confidence: float


class PersonalSpans(BaseModel):
    """What is kept about a text."""

    spans: list[PersonalSpan]


def personal_data_service(resource: AzureResource) -> AzureService:
    """The personal data of each text; an item's language is that of its text, Spanish where it has none."""
    operation = Operation("azure", "pii", MODEL, parameters={"api": API_VERSION, "categories": sorted(CATEGORIES)})
    parameters = {"piiCategories": CATEGORIES, "stringIndexType": CODE_POINTS}
    return AzureService(
        resource, Task(operation, "PiiEntityRecognition", parameters, _MOST_DOCUMENTS, document_of, _read)
    )


class _Entity(BaseModel):
    category: str
    text: str
    offset: int = Field(ge=0)
    length: int = Field(gt=0)
    confidence: float = Field(alias="confidenceScore", ge=0.0, le=1.0)


class _Document(BaseModel):
    entities: list[_Entity]


def _read(document: Mapping[str, Any], item: Item) -> dict[str, Any]:
    try:
        entities = _Document.model_validate(document).entities
    except ValidationError:
        raise Garbled("garbled at entities") from None
    spans = []
    for entity in entities:
        end = entity.offset + entity.length
        if item.text[entity.offset : end] != entity.text:
            raise Garbled("its words do not stand where it says")
        spans.append(PersonalSpan(category=entity.category, start=entity.offset, end=end, confidence=entity.confidence))
    return PersonalSpans(spans=spans).model_dump()
