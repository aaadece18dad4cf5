"""The client: a `Service` over OpenAI's own package.

The package keeps authentication and errors; requests go through its plain `post` over aiohttp, which takes a third
of the CPU of its typed methods over its default transport. It neither retries nor parses answers: who calls does.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import httpx2
from openai import APIError, AsyncOpenAI

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.http_client import LeanClient
from fiber_pipeline.services.openai.messages import PATHS, RequestFrame, read_reply
from fiber_pipeline.services.openai.operations import Question
from fiber_pipeline.services.openai.trouble import failure_of, rate_hints
from fiber_pipeline.services.operation import Item, Operation
from fiber_pipeline.services.service import Limits, Reply, Usage

# A request holds no more than so many texts of the greatest length.
_LONGEST_TEXTS = 3
# The package asks for a key even where the server does not.
NO_KEY = "none"


def connect(endpoint: OpenAIEndpoint) -> AsyncOpenAI:
    """OpenAI's client for an endpoint, for the running event loop, without retries."""
    return AsyncOpenAI(
        api_key=endpoint.api_key or NO_KEY,
        base_url=endpoint.base_url,
        max_retries=0,
        http_client=LeanClient(endpoint.base_url),
    )


class OpenAIService:
    """Implements `services.service.Service`: one question at one endpoint."""

    def __init__(self, question: Question, endpoint: OpenAIEndpoint, items_per_request: int = 10) -> None:
        self.question = question
        self._endpoint = endpoint
        self._limits = Limits(
            items=items_per_request,
            item_characters=question.item_characters,
            request_characters=_LONGEST_TEXTS * question.item_characters,
            requests_per_minute=endpoint.requests_per_minute,
            tokens_per_minute=endpoint.tokens_per_minute,
        )
        # In full: the package takes longer to join a path to its base than to do the rest of a URL.
        self._url = f"{endpoint.base_url}{PATHS[endpoint.api]}"
        self._client: AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def operation(self) -> Operation:
        """What is asked."""
        return self.question.operation

    @property
    def endpoint(self) -> str:
        """The endpoint's host."""
        return self._endpoint.host

    @property
    def quota(self) -> str:
        """Quotas are per key and model, whatever is asked."""
        return f"openai:{self._endpoint.name}:{self._endpoint.served_as}"

    @property
    def limits(self) -> Limits:
        """What a request may hold and how fast they may come."""
        return self._limits

    def measure(self, items: Sequence[Item]) -> Usage:
        """The most a request with these items can use."""
        return self.question.measure(items)

    async def send(self, items: Sequence[Item], timeout: float) -> Reply:
        """Ask once; see `Service.send`. Texts of nothing but blanks are answered without asking."""
        said = [place for place, item in enumerate(items) if item.text.strip()]
        if len(said) == len(items):
            return await self._send(items, timeout)
        reply = await self._send([items[place] for place in said], timeout) if said else Reply({})
        nothing = {
            place: self.question.answer.of_nothing(item.text)
            for place, item in enumerate(items)
            if not item.text.strip()
        }
        return replace(
            reply,
            answers={**{said[place]: answer for place, answer in reply.answers.items()}, **nothing},
            refused={said[place]: reason for place, reason in reply.refused.items()},
            flawed={said[place]: reason for place, reason in reply.flawed.items()},
        )

    @cached_property
    def _frame(self) -> RequestFrame:
        return RequestFrame(self.question, self._endpoint.served_as, self._endpoint.api)

    async def _send(self, items: Sequence[Item], timeout: float) -> Reply:
        body = self._frame.write(items)
        try:
            async with asyncio.timeout(timeout):
                response = await self._connected().post(self._url, cast_to=httpx2.Response, content=body)
        except TimeoutError:
            raise ServiceFailure("timed_out", f"no answer in {timeout:g} s", maybe_paid=True) from None
        except APIError as error:
            raise failure_of(error) from None
        try:
            payload = json.loads(response.content)
        except ValueError:
            raise ServiceFailure(
                "unavailable", "a body that is not JSON", status=response.status_code, maybe_paid=True
            ) from None
        return read_reply(
            self.question,
            items,
            payload,
            self._endpoint.api,
            rate_hints(dict(response.headers)),
            response.headers.get("x-request-id"),
        )

    async def aclose(self) -> None:
        """Close connections, if they were opened in this event loop; those of another loop went with it."""
        if self._client is not None and self._loop is asyncio.get_running_loop():
            await self._client.close()
        self._client = None

    def _connected(self) -> AsyncOpenAI:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client, self._loop = connect(self._endpoint), loop
        return self._client
