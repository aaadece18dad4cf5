"""Detection of the language a text is in."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fiber_pipeline.services.azure.client import API_VERSION, AzureResource
from fiber_pipeline.services.azure.service import MODEL, AzureService, Document, Garbled, Task
from fiber_pipeline.services.operation import Item, Operation

# What the service answers where nothing tells.
UNKNOWN = "(Unknown)"
_MOST_DOCUMENTS = 1_000


class DetectedLanguage(BaseModel):
    """What is kept about a text: an ISO 639-1 code or UNKNOWN, and how sure the service is, in [0, 1]."""

    model_config = ConfigDict(populate_by_name=True)

    language: str = Field(alias="iso6391Name", min_length=1)
    confidence: float = Field(alias="confidenceScore", ge=0.0, le=1.0)


def language_service(resource: AzureResource) -> AzureService:
    """The prevailing language of each text."""
    operation = Operation("azure", "language", MODEL, parameters={"api": API_VERSION})
    return AzureService(resource, Task(operation, "LanguageDetection", {}, _MOST_DOCUMENTS, _document, _read))


def _document(item: Item) -> Document:
    # A hint of the country is only used to break ties, and the service has none for Guaraní.
    return {"countryHint": "", "text": item.text}


def _read(document: Mapping[str, Any], _: Item) -> dict[str, Any]:
    try:
        return DetectedLanguage.model_validate(document.get("detectedLanguage")).model_dump()
    except ValidationError:
        raise Garbled("garbled at detectedLanguage") from None
