"""How Google Cloud Translation is reached: which host, by gRPC or REST, as whom."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import google.auth
import grpc.aio  # type: ignore[import-untyped]
from google.auth.credentials import AnonymousCredentials, Credentials
from google.cloud.translate_v3 import TranslationServiceAsyncClient, TranslationServiceClient
from google.cloud.translate_v3.services.translation_service.transports import (
    TranslationServiceGrpcAsyncIOTransport,
    TranslationServiceRestTransport,
)
from google.cloud.translate_v3.types import SupportedLanguages, TranslateTextRequest, TranslateTextResponse

from fiber_pipeline.services.addresses import is_loopback, secure_url

DEFAULT_HOST = "translate.googleapis.com"
GLOBAL = "global"
_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_GLOSSARY = re.compile(r"projects/[^/]+/locations/([^/]+)/glossaries/[^/]+")
# Requests over REST hold a thread each; more than this are never under way at a time.
_REST_THREADS = 64


@dataclass(frozen=True)
class GoogleProject:
    """Who pays for translation, and where it is done.

    endpoint: `host` or `host:port` for gRPC, `https://host` for REST; None for Google's own, by gRPC. On a loopback
        address nobody is asked for credentials and nothing is encrypted; anywhere else both are required.
    location: a Google Cloud region; None for the glossary's, or `global` without one.
    glossary: `projects/…/locations/…/glossaries/…`, used on the way from Guaraní to Spanish.

    Credentials are the application default ones, which GOOGLE_APPLICATION_CREDENTIALS may name a file of.

    Raises ValueError for a glossary's name or an endpoint that will not do.
    """

    project: str
    endpoint: str | None = None
    location: str | None = None
    glossary: str | None = None

    def __post_init__(self) -> None:
        if self.glossary is not None and not _GLOSSARY.fullmatch(self.glossary):
            raise ValueError("a glossary is named projects/…/locations/…/glossaries/…")
        if self.endpoint is not None and self.is_rest:
            secure_url(self.endpoint)

    @property
    def host(self) -> str:
        """The host, with its port if one is given."""
        return urlsplit(self.endpoint).netloc if self.is_rest and self.endpoint else self.endpoint or DEFAULT_HOST

    @property
    def is_rest(self) -> bool:
        """Whether requests go over REST."""
        return self.endpoint is not None and "://" in self.endpoint

    @property
    def is_loopback(self) -> bool:
        """Whether the endpoint is on this machine."""
        return is_loopback(self.host)

    @property
    def parent(self) -> str:
        """The project and location, as requests name them."""
        found = _GLOSSARY.fullmatch(self.glossary or "")
        return f"projects/{self.project}/locations/{self.location or (found[1] if found else GLOBAL)}"


class Connection(Protocol):
    """A client bound to one event loop."""

    async def translate(self, request: TranslateTextRequest, timeout: float) -> TranslateTextResponse:
        """Ask once. Raises what the SDK raises."""

    async def languages(self, parent: str, timeout: float) -> set[str]:
        """The codes of the languages that can be translated from. Raises what the SDK raises."""

    async def glossary(self, name: str, timeout: float) -> None:
        """Look whether the glossary is there. Raises what the SDK raises."""

    async def close(self) -> None:
        """Close connections."""


async def connect(project: GoogleProject) -> Connection:
    """Open a client in the running event loop. Raises google.auth's exceptions if there are no credentials."""
    # Looking for credentials reads files and may ask the network.
    credentials = await asyncio.to_thread(_credentials, project)
    return _Rest(project, credentials) if project.is_rest else _Grpc(project, credentials)


def _credentials(project: GoogleProject) -> Credentials:
    if project.is_loopback:
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
    credentials: Credentials = google.auth.default(scopes=_SCOPES)[0]
    return credentials


class _Grpc:
    def __init__(self, project: GoogleProject, credentials: Credentials) -> None:
        channel: grpc.aio.Channel | Callable[..., grpc.aio.Channel] = _channel
        if project.is_loopback:
            channel = grpc.aio.insecure_channel(project.host, options=[("grpc.enable_retries", 0)])
        transport = TranslationServiceGrpcAsyncIOTransport(host=project.host, credentials=credentials, channel=channel)
        self._client = TranslationServiceAsyncClient(transport=transport)

    async def translate(self, request: TranslateTextRequest, timeout: float) -> TranslateTextResponse:
        return await self._client.translate_text(request, retry=None, timeout=timeout)

    async def languages(self, parent: str, timeout: float) -> set[str]:
        told = await self._client.get_supported_languages(parent=parent, retry=None, timeout=timeout)
        return _sources(told)

    async def glossary(self, name: str, timeout: float) -> None:
        await self._client.get_glossary(name=name, retry=None, timeout=timeout)

    async def close(self) -> None:
        await self._client.transport.close()  # type: ignore[no-untyped-call]


def _sources(told: SupportedLanguages) -> set[str]:
    return {language.language_code for language in told.languages if language.support_source}


def _channel(*arguments: Any, options: Any = (), **named: Any) -> grpc.aio.Channel:
    """The SDK's channel without gRPC's own retries: there is one owner of them, and it is not here."""
    return TranslationServiceGrpcAsyncIOTransport.create_channel(
        *arguments, options=[*options, ("grpc.enable_retries", 0)], **named
    )


class _Rest:
    """The SDK speaks REST only in blocking calls, which get threads."""

    def __init__(self, project: GoogleProject, credentials: Credentials) -> None:
        scheme = "http" if project.is_loopback else "https"
        transport = TranslationServiceRestTransport(host=project.host, credentials=credentials, url_scheme=scheme)
        self._client = TranslationServiceClient(transport=transport)
        self._threads = ThreadPoolExecutor(_REST_THREADS, thread_name_prefix="google-rest")

    async def translate(self, request: TranslateTextRequest, timeout: float) -> TranslateTextResponse:
        call = partial(self._client.translate_text, request, retry=None, timeout=timeout)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def languages(self, parent: str, timeout: float) -> set[str]:
        call = partial(self._client.get_supported_languages, parent=parent, retry=None, timeout=timeout)
        return _sources(await asyncio.get_running_loop().run_in_executor(self._threads, call))

    async def glossary(self, name: str, timeout: float) -> None:
        call = partial(self._client.get_glossary, name=name, retry=None, timeout=timeout)
        await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def close(self) -> None:
        self._client.transport.close()  # type: ignore[no-untyped-call]
        self._threads.shutdown(wait=False, cancel_futures=True)
