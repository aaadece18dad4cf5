"""How Google Cloud Translation is reached: by gRPC or REST, as whom."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import google.auth
from google.auth.credentials import AnonymousCredentials, Credentials
from google.oauth2 import service_account

from fiber_pipeline.services.google.grpc_connection import GrpcConnection
from fiber_pipeline.services.google.project import GoogleProject
from fiber_pipeline.services.google.rest_connection import RestConnection
from fiber_pipeline.services.google.wording import Translated, Wording

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)


class Connection(Protocol):
    """A client bound to one event loop."""

    async def translate(self, wording: Wording, timeout: float) -> Sequence[Translated]:
        """Ask once; translations come in the order of the texts. Raises what the SDK raises, and ServiceFailure."""

    async def languages(self, timeout: float) -> set[str]:
        """The codes of the languages that can be translated from. Raises what the SDK raises."""

    async def glossary(self, name: str, timeout: float) -> None:
        """Look whether the glossary is there. Raises what the SDK raises."""

    async def close(self) -> None:
        """Close connections."""


async def connect(project: GoogleProject) -> Connection:
    """Open a client in the running event loop. Raises google.auth's exceptions if there are no credentials."""
    # Looking for credentials reads files and may ask the network.
    credentials = await asyncio.to_thread(_credentials, project)
    return RestConnection(project, credentials) if project.is_rest else GrpcConnection(project, credentials)


def _credentials(project: GoogleProject) -> Credentials:
    if project.is_loopback:
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
    credentials: Credentials = google.auth.default(scopes=_SCOPES)[0]
    if isinstance(credentials, service_account.Credentials):
        # As the SDK has it: the account signs for itself, and no host for tokens has to be reached.
        return credentials.with_always_use_jwt_access(True)  # type: ignore[no-untyped-call,no-any-return]
    return credentials
