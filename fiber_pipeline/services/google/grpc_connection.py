"""Google Cloud Translation over gRPC: the SDK's channel and messages.

Requests go to the channel itself: what the SDK's client does with each besides (retries it is told not to make,
logging, messages wrapped) takes a fifth of its CPU.
"""

from collections.abc import Sequence

import grpc.aio  # type: ignore[import-untyped]
from google.api_core import exceptions
from google.api_core.gapic_v1 import routing_header
from google.auth.credentials import Credentials
from google.cloud.translate_v3 import TranslationServiceAsyncClient
from google.cloud.translate_v3.services.translation_service.transports import TranslationServiceGrpcAsyncIOTransport
from google.cloud.translate_v3.services.translation_service.transports.base import DEFAULT_CLIENT_INFO
from google.cloud.translate_v3.types import TranslateTextGlossaryConfig, TranslateTextRequest, TranslateTextResponse

from fiber_pipeline.services.google.project import GoogleProject
from fiber_pipeline.services.google.wording import PLAIN, Translated, Wording

_METHOD = "/google.cloud.translation.v3.TranslationService/TranslateText"
# Bare messages: the SDK's wrappers look every field of every text up anew.
_Request = TranslateTextRequest.pb()
_Response = TranslateTextResponse.pb()
_GlossaryConfig = TranslateTextGlossaryConfig.pb()
# There is one owner of retries, and it is not gRPC.
_OPTIONS = [("grpc.enable_retries", 0)]


class GrpcConnection:
    """Implements `connection.Connection`."""

    def __init__(self, project: GoogleProject, credentials: Credentials) -> None:
        self._project = project
        if project.is_loopback:
            channel = grpc.aio.insecure_channel(project.host, options=_OPTIONS)
        else:
            channel = TranslationServiceGrpcAsyncIOTransport.create_channel(
                project.host, credentials=credentials, options=_OPTIONS
            )
        self._translate = channel.unary_unary(
            _METHOD, request_serializer=_Request.SerializeToString, response_deserializer=_Response.FromString
        )
        self._metadata = (
            routing_header.to_grpc_metadata({"parent": project.parent}),  # type: ignore[no-untyped-call]
            ("x-goog-api-client", DEFAULT_CLIENT_INFO.to_user_agent()),  # type: ignore[no-untyped-call]
        )
        self._client = TranslationServiceAsyncClient(transport=TranslationServiceGrpcAsyncIOTransport(channel=channel))

    async def translate(self, wording: Wording, timeout: float) -> Sequence[Translated]:
        """See `Connection.translate`."""
        glossary = None
        if wording.glossary is not None:
            glossary = _GlossaryConfig(glossary=wording.glossary, ignore_case=True)
        request = _Request(
            parent=self._project.parent,
            contents=wording.texts,
            mime_type=PLAIN,
            source_language_code=wording.source or "",
            target_language_code=wording.target,
            model=self._project.model,
            glossary_config=glossary,
        )
        try:
            response = await self._translate(request, timeout=timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            raise exceptions.from_grpc_error(error) from None  # type: ignore[no-untyped-call]
        told = response.glossary_translations if wording.glossary is not None else response.translations
        return [Translated(each.translated_text, each.model) for each in told]

    async def languages(self, timeout: float) -> set[str]:
        """See `Connection.languages`."""
        told = await self._client.get_supported_languages(parent=self._project.parent, retry=None, timeout=timeout)
        return {language.language_code for language in told.languages if language.support_source}

    async def glossary(self, name: str, timeout: float) -> None:
        """See `Connection.glossary`."""
        await self._client.get_glossary(name=name, retry=None, timeout=timeout)

    async def close(self) -> None:
        """Close connections."""
        await self._client.transport.close()  # type: ignore[no-untyped-call]
