"""What OpenAI's errors and headers mean, in the terms of `services.failures` and `services.service`."""

import re
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

import httpx2
import openai

from fiber_pipeline.services.failures import Kind, ServiceFailure
from fiber_pipeline.services.service import RateHints

_EXHAUSTED = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_TOO_LARGE = frozenset({"context_length_exceeded", "string_above_max_length", "request_too_large"})
# A request that is wrong whatever its texts: the endpoint cannot be asked this way at all.
_NOT_UNDERSTOOD = frozenset(
    (
        "invalid_json_schema",
        "unknown_parameter",
        "unsupported_parameter",
        "unsupported_value",
        "missing_required_parameter",
        "model_not_found",
    )
)
_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)(ms|h|m|s))")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def failure_of(error: openai.APIError) -> ServiceFailure:
    """What an error of the package's own requests means.

    The message names statuses and codes; the service's own words may quote us.
    """
    if isinstance(error, openai.APIStatusError):
        return status_failure(error.status_code, error.code, error.type, error.response.headers)
    causes = [error, *_causes(error)]
    if any(isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout) for cause in causes):
        return ServiceFailure("unreachable", "no connection")
    if isinstance(error, openai.APITimeoutError):
        return ServiceFailure("timed_out", "no answer in time", maybe_paid=True)
    return ServiceFailure("unavailable", f"the connection failed ({type(error).__name__})", maybe_paid=True)


def status_failure(status: int, code: str | None, error_type: str | None, headers: Mapping[str, str]) -> ServiceFailure:
    """What an error status with OpenAI's code and type means."""
    named = next((name for name in (code, error_type) if name and _NAME.fullmatch(name)), None)
    message = f"HTTP {status}" + (f" ({named})" if named else "")
    kind: Kind
    if status == 429 and not {code, error_type} & _EXHAUSTED:
        return ServiceFailure("rate_limited", message, status=status, retry_after=_retry_after(headers))
    if status in (402, 429) or code in _EXHAUSTED:
        kind = "exhausted"
    elif code in _TOO_LARGE or status == 413:
        kind = "too_large"
    elif status < 400 or status in (401, 403, 404) or code in _NOT_UNDERSTOOD:
        # Below 400 is a redirection: the key is not carried to another address.
        kind = "denied"
    elif status == 408:
        return ServiceFailure("timed_out", message, status=status, maybe_paid=True)
    elif status >= 500 or status == 409:
        # The service does not charge for its own errors; a gateway before it knows nothing of what was done behind.
        return ServiceFailure(
            "unavailable",
            message,
            status=status,
            retry_after=_retry_after(headers) if status == 503 else None,
            maybe_paid=status in (502, 504),
        )
    else:
        kind = "rejected"
    return ServiceFailure(kind, message, status=status)


def rate_hints(headers: Mapping[str, str]) -> RateHints:
    """What the headers say of the quota."""
    return RateHints(
        limit_requests=_number(headers.get("x-ratelimit-limit-requests")),
        remaining_requests=_number(headers.get("x-ratelimit-remaining-requests")),
        reset_requests=duration(headers.get("x-ratelimit-reset-requests")),
        limit_tokens=_number(headers.get("x-ratelimit-limit-tokens")),
        remaining_tokens=_number(headers.get("x-ratelimit-remaining-tokens")),
        reset_tokens=duration(headers.get("x-ratelimit-reset-tokens")),
    )


def duration(text: str | None) -> float | None:
    """Seconds of a duration as OpenAI writes it: 120ms, 1.5s, 6m0s; or of plain seconds; None for anything else."""
    if not text:
        return None
    plain = _number(text)
    if plain is not None:
        return plain
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after")
    seconds = _number(said)
    if seconds is None and said:
        try:
            seconds = max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
        except ValueError:
            seconds = None
    if seconds is not None:
        return seconds
    hints = rate_hints(headers)
    spent = [
        reset
        for remaining, reset in (
            (hints.remaining_requests, hints.reset_requests),
            (hints.remaining_tokens, hints.reset_tokens),
        )
        if remaining == 0 and reset is not None
    ]
    return max(spent, default=None)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else -1.0
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
