"""Personal data in a comment: found, and replaced by marks that say its kind.

Runs before anything else sees the text. Kinds are tried from the surest to the vaguest, and what one has taken the next
leaves alone. Towns, barrios and streets by themselves are kept, for they say where the service fails; so are names of
companies and the addresses of home networks, which are every customer's.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from fiber_pipeline.cleaning.personal_data.accounts import find_accounts, find_aliases
from fiber_pipeline.cleaning.personal_data.addresses import find_addresses
from fiber_pipeline.cleaning.personal_data.births import find_births
from fiber_pipeline.cleaning.personal_data.cards import find_cards
from fiber_pipeline.cleaning.personal_data.contracts import find_contracts
from fiber_pipeline.cleaning.personal_data.cues import cue_words
from fiber_pipeline.cleaning.personal_data.devices import find_devices, find_ip_addresses
from fiber_pipeline.cleaning.personal_data.documents import find_bare_cedulas, find_cedulas, find_rucs
from fiber_pipeline.cleaning.personal_data.emails import find_emails
from fiber_pipeline.cleaning.personal_data.locations import find_locations
from fiber_pipeline.cleaning.personal_data.logins import find_passwords, find_users
from fiber_pipeline.cleaning.personal_data.names import find_names
from fiber_pipeline.cleaning.personal_data.phones import find_announced_phones, find_phone_links, find_phones
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView
from fiber_pipeline.cleaning.personal_data.profiles import find_profiles
from fiber_pipeline.text import MARKS, PII_TYPES

_Finder = Callable[[PlainView], Iterator[tuple[int, int]]]

# A number that is spelled out in digits has one of these, and any larger one a "mil".
_NUMBER_WORDS = frozenset({"cero", "cinco", "siete", "nueve", "mil", "millon", "millones"}) | {
    "cvv",
    "cvc",
    "seguridad",
}
_MAIL_WORDS = frozenset({"at", "mail", "correo", "email", "gmail", "hotmail"})
_MAIL_SIGN = re.compile(r"[(\[{]a[)\]}]")
_FOUR_DIGITS = re.compile(r"\d(?:[^a-z\d]{0,6}\d){3}")
_CODE = re.compile(
    r"(?<![a-z0-9])(?=[a-z]{0,7}\d)[a-z0-9]{8}|[0-9a-f]{2}[:-][0-9a-f]{2}[:-]|[0-9a-f]{4}\.[0-9a-f]{4}\."
)
_DIGIT = re.compile(r"\d")
_LOGIN_WORDS = cue_words("users", "passwords", "networks", "profiles") | {"alias"}
_BIRTH_WORDS = cue_words("births")


class _Signs(NamedTuple):
    """What a look at a whole text shows that it may hold. Nearly every comment holds none, and is soon done with."""

    numbers: bool
    codes: bool
    links: bool
    mail: bool
    logins: bool
    births: bool


def _signs(view: PlainView) -> _Signs:
    plain, words = view.plain, view.words
    has_digit = _DIGIT.search(plain) is not None
    return _Signs(
        numbers=(has_digit and _FOUR_DIGITS.search(plain) is not None) or not words.isdisjoint(_NUMBER_WORDS),
        codes=has_digit and _CODE.search(plain) is not None,
        links="/" in plain or "+" in plain or "::" in plain,
        mail="@" in plain
        or "arroba" in plain
        or _MAIL_SIGN.search(plain) is not None
        or not words.isdisjoint(_MAIL_WORDS),
        logins=not words.isdisjoint(_LOGIN_WORDS),
        births=not words.isdisjoint(_BIRTH_WORDS),
    )


# In the order in which they are asked, each with the signs of which one at least must show.
_KINDS: tuple[tuple[str, _Finder, frozenset[str]], ...] = (
    ("telefono", find_phone_links, frozenset({"links"})),
    ("email", find_emails, frozenset({"mail"})),
    ("perfil", find_profiles, frozenset({"links", "mail", "logins"})),
    ("tarjeta", find_cards, frozenset({"numbers"})),
    ("ip", find_ip_addresses, frozenset({"numbers", "links"})),
    ("equipo", find_devices, frozenset({"numbers", "codes"})),
    ("ubicacion", find_locations, frozenset({"numbers", "links"})),
    ("nacimiento", find_births, frozenset({"numbers", "births"})),
    ("clave", find_passwords, frozenset({"logins"})),
    ("cuenta", find_accounts, frozenset({"numbers"})),
    ("cuenta", find_aliases, frozenset({"logins"})),
    ("ruc", find_rucs, frozenset({"numbers"})),
    ("contrato", find_contracts, frozenset({"numbers", "codes"})),
    ("telefono", find_phones, frozenset({"numbers"})),
    ("cedula", find_cedulas, frozenset({"numbers"})),
    ("telefono", find_announced_phones, frozenset({"numbers"})),
    ("cedula", find_bare_cedulas, frozenset({"numbers"})),
    ("usuario", find_users, frozenset({"logins"})),
    ("direccion", find_addresses, frozenset()),
    ("nombre", find_names, frozenset()),
)


@cache
def _finders(signs: _Signs) -> tuple[tuple[str, _Finder], ...]:
    shown = {sign for sign, is_shown in signs._asdict().items() if is_shown}
    return tuple((kind, find) for kind, find, needed in _KINDS if not needed or needed & shown)


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
    for kind, find in _finders(_signs(view)):
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
    """Replace personal data in `text` by marks such as `[TELEFONO]`: the one way in, for whatever text.

    text: a comment as a customer wrote it, or what a service made of one. Every kind of PII_TYPES is looked for, in
    Spanish, Guaraní, Portuguese and English as they are written in Paraguay. Idempotent: redacting a redacted text
    changes nothing and finds nothing, since what a replacement brings to light is replaced too. Linear in the length.
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
