"""The Batch API at one endpoint, through OpenAI's own package; what goes wrong is a `ServiceFailure`."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TypeVar
from urllib.parse import urlsplit

import openai
from openai.types import Batch, FileObject

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.batches.files import batch_url
from fiber_pipeline.services.openai.batches.journal.protocol import Submission
from fiber_pipeline.services.openai.connection import NO_KEY
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.trouble import failure_of

VOID_SECONDS = 900.0
"""Sending takes at most an upload and a request; after this long, what OpenAI knows nothing of never reached it."""

KEPT_SECONDS = 30 * 86_400
"""How long an uploaded file is kept by OpenAI if nobody deletes it."""

_OURS = "fiber_submission"
_REQUEST_SECONDS = 60.0
_UPLOAD_SECONDS = 300.0
_Thing = TypeVar("_Thing", Batch, FileObject)
# What servers say of an address that they do not serve.
_NOT_SERVED = (404, 405, 501)


class NoBatchApi(ServiceFailure):
    """The endpoint answers, and has no Batch API."""

    def __init__(self, status: int) -> None:
        super().__init__("denied", f"has no Batch API (HTTP {status})", status=status)


class BatchEndpoint:
    """Sends, looks at and stops batches. Every method raises ServiceFailure if the endpoint cannot be asked."""

    def __init__(self, endpoint: OpenAIEndpoint) -> None:
        self.endpoint = endpoint

    @property
    def name(self) -> str:
        """The endpoint's name, by which submissions know it."""
        return self.endpoint.name

    @property
    def address(self) -> str:
        """Where it is; endpoints at one address differ in their keys alone."""
        return self.endpoint.host + urlsplit(self.endpoint.base_url).path

    def send(self, submission: Submission, content: bytes) -> Batch:
        """Upload an input file and have it worked through.

        Raises NoBatchApi, or another ServiceFailure: `maybe_paid` if the batch may be there all the same.
        """
        file = self._upload(_file_name(submission), content)
        with _failures(), _looking_for_an_api():
            return _checked(
                self._client.batches.create(
                    completion_window="24h",
                    endpoint=batch_url(self.endpoint.api),  # type: ignore[arg-type]
                    input_file_id=file,
                    metadata={_OURS: submission.id, "operation": submission.operation},
                )
            )

    def look(self, submission: Submission) -> Batch | None:
        """The batch of a submission, None if it is not here."""
        try:
            with _failures():
                if submission.remote_id is not None:
                    return _checked(self._client.batches.retrieve(submission.remote_id))
                for batch in _listed(lambda: self._client.batches.list(limit=100)):
                    if (batch.metadata or {}).get(_OURS) == submission.id:
                        return batch
                    if batch.created_at < submission.created_at - VOID_SECONDS:
                        break
        except _NotHere:
            pass
        return None

    def cancel(self, remote_id: str) -> Batch | None:
        """Ask for a batch to be stopped; as it then is, None if it is not here."""
        try:
            with _failures():
                try:
                    return _checked(self._client.batches.cancel(remote_id))
                except (openai.ConflictError, openai.BadRequestError):
                    # It has ended meanwhile.
                    return _checked(self._client.batches.retrieve(remote_id))
        except _NotHere:
            return None

    def download(self, file: str | None) -> bytes | None:
        """What a file holds, nothing for no file; None if it is not here."""
        if file is None:
            return b""
        try:
            with _failures():
                return self._client.files.content(file, timeout=_UPLOAD_SECONDS).content
        except _NotHere:
            return None

    def tidy(self, batch: Batch) -> None:
        """Take customers' words, redacted as they are, off the service's disks."""
        for file in (batch.input_file_id, batch.output_file_id, batch.error_file_id):
            if file is not None:
                self._delete(file)

    def tidy_upload(self, submission: Submission) -> None:
        """Delete a file that was uploaded, perhaps, for a batch that is not there."""
        name = _file_name(submission)
        with _failures():
            files = list(_listed(lambda: self._client.files.list(purpose="batch")))
        for file in files:
            if file.filename == name:
                self._delete(file.id)

    def _upload(self, name: str, content: bytes) -> str:
        """Upload an input file; its id."""
        try:
            with _failures(), _looking_for_an_api():
                file = self._client.files.create(
                    file=(name, content),
                    purpose="batch",
                    expires_after={"anchor": "created_at", "seconds": KEPT_SECONDS},
                    timeout=_UPLOAD_SECONDS,
                )
                return _checked(file).id
        except NoBatchApi:
            raise
        except ServiceFailure as failure:
            # A file alone costs nothing, whether or not it arrived.
            raise ServiceFailure(
                failure.kind, str(failure), retry_after=failure.retry_after, status=failure.status
            ) from None

    def _delete(self, file: str) -> None:
        try:
            with _failures():
                self._client.files.delete(file)
        except _NotHere:
            pass

    @cached_property
    def _client(self) -> openai.OpenAI:
        return openai.OpenAI(
            api_key=self.endpoint.api_key or NO_KEY,
            base_url=self.endpoint.base_url,
            max_retries=0,
            timeout=_REQUEST_SECONDS,
        )


class _NotHere(ServiceFailure):
    """The service itself, not a gateway before it, says that it has no such thing."""


@contextmanager
def _failures() -> Iterator[None]:
    """OpenAI's errors as ours."""
    try:
        yield
    except openai.APIStatusError as error:
        failure = failure_of(error)
        # A page that is no JSON comes from something in between.
        if error.status_code in _NOT_SERVED and isinstance(error.body, Mapping):
            raise _NotHere(failure.kind, str(failure), status=failure.status) from None
        raise failure from None
    except openai.APIError as error:
        raise failure_of(error) from None
    except json.JSONDecodeError:
        raise _not_the_services() from None


@contextmanager
def _looking_for_an_api() -> Iterator[None]:
    """An address that is not served means that there is no Batch API, unless the error is about what was sent."""
    try:
        yield
    except openai.APIStatusError as error:
        if error.status_code in _NOT_SERVED and error.param is None and error.code != "model_not_found":
            raise NoBatchApi(error.status_code) from None
        raise


def _checked(thing: _Thing) -> _Thing:
    """The package hands on whatever comes, a gateway's page too."""
    if not isinstance(thing, Batch | FileObject) or not thing.id:
        raise _not_the_services()
    return thing


def _listed(ask: Callable[[], Iterable[_Thing]]) -> Iterable[_Thing]:
    """The things of a list, over all its pages."""
    try:
        return ask()
    except AttributeError:
        # The package takes a gateway's page for one of its own and stumbles.
        raise _not_the_services() from None


def _not_the_services() -> ServiceFailure:
    return ServiceFailure("unavailable", "a body that is not the service's", status=200, maybe_paid=True)


def _file_name(submission: Submission) -> str:
    return f"fiber-{submission.id}.jsonl"
