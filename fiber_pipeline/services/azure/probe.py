"""Whether a Language resource can be asked at all, found out without paying."""

import asyncio

from azure.core import AsyncPipelineClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import AzureKeyCredentialPolicy
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest

from fiber_pipeline.services.azure.failures import failure_of_status, failure_of_transport
from fiber_pipeline.services.azure.service import API_VERSION, KEY_HEADER, AzureResource
from fiber_pipeline.services.failures import ServiceFailure

_BAD_REQUEST = 400


async def probe(resource: AzureResource, timeout: float) -> str:
    """Send a request without documents, which is refused for that alone, and not charged. timeout: in seconds.

    Raises ServiceFailure if the resource cannot be reached or refuses the key.
    """
    policy = AzureKeyCredentialPolicy(AzureKeyCredential(resource.key), KEY_HEADER)
    request = HttpRequest(
        "POST",
        f"{resource.endpoint.rstrip('/')}/language/:analyze-text",
        params={"api-version": API_VERSION},
        json={"kind": "LanguageDetection", "analysisInput": {"documents": []}},
    )
    opened = AsyncPipelineClient[HttpRequest, AsyncHttpResponse](
        resource.endpoint, policies=[policy], transport=AioHttpTransport()
    )
    async with opened as client:
        try:
            async with asyncio.timeout(timeout):
                response = await client.send_request(request)
                body = (await response.read()).decode("utf-8", "replace")
        except TimeoutError:
            raise ServiceFailure("timed_out", f"no answer in {timeout:g} s") from None
        except AzureError as error:
            raise failure_of_transport(error) from None
    if response.status_code not in (200, _BAD_REQUEST):
        raise failure_of_status(response.status_code, response.headers, body)
    return "answers, and takes the key"
