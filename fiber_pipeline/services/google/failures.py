"""What Google Cloud Translation's errors mean.

Only statuses and reasons are passed on: messages of the service can quote what was sent.
"""

import re
from collections.abc import Mapping
from typing import Any

import requests
from google.api_core import exceptions
from google.auth.exceptions import GoogleAuthError, TransportError
from google.protobuf.json_format import ParseError  # type: ignore[import-untyped]
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from urllib3.exceptions import NewConnectionError

from fiber_pipeline.services.failures import Kind, ServiceFailure

# A project or glossary that is not there, and a language pair that does not exist, stay so for every text.
_BY_TYPE: tuple[tuple[type[exceptions.GoogleAPICallError], Kind], ...] = (
    (exceptions.Unauthenticated, "denied"),
    (exceptions.Unauthorized, "denied"),
    (exceptions.Forbidden, "denied"),
    (exceptions.NotFound, "denied"),
    (exceptions.FailedPrecondition, "denied"),
    (exceptions.OutOfRange, "too_large"),
    (exceptions.RequestRangeNotSatisfiable, "too_large"),
    (exceptions.Aborted, "unavailable"),
    (exceptions.Cancelled, "unavailable"),
    (exceptions.ClientError, "rejected"),
)
# The SDK puts the address in front, whose words are not the service's.
_REST_PREFIX = re.compile(r"^[A-Z]+ https?://\S+: ")
_TOO_LARGE = re.compile(r"too (?:long|large|many)|exceed", re.IGNORECASE)
_FOR_EVERY_TEXT = re.compile(r"language pair|glossary|location|model", re.IGNORECASE)
_DAILY = re.compile(r"per ?day|daily|/d/", re.IGNORECASE)
# A 403 may also say that credentials lack a "quota project", which is another matter.
_RATE = re.compile(r"limit exceeded|quota exceeded|rate_limit", re.IGNORECASE)
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s?")
_NOT_CONNECTED = re.compile(r"failed to connect|connection refused|name resolution|DNS", re.IGNORECASE)
# gRPC says UNAVAILABLE both for a service that says so and for a connection that broke on the way.
_BROKEN_OFF = re.compile(r"socket closed|reset|broken pipe|connection|goaway|transport|recvmsg|cancel", re.IGNORECASE)

# All the SDK raises over either transport.
SDK_ERRORS = (
    exceptions.GoogleAPICallError,
    GoogleAuthError,
    requests.exceptions.RequestException,
    ParseError,
)


def failure_of(error: Exception) -> ServiceFailure:
    """The failure an exception of the SDK stands for, one of SDK_ERRORS."""
    if isinstance(error, exceptions.GoogleAPICallError):
        return _of_call(error)
    if isinstance(error, TransportError):
        return ServiceFailure("unreachable", "no connection to Google's sign-in")
    if isinstance(error, GoogleAuthError):
        return ServiceFailure("denied", f"no usable credentials ({type(error).__name__})")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return ServiceFailure("unreachable", "no connection")
    if isinstance(error, requests.exceptions.Timeout):
        return ServiceFailure("timed_out", "no answer in time", maybe_paid=True)
    if isinstance(error, requests.exceptions.RequestException):
        if isinstance(getattr(next(iter(error.args), None), "reason", None), NewConnectionError):
            return ServiceFailure("unreachable", "no connection")
        return ServiceFailure("unavailable", f"the connection broke ({type(error).__name__})", maybe_paid=True)
    return ServiceFailure("unavailable", "an answer that is not the service's", maybe_paid=True)


def _of_call(error: exceptions.GoogleAPICallError) -> ServiceFailure:
    status = int(error.code) if error.code is not None else None
    name = error.grpc_status_code.name if error.grpc_status_code is not None else type(error).__name__
    said = f"{name} {error.reason}" if error.reason else name
    message = _REST_PREFIX.sub("", error.message)
    told = f"{message} {error.reason or ''} {' '.join(_values(error.metadata))}"
    if isinstance(error, exceptions.DeadlineExceeded | exceptions.GatewayTimeout):
        return ServiceFailure("timed_out", said, status=status, maybe_paid=True)
    if isinstance(error, exceptions.TooManyRequests) or (
        isinstance(error, exceptions.Forbidden) and _RATE.search(told)
    ):
        if _DAILY.search(told):
            return ServiceFailure("exhausted", said, status=status)
        return ServiceFailure("rate_limited", said, retry_after=_retry_after(error), status=status)
    if isinstance(error, exceptions.BadRequest) and not isinstance(error, exceptions.FailedPrecondition):
        kind: Kind = "rejected"
        if _TOO_LARGE.search(message):
            kind = "too_large"
        elif _FOR_EVERY_TEXT.search(message):
            kind = "denied"
        return ServiceFailure(kind, said, status=status)
    for type_, kind in _BY_TYPE:
        if isinstance(error, type_):
            return ServiceFailure(kind, said, status=status, maybe_paid=isinstance(error, exceptions.Cancelled))
    if isinstance(error, exceptions.ServiceUnavailable) and _NOT_CONNECTED.search(message):
        return ServiceFailure("unreachable", "no connection")
    broke = error.grpc_status_code is not None and _BROKEN_OFF.search(message) is not None
    return ServiceFailure("unavailable", said, retry_after=_retry_after(error), status=status, maybe_paid=broke)


def _values(metadata: Any) -> list[str]:
    return [str(value) for value in metadata.values()] if metadata else []


def _retry_after(error: exceptions.GoogleAPICallError) -> float | None:
    """The wait a RetryInfo asks for, in whichever form the transport gives it; else that of the header, in seconds."""
    for detail in error.details:
        if isinstance(detail, Mapping):
            found = _SECONDS.fullmatch(str(detail.get("retryDelay", "")))
            if found is not None:
                return float(found[1])
        elif isinstance(detail, RetryInfo):
            return float(detail.retry_delay.seconds + detail.retry_delay.nanos / 1e9)
    headers = getattr(error.response, "headers", None)
    found = _SECONDS.fullmatch(headers.get("Retry-After", "") if headers is not None else "")
    return float(found[1]) if found is not None else None
