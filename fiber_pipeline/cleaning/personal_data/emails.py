"""E-mail addresses, also where the signs are spelled out or spaced."""

import re
from collections.abc import Iterator

from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

_LOCAL = r"[\w+-]{1,64}(?:(?:\.| \. | punto | guion bajo | guion | dot )[\w+-]{1,64}){0,8}"
_AT = r"(?: ?@ ?| ?[(\[{](?:at|arroba|a|@)[)\]}] ?| arroba )"
_DOMAIN = r"[a-z0-9][a-z0-9-]*"
_KNOWN_TOP = r"(?:com|net|org|edu|gov|gob|coop|info|py|ar|br|es|us|uy)"
_TOP = rf"(?:\.[a-z][a-z0-9-]*| ?[(\[](?:dot|punto)[)\]] ?[a-z]+|(?: \. ?|\. | punto | dot |,){_KNOWN_TOP}(?![a-z]))"
_PROVIDER = r"(?:gmail|gmai|gmial|hotmail|hotmai|outlook|yahoo|icloud|live|proton(?:mail)?|personal)"
_EMAIL = re.compile(rf"(?<![\w@.+-]){_LOCAL}(?:{_AT}{_DOMAIN}{_TOP}+|{_AT}{_PROVIDER}\b|(?: at )(?:{_DOMAIN}{_TOP}+))")
_GLUED = re.compile(rf"[\w.+-]{{1,64}}arroba{_PROVIDER}(?:{_TOP})*")
# "Instagram @ana.gill" is a word and a name in a social network.
_HANDLE = re.compile(rf"\w @(?!\S*\.{_KNOWN_TOP}\b)[\w.]")
_NAMED = re.compile(
    r"\b(?:mail|correo|email|e-mail)\b[^\w\x00]{1,3}(?:(?:es|de|mi)[ :]{1,2}){0,2}"
    rf"(?P<address>{_LOCAL} ?(?:en |a )?{_PROVIDER}(?:{_TOP}+))"
)


def find_emails(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` e-mail addresses stand."""
    for pattern in (_EMAIL, _GLUED):
        for match in pattern.finditer(view.plain):
            if not _HANDLE.search(match.group()):
                yield match.span()
    for match in _NAMED.finditer(view.plain):
        yield match.span("address")
