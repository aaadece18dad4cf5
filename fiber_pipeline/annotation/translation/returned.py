"""Texts that a service returns: it was sent none of anybody's data, but may have guessed, or been given, some."""

from typing import overload

from fiber_pipeline.cleaning import redact


@overload
def redacted(text: str) -> str: ...
@overload
def redacted(text: None) -> None: ...
def redacted(text: str | None) -> str | None:
    """A returned text as it may be stored: personal data in it is replaced by marks, as in what customers write."""
    return None if text is None else redact(text).text
