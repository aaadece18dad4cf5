"""Personal data in a comment: found, and replaced by marks that say its kind.

Runs before anything else sees the text. Kinds are tried from the surest to the vaguest, and what one has taken the next
leaves alone. IP addresses are kept: those customers quote are their router's or change by the day, and help the
technician. So are numbers of tickets and orders, towns, barrios by themselves, and names of companies.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from fiber_pipeline.cleaning.accounts import find_accounts, find_cards
from fiber_pipeline.cleaning.addresses import find_addresses
from fiber_pipeline.cleaning.documents import find_cedulas, find_rucs
from fiber_pipeline.cleaning.emails import find_emails
from fiber_pipeline.cleaning.names import find_names
from fiber_pipeline.cleaning.phones import find_phones
from fiber_pipeline.cleaning.plain_view import PlainView

_Finder = Callable[[PlainView], Iterator[tuple[int, int]]]

_HAS_DIGITS = re.compile(r"\d(?:[^a-z]{0,6}\d){2}|\b(?:cero|nueve|siete|cinco)\b")
_HAS_MAIL = re.compile(r"@|arroba|\bat\b|[(\[{]a[)\]}]|mail|correo")
_FINDERS: tuple[tuple[str, _Finder, re.Pattern[str] | None], ...] = (
    ("email", find_emails, _HAS_MAIL),
    ("tarjeta", find_cards, _HAS_DIGITS),
    ("ruc", find_rucs, _HAS_DIGITS),
    ("cuenta", find_accounts, _HAS_DIGITS),
    ("telefono", find_phones, _HAS_DIGITS),
    ("cedula", find_cedulas, _HAS_DIGITS),
    ("direccion", find_addresses, None),
    ("nombre", find_names, None),
)
PII_TYPES = tuple(kind for kind, _, _ in _FINDERS)
MARKS = {kind: f"[{kind.upper()}]" for kind in PII_TYPES}
_WORST_CASE_PASSES = 8


class Span(NamedTuple):
    """Personal data of kind `pii_type` (one of PII_TYPES) at `text[start:end]`."""

    start: int
    end: int
    pii_type: str


class Redaction(NamedTuple):
    """`text` with marks in place of personal data, and the kinds replaced, in the order of PII_TYPES."""

    text: str
    types: tuple[str, ...]


def find_pii(text: str) -> list[Span]:
    """Personal data in `text` in order of place, without overlaps. Text already redacted has none."""
    view = PlainView(text)
    taken: list[Span] = []
    for kind, find, hint in _FINDERS:
        if hint is not None and not hint.search(view.plain):
            continue
        for start, end in find(view):
            while start < end and view.plain[start] in " ,.;:-":
                start += 1
            while end > start and view.plain[end - 1] in " ,;:-(":
                end -= 1
            if start == end:
                continue
            first, last = view.locate(start, end)
            if not any(first < other.end and other.start < last for other in taken):
                taken.append(Span(first, last, kind))
    return sorted(taken)


def redact(text: str) -> Redaction:
    """Replace personal data in `text` by marks such as `[TELEFONO]`.

    Redacting twice changes nothing more: what a replacement brings to light is replaced too.
    """
    types: set[str] = set()
    for _ in range(_WORST_CASE_PASSES):
        spans = find_pii(text)
        if not spans:
            break
        types.update(span.pii_type for span in spans)
        for span in reversed(spans):
            text = text[: span.start] + MARKS[span.pii_type] + text[span.end :]
    return Redaction(text, tuple(kind for kind in PII_TYPES if kind in types))


def redact_all(texts: Iterable[str]) -> list[Redaction]:
    """`redact` for many texts; a text that repeats is worked out once."""
    known: dict[str, Redaction] = {}
    redactions = []
    for text in texts:
        redaction = known.get(text)
        if redaction is None:
            redaction = known[text] = redact(text)
        redactions.append(redaction)
    return redactions
