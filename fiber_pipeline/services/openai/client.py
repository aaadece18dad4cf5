"""The client: a `Service` that speaks OpenAI's protocol."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.http_connection import HttpAnswer
from fiber_pipeline.services.openai.connection import Connection
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.messages import RequestFrame, read_reply
from fiber_pipeline.services.openai.operations import Question
from fiber_pipeline.services.openai.suspicion import is_suspicious
from fiber_pipeline.services.openai.trouble import rate_hints
from fiber_pipeline.services.operation import Item, Operation
from fiber_pipeline.services.service import Limits, Reply, Unread, Usage

# A request holds no more than so many texts of the greatest length.
_LONGEST_TEXTS = 3


class OpenAIService:
    """Implements `services.service.Service`: one question at one endpoint."""

    def __init__(self, question: Question, endpoint: OpenAIEndpoint, items_per_request: int = 10) -> None:
        self.question = question
        self._endpoint = endpoint
        self._limits = Limits(
            items=items_per_request,
            item_characters=question.item_characters,
            request_characters=_LONGEST_TEXTS * question.item_characters,
            alone=is_suspicious,
            requests_per_minute=endpoint.requests_per_minute,
            tokens_per_minute=endpoint.tokens_per_minute,
        )
        self._connection: Connection | None = None
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

    async def send(self, items: Sequence[Item], timeout: float) -> Unread:
        """Ask once; see `Service.send`. Texts of nothing but blanks are answered without asking."""
        said = [place for place, item in enumerate(items) if item.text.strip()]
        if not said:
            return partial(self._with_nothing, said, items, partial(Reply, {}))
        asked = [items[place] for place in said]
        body = self._frame.write(asked)
        answer = await self._connected().post(body)
        unread = partial(self._read, asked, answer)
        return unread if len(said) == len(items) else partial(self._with_nothing, said, items, unread)

    @cached_property
    def _frame(self) -> RequestFrame:
        return RequestFrame(self.question, self._endpoint.served_as, self._endpoint.api)

    def _read(self, items: Sequence[Item], answer: HttpAnswer) -> Reply:
        try:
            payload = json.loads(answer.body)
        except ValueError:
            raise ServiceFailure("unavailable", "a body that is not JSON", status=200, maybe_paid=True) from None
        return read_reply(
            self.question,
            items,
            payload,
            self._endpoint.api,
            rate_hints(answer.headers),
            answer.headers.get("x-request-id"),
        )

    def _with_nothing(self, said: Sequence[int], items: Sequence[Item], unread: Unread) -> Reply:
        """The reply about all of `items`, given that about those that say something, at the places `said`."""
        reply = unread()
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

    async def aclose(self) -> None:
        """Close connections, if they were opened in this event loop; those of another loop went with it."""
        if self._connection is not None and self._loop is asyncio.get_running_loop():
            await self._connection.aclose()
        self._connection = None

    def _connected(self) -> Connection:
        loop = asyncio.get_running_loop()
        if self._connection is None or self._loop is not loop:
            self._connection, self._loop = Connection(self._endpoint), loop
        return self._connection
