"""Whether a project can be asked at all, found out without paying."""

import asyncio

from google.api_core.exceptions import NotFound

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.google.connection import Connection, connect
from fiber_pipeline.services.google.failures import SDK_ERRORS, failure_of
from fiber_pipeline.services.google.project import GoogleProject
from fiber_pipeline.services.google.translation import GUARANI


async def probe(project: GoogleProject, timeout: float) -> str:
    """Ask which languages can be translated, and for the glossary; neither is charged. timeout: in seconds.

    Raises ServiceFailure if the project cannot be reached, refuses the credentials, knows no Guaraní or has not the
    glossary.
    """
    try:
        async with asyncio.timeout(timeout):
            connection = await connect(project)
            try:
                languages = await connection.languages(timeout)
                if project.glossary is not None:
                    await _find_glossary(connection, project.glossary, timeout)
            finally:
                await connection.close()
    except TimeoutError:
        raise ServiceFailure("timed_out", f"no answer in {timeout:g} s") from None
    except SDK_ERRORS as error:
        raise failure_of(error) from None
    if GUARANI not in languages:
        raise ServiceFailure("denied", "does not translate Guaraní")
    glossary = ", has the glossary" if project.glossary is not None else ""
    return f"answers, takes the credentials{glossary}, and translates Guaraní"


async def _find_glossary(connection: Connection, name: str, timeout: float) -> None:
    try:
        await connection.glossary(name, timeout)
    except NotFound:
        raise ServiceFailure("denied", f"there is no glossary {name}") from None
