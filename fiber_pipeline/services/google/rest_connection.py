"""Google Cloud Translation over REST.

The SDK speaks REST in blocking calls, each with a thread and messages parsed in Python, which takes five times the CPU
of the request itself; so translations go over aiohttp, with the SDK's credentials and errors. What is asked once, it
asks.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from google.api_core import exceptions
from google.auth.credentials import Credentials
from google.auth.transport.requests import Request
from google.cloud.translate_v3 import TranslationServiceClient
from google.cloud.translate_v3.services.translation_service.transports import TranslationServiceRestTransport
from google.cloud.translate_v3.services.translation_service.transports.rest import DEFAULT_CLIENT_INFO
from pydantic import BaseModel, Field, ValidationError

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.google.project import GoogleProject
from fiber_pipeline.services.google.wording import PLAIN, Translated, Wording
from fiber_pipeline.services.http_connection import HttpAnswer, HttpConnection

_UNAUTHORISED = 401
_T = TypeVar("_T")


class _Translation(BaseModel):
    """What is empty is left out of answers."""

    text: str = Field(default="", alias="translatedText")
    model: str = ""


class _Response(BaseModel):
    translations: list[_Translation] = []
    by_glossary: list[_Translation] = Field(default=[], alias="glossaryTranslations")


@dataclass(frozen=True)
class _Refusal:
    """An answer as `google.api_core` makes errors of it."""

    status_code: int
    headers: Mapping[str, str]


class RestConnection:
    """Implements `connection.Connection`."""

    def __init__(self, project: GoogleProject, credentials: Credentials) -> None:
        self._project = project
        self._credentials = credentials
        self._signing_in = asyncio.Lock()
        self._url = f"{project.scheme}://{project.host}/v3/{project.parent}:translateText"
        told = DEFAULT_CLIENT_INFO.to_user_agent()  # type: ignore[no-untyped-call]
        self._http = HttpConnection(self._url, {"Content-Type": "application/json", "x-goog-api-client": told})

    async def translate(self, wording: Wording, timeout: float) -> Sequence[Translated]:
        """See `Connection.translate`."""
        asked: dict[str, Any] = {
            "contents": wording.texts,
            "mimeType": PLAIN,
            "targetLanguageCode": wording.target,
            "model": self._project.model,
        }
        if wording.source is not None:
            asked["sourceLanguageCode"] = wording.source
        if wording.glossary is not None:
            asked["glossaryConfig"] = {"glossary": wording.glossary, "ignoreCase": True}
        body = json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")
        answer = await self._http.post(body, await self._signed())
        if answer.status == _UNAUTHORISED:
            # A token may be withdrawn before it expires; with a new one the request is sent once more, as the SDK does.
            answer = await self._http.post(body, await self._signed(anew=True))
        if answer.status != 200:
            raise self._error(answer)
        try:
            told = _Response.model_validate_json(answer.body)
        except ValidationError:
            raise ServiceFailure("unavailable", "an answer that is not the service's", maybe_paid=True) from None
        translations = told.by_glossary if wording.glossary is not None else told.translations
        return [Translated(each.text, each.model) for each in translations]

    async def languages(self, timeout: float) -> set[str]:
        """See `Connection.languages`."""
        told = await self._ask_sdk(
            lambda client: client.get_supported_languages(parent=self._project.parent, retry=None, timeout=timeout)
        )
        return {language.language_code for language in told.languages if language.support_source}

    async def glossary(self, name: str, timeout: float) -> None:
        """See `Connection.glossary`."""
        await self._ask_sdk(lambda client: client.get_glossary(name=name, retry=None, timeout=timeout))

    async def close(self) -> None:
        """Close connections."""
        await self._http.aclose()

    async def _ask_sdk(self, ask: Callable[[TranslationServiceClient], _T]) -> _T:
        def body() -> _T:
            transport = TranslationServiceRestTransport(
                host=self._project.host, credentials=self._credentials, url_scheme=self._project.scheme
            )
            with TranslationServiceClient(transport=transport) as client:
                return ask(client)

        return await asyncio.to_thread(body)

    async def _signed(self, *, anew: bool = False) -> dict[str, str]:
        """The headers that authorise a request. Raises google.auth's exceptions if there is no token to be had."""
        if anew or not self._credentials.valid:
            token = self._credentials.token
            async with self._signing_in:
                # Whoever waited takes the token of who did not.
                if self._credentials.token == token:
                    await asyncio.to_thread(self._credentials.refresh, Request())
        headers: dict[str, str] = {}
        self._credentials.apply(headers)  # type: ignore[no-untyped-call]
        return headers

    def _error(self, answer: HttpAnswer) -> exceptions.GoogleAPICallError:
        refusal = _Refusal(answer.status, answer.headers)
        error: exceptions.GoogleAPICallError = exceptions.format_http_response_error(
            refusal, "POST", self._url, _payload(answer.body)
        )
        return error


def _payload(body: bytes) -> dict[str, Any]:
    """What a body says of an error; nothing where a gateway speaks instead of the service."""
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    error = told.get("error") if isinstance(told, dict) else None
    if not isinstance(error, dict):
        return {}
    details = error.get("details")
    named = [each for each in details if isinstance(each, dict)] if isinstance(details, list) else []
    return {"error": {"message": str(error.get("message", "")), "details": named}}
