"""Whether a project can be asked at all, found out without paying."""

import asyncio

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.google.connection import GoogleProject, connect
from fiber_pipeline.services.google.failures import SDK_ERRORS, failure_of

GUARANI = "gn"


async def probe(project: GoogleProject, timeout: float) -> str:
    """Ask which languages can be translated, which is not charged. timeout: in seconds.

    Raises ServiceFailure if the project cannot be reached, refuses the credentials or knows no Guaraní.
    """
    try:
        async with asyncio.timeout(timeout):
            connection = await connect(project)
            try:
                languages = await connection.languages(project.parent, timeout)
            finally:
                await connection.close()
    except TimeoutError:
        raise ServiceFailure("timed_out", f"no answer in {timeout:g} s") from None
    except SDK_ERRORS as error:
        raise failure_of(error) from None
    if GUARANI not in languages:
        raise ServiceFailure("denied", "does not translate Guaraní")
    return "answers, takes the credentials, and translates Guaraní"
