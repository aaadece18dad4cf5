"""Personal data in a comment: found, and replaced by marks that say its kind.

Runs before anything else sees the text. Kinds are tried from the surest to the vaguest, and what one has taken the next
leaves alone. IP addresses are kept: those customers quote are their router's or change by the day, and help the
technician. So are numbers of tickets and orders, towns, barrios by themselves, and names of companies.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from fiber_pipeline.cleaning.personal_data.accounts import find_accounts, find_cards
from fiber_pipeline.cleaning.personal_data.addresses import find_addresses
from fiber_pipeline.cleaning.personal_data.documents import find_bare_cedulas, find_cedulas, find_rucs
from fiber_pipeline.cleaning.personal_data.emails import find_emails
from fiber_pipeline.cleaning.personal_data.names import find_names
from fiber_pipeline.cleaning.personal_data.phones import find_announced_phones, find_phones
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView
from fiber_pipeline.text import MARKS, PII_TYPES

_Finder = Callable[[PlainView], Iterator[tuple[int, int]]]

# A mobile that is spelled out has a nine, and hardly any other number lacks all four.
_DIGIT_WORDS = frozenset({"cero", "cinco", "siete", "nueve"})
_MAIL_WORDS = frozenset({"at", "mail", "correo", "email", "gmail", "hotmail"})
_MAIL_SIGNS = re.compile(r"@|arroba|[(\[{]a[)\]}]")
_HAS_DIGITS = re.compile(r"\d[^a-z]{0,6}\d[^a-z]{0,6}\d")


def _may_hold_numbers(view: PlainView) -> bool:
    return _HAS_DIGITS.search(view.plain) is not None or not view.words.isdisjoint(_DIGIT_WORDS)


def _may_hold_mail(view: PlainView) -> bool:
    return _MAIL_SIGNS.search(view.plain) is not None or not view.words.isdisjoint(_MAIL_WORDS)


_NUMBER_FINDERS: tuple[tuple[str, _Finder], ...] = (
    ("tarjeta", find_cards),
    ("ruc", find_rucs),
    ("cuenta", find_accounts),
    ("telefono", find_phones),
    ("cedula", find_cedulas),
    ("telefono", find_announced_phones),
    ("cedula", find_bare_cedulas),
)
_WORD_FINDERS: tuple[tuple[str, _Finder], ...] = (("direccion", find_addresses), ("nombre", find_names))
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
    finders = _WORD_FINDERS
    if _may_hold_numbers(view):
        finders = _NUMBER_FINDERS + finders
    if _may_hold_mail(view):
        finders = (("email", find_emails), *finders)
    taken: list[Span] = []
    for kind, find in finders:
        for start, end in find(view):
            while start < end and view.plain[start] in " ,.;:":
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
