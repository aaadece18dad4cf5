"""Whether an endpoint can be asked at all, found out without paying."""

import asyncio

from openai import APIError, AsyncOpenAI, DefaultAsyncHttpxClient, NotFoundError

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.connection import NO_KEY
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.trouble import failure_of

_MODELS_NAMED = 5


async def probe(endpoint: OpenAIEndpoint, timeout: float) -> str:
    """Ask for the endpoint's models and return what can be said of it. timeout: in seconds.

    Raises ServiceFailure if it cannot be reached, refuses the key, or lists models without the one to be asked.
    """
    client = AsyncOpenAI(
        api_key=endpoint.api_key or NO_KEY,
        base_url=endpoint.base_url,
        max_retries=0,
        # As when it is asked for answers: the key is not carried to another address.
        http_client=DefaultAsyncHttpxClient(follow_redirects=False),
    )
    try:
        async with asyncio.timeout(timeout):
            models = [model.id async for model in client.models.list()]
    except NotFoundError:
        # Not all that speak the protocol list their models.
        return "answers, and does not say which models it has"
    except TimeoutError:
        raise ServiceFailure("timed_out", f"no answer in {timeout:g} s") from None
    except APIError as error:
        raise failure_of(error) from None
    finally:
        await client.close()
    if models and endpoint.served_as not in models:
        named = ", ".join(sorted(models)[:_MODELS_NAMED])
        more = f" and {len(models) - _MODELS_NAMED} more" if len(models) > _MODELS_NAMED else ""
        raise ServiceFailure("denied", f"has no model {endpoint.served_as}; it has {named}{more}")
    return f"answers, and serves {endpoint.served_as}"
