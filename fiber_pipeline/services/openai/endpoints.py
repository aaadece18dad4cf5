"""Where OpenAI's protocol is spoken for us: one endpoint from the settings, or a list of them to balance over."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fiber_pipeline.services.openai.messages import Api
from fiber_pipeline.services.openai.operations import DEFAULT_MODEL
from fiber_pipeline.settings import Settings
from fiber_pipeline.text.addresses import host_of

DEFAULT_BASE_URL = "https://api.openai.com/v1"


@dataclass(frozen=True)
class OpenAIEndpoint:
    """An endpoint. `served_as` is what it calls the model; `name` tells two keys at one host apart.

    requests_per_minute, tokens_per_minute: of its quota, where known beforehand.
    """

    base_url: str
    served_as: str
    name: str
    api_key: str | None = field(default=None, repr=False)
    api: Api = "chat"
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None

    @property
    def host(self) -> str:
        """The host, with a port that is not the usual one."""
        return host_of(self.base_url)


def is_configured(settings: Settings) -> bool:
    """Whether the settings say enough to ask anything: a key, an address, or a list of endpoints."""
    return bool(settings.openai_endpoints or settings.openai_api_key or settings.openai_base_url)


def model_of(settings: Settings) -> str:
    """The model that answers are of."""
    if settings.openai_model:
        return settings.openai_model
    named = [endpoint["model"] for endpoint in settings.openai_endpoints if "model" in endpoint]
    return str(named[0]) if named else DEFAULT_MODEL


def endpoints_of(settings: Settings) -> tuple[OpenAIEndpoint, ...]:
    """The endpoints that the settings name.

    Those of `FIBER_OPENAI_ENDPOINTS` serve the same model, whatever they call it; without that, there is one, at
    `OPENAI_BASE_URL` or OpenAI's own address.
    """
    model = model_of(settings)
    listed: tuple[Mapping[str, Any], ...] = settings.openai_endpoints or (
        {"base_url": settings.openai_base_url or DEFAULT_BASE_URL},
    )
    hosts = Counter(host_of(str(each["base_url"])) for each in listed)
    endpoints = []
    for number, each in enumerate(listed, start=1):
        base_url = str(each["base_url"]).rstrip("/")
        host = host_of(base_url)
        endpoints.append(
            OpenAIEndpoint(
                base_url=base_url,
                served_as=str(each.get("model", model)),
                name=str(each.get("name") or (host if hosts[host] < 2 else f"{host}#{number}")),
                api_key=each.get("api_key", settings.openai_api_key),
                api=each.get("api", "chat"),
                requests_per_minute=each.get("requests_per_minute"),
                tokens_per_minute=each.get("tokens_per_minute"),
            )
        )
    return tuple(endpoints)
