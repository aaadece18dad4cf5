"""What Azure AI Language's errors mean.

Only error codes are passed on: messages of the service can quote what was sent.
"""

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from fiber_pipeline.services.failures import Kind, ServiceFailure

# The free tier's monthly quota and a resource's own cap both come as 403.
_QUOTA_WORDS = ("quota", "out of call volume")
_TOO_LARGE = frozenset({"InvalidDocumentBatch", "InvalidRequestBodySize", "RequestTooLarge"})
_BY_STATUS: Mapping[int, Kind] = {401: "denied", 404: "denied", 408: "timed_out", 413: "too_large"}


def failure_of_status(status: int, headers: Mapping[str, str], body: str) -> ServiceFailure:
    """The failure an answer other than 200 stands for.

    An address under which there is no resource is as final as a wrong key. The service does not charge for errors.
    """
    code, message = _error_of(body)
    said = f"HTTP {status}" + (f" ({code})" if code and code != str(status) else "")
    if status == 429:
        return ServiceFailure("rate_limited", said, retry_after=retry_after(headers), status=status)
    if status == 403:
        is_quota = any(word in f"{code} {message}".lower() for word in _QUOTA_WORDS)
        return ServiceFailure("exhausted" if is_quota else "denied", said, status=status)
    if status >= 500:
        return ServiceFailure("unavailable", said, retry_after=retry_after(headers), status=status)
    kind = _BY_STATUS.get(status, "too_large" if code in _TOO_LARGE else "rejected")
    return ServiceFailure(kind, said, status=status)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds a service asks to wait, whichever way it says so; None if it does not."""
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        if (milliseconds := _number(headers.get(name))) is not None:
            return milliseconds / 1000
    told = headers.get("Retry-After")
    if told is None:
        return None
    if (seconds := _number(told)) is not None:
        return seconds
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - _now(headers))


def _now(headers: Mapping[str, str]) -> float:
    """The service's clock where it tells it, since the wait is meant by it."""
    try:
        return parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return time.time()


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else max(0.0, float(text))
    except ValueError:
        return None


def _error_of(body: str) -> tuple[str, str]:
    """The innermost error code, and the message to look for words in."""
    try:
        error: Any = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return "", body[:500]
    return error_code(error), str(error.get("message", "")) if isinstance(error, dict) else ""


def error_code(error: Any) -> str:
    """The most exact code an error object gives."""
    code = ""
    while isinstance(error, dict):
        code = str(error.get("code") or code)
        error = error.get("innererror")
    return code
