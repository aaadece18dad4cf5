"""Signing in over REST, with credentials that expire and are withdrawn. The SDK's own are used."""

import asyncio
import datetime
import json
import threading
from typing import Any

import pytest
from google.api_core.exceptions import Unauthorized
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials

from fiber_pipeline.services.google.failures import failure_of
from fiber_pipeline.services.google.project import GoogleProject
from fiber_pipeline.services.google.rest_connection import RestConnection
from fiber_pipeline.services.google.wording import Translated, Wording
from fiber_pipeline_tests.services.plain_server import Served, asked_of, ok

ANSWER = ok(json.dumps({"translations": [{"translatedText": "no hay"}]}).encode())
REFUSED: Served = ("401 Unauthorized", {}, b'{"error": {"code": 401, "message": "Invalid Credentials"}}')
WORDING = Wording(["ndaipóri"], "gn", "es")


class Tokens(Credentials):  # type: ignore[misc]
    """Credentials that are refreshed to `second`, and count how often."""

    refreshed = 0

    def refresh(self, request: Any) -> None:
        """See google.auth."""
        assert threading.current_thread() is not threading.main_thread(), "the event loop would wait"
        self.refreshed += 1
        if self.refresh_token is None:
            raise RefreshError("no refresh token")
        self.token, self.expiry = "second", None


def asked(
    served: Served | list[Served], credentials: Credentials, times: int = 1, header: str = "authorization"
) -> tuple[list[Translated], list[str]]:
    """The translations, and what each request had in its header."""

    async def ask(port: int) -> list[Translated]:
        connection = RestConnection(GoogleProject("p", endpoint=f"http://127.0.0.1:{port}"), credentials)
        try:
            answers = await asyncio.gather(*[connection.translate(WORDING, 5.0) for _ in range(times)])
            return [one for answer in answers for one in answer]
        finally:
            await connection.close()

    answers, heads = asyncio.run(asked_of(served, ask))
    lines = [line for head in heads for line in head.decode().splitlines()]
    return answers, [line.partition(": ")[2] for line in lines if line.lower().startswith(header)]


def test_requests_are_signed():
    credentials = Tokens("first", quota_project_id="payer")
    assert asked(ANSWER, credentials) == ([Translated("no hay", "")], ["Bearer first"])
    assert asked(ANSWER, credentials, header="x-goog-user-project")[1] == ["payer"]
    assert credentials.refreshed == 0


def test_a_token_that_has_expired_is_renewed_once_for_all_who_ask():
    expired = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - datetime.timedelta(hours=1)
    credentials = Tokens("first", refresh_token="kept", expiry=expired)
    answers, signed = asked(ANSWER, credentials, times=5)
    assert len(answers) == 5
    assert signed == ["Bearer second"] * 5
    assert credentials.refreshed == 1


def test_a_token_that_was_withdrawn_is_renewed():
    credentials = Tokens("first", refresh_token="kept")
    assert asked([REFUSED, ANSWER], credentials) == ([Translated("no hay", "")], ["Bearer first", "Bearer second"])


def test_credentials_that_are_refused_again_are_denied():
    with pytest.raises(Unauthorized) as caught:
        asked(REFUSED, Tokens("first", refresh_token="kept"))
    assert failure_of(caught.value).kind == "denied"


def test_credentials_that_cannot_be_renewed_are_denied():
    with pytest.raises(RefreshError) as caught:
        asked(REFUSED, Tokens("first"))
    assert failure_of(caught.value).kind == "denied"


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Bad gateway</html>",
        b"[]",
        b'{"error": "no"}',
        b'{"error": {"details": "none"}}',
        b'{"error": {"details": ["none"]}}',
    ],
)
def test_an_error_of_another_form_is_known_by_its_status(body: bytes):
    with pytest.raises(Exception, match="POST") as caught:
        asked(("503 Service Unavailable", {"Retry-After": "7"}, body), Tokens("first"))
    failure = failure_of(caught.value)
    assert (failure.kind, failure.retry_after, failure.status) == ("unavailable", 7.0, 503)
