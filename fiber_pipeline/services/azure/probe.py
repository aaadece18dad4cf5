"""Whether a Language resource can be asked at all, found out without paying."""

import asyncio

from fiber_pipeline.services.azure.client import AzureResource, LanguageClient
from fiber_pipeline.services.failures import ServiceFailure

_BAD_REQUEST = 400


async def probe(resource: AzureResource, timeout: float) -> str:
    """Send a request without documents, which is refused for that alone, and not charged. timeout: in seconds.

    Raises ServiceFailure if the resource cannot be reached or refuses the key.
    """
    client = LanguageClient(resource)
    try:
        async with asyncio.timeout(timeout):
            await client.analyze("LanguageDetection", [])
    except TimeoutError:
        raise ServiceFailure("timed_out", f"no answer in {timeout:g} s") from None
    except ServiceFailure as failure:
        if failure.status != _BAD_REQUEST:
            raise
    finally:
        await client.close()
    return "answers, and takes the key"
