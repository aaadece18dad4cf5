"""What a provider's client looks like to the enrichment layer: items in, answers by place out, failures by kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fiber_pipeline.services.operation import Item, Operation


@dataclass(frozen=True)
class Usage:
    """What a request consumed, in the units services charge by. Sums are taken with `+`."""

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_in_cached: int = 0
    characters: int = 0
    records: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.tokens_in_cached + other.tokens_in_cached,
            self.characters + other.characters,
            self.records + other.records,
        )


def harmless(text: str) -> bool:
    """What says that no text can spoil the answers about others: most services do not understand what they read."""
    return False


@dataclass(frozen=True)
class Limits:
    """What one request may hold, and how fast requests may come.

    items: in one request. item_characters: of one text, in code points; longer ones are refused unsent.
    request_characters: of all texts of a request together.
    alone: tells texts that may spoil the answers about others, and share no request.
    requests_per_minute, tokens_per_minute: of the quota; None where unknown. Tokens are `tokens_in + tokens_out`
        for services that charge by token, and `characters` for those that charge by character.
    """

    items: int
    item_characters: int
    request_characters: int
    alone: Callable[[str], bool] = field(default=harmless, compare=False, repr=False, kw_only=True)
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None


@dataclass(frozen=True)
class RateHints:
    """What response headers say of the quota; None where they do not say. Resets are in seconds from now."""

    limit_requests: float | None = None
    remaining_requests: float | None = None
    reset_requests: float | None = None
    limit_tokens: float | None = None
    remaining_tokens: float | None = None
    reset_tokens: float | None = None


@dataclass(frozen=True)
class Reply:
    """What one request brought. Every place of the request is in exactly one of the three mappings.

    answers: by place, plain JSON, as it is kept.
    refused: by place, why the service will not answer this item; final.
    flawed: by place, what was wrong (missing, repeated, foreign, garbled); asked again alone, never guessed.
    model: the model that answered, where the service names a more exact one than it was asked for.
    """

    answers: Mapping[int, Any]
    refused: Mapping[int, str] = field(default_factory=dict)
    flawed: Mapping[int, str] = field(default_factory=dict)
    usage: Usage = Usage()
    hints: RateHints = RateHints()
    request_id: str | None = None
    model: str | None = None


Unread = Callable[[], Reply]
"""An answer that has come and is not read yet. Called once, it reads it; raises ServiceFailure."""


class Service(Protocol):
    """One operation at one endpoint. Endpoints of the same operation are interchangeable."""

    @property
    def operation(self) -> Operation:
        """What is asked."""

    @property
    def endpoint(self) -> str:
        """The host, as it stands in `api_calls`; never a key."""

    @property
    def quota(self) -> str:
        """Services with the same quota name share one pace and one circuit breaker."""

    @property
    def limits(self) -> Limits:
        """What a request may hold and how fast they may come."""

    def measure(self, items: Sequence[Item]) -> Usage:
        """An upper estimate of what a request with these items will consume; what is reserved before it is sent."""

    async def send(self, items: Sequence[Item], timeout: float) -> Unread:
        """Ask once, without retries, and wait for the answer. Raises ServiceFailure.

        timeout: seconds until the caller ends it by cancelling, for transports that want to know.
        Reading is left to the caller, since it takes CPU that others who ask at the moment would wait for.
        """

    async def aclose(self) -> None:
        """Close connections; the service may be used again afterwards, in another event loop."""
