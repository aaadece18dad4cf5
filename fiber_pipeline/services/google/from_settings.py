"""The services that the settings ask for."""

from fiber_pipeline.services.google.project import GoogleProject
from fiber_pipeline.services.google.translation import ENGLISH, SPANISH, GoogleService, translation_service
from fiber_pipeline.settings import Settings


def google_project(settings: Settings) -> GoogleProject:
    """The project, its endpoint, region and glossary. Raises ValueError if one of them will not do."""
    assert settings.google_cloud_project is not None
    return GoogleProject(
        settings.google_cloud_project,
        endpoint=settings.google_translate_endpoint,
        location=settings.google_location,
        glossary=settings.google_glossary,
    )


def translation_services(settings: Settings) -> dict[str, list[GoogleService]]:
    """By target language: into Spanish, and into English if that is asked for."""
    project = google_project(settings)
    targets = (SPANISH, ENGLISH) if settings.english else (SPANISH,)
    return {target: [translation_service(project, target)] for target in targets}
