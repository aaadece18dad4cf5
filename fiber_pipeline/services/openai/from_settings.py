"""The services that the settings ask for, by operation."""

from collections.abc import Mapping

from fiber_pipeline.services.openai.client import OpenAIService
from fiber_pipeline.services.openai.endpoints import endpoints_of, model_of
from fiber_pipeline.services.openai.operations import Question, annotate, summarise, translate
from fiber_pipeline.settings import Settings


def annotation_services(settings: Settings, themes: Mapping[str, str]) -> list[OpenAIService]:
    """Sentiment and themes; one service for every endpoint, which share the load. themes: as in `annotate`."""
    return services_for(annotate(themes, model_of(settings), _names(settings)), settings)


def translation_services(settings: Settings, *, with_english: bool = False) -> list[OpenAIService]:
    """Translation into Spanish."""
    question = translate(model_of(settings), with_english=with_english, served_as=_names(settings))
    return services_for(question, settings)


def summary_services(settings: Settings) -> list[OpenAIService]:
    """The executive summary."""
    return services_for(summarise(model_of(settings), _names(settings)), settings)


def services_for(question: Question, settings: Settings) -> list[OpenAIService]:
    """A service for every endpoint; they answer interchangeably."""
    return [OpenAIService(question, endpoint, settings.openai_items_per_request) for endpoint in endpoints_of(settings)]


def _names(settings: Settings) -> list[str]:
    return [endpoint.served_as for endpoint in endpoints_of(settings)]
