"""Comments cut into words, numbers, emojis and punctuation, each with its place in the text."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from fiber_pipeline.text.folding import APOSTROPHES, fold, unstretch
from fiber_pipeline.text.marks import MARK

_TILDE_OR_HAT = "\u0303\u0302"  # combining: g̃ has no composed form, and some type ĩ as i + ̃
_WORD = rf"[^\W\d_](?:[^\W_]+|[{_TILDE_OR_HAT}]|[{re.escape(APOSTROPHES)}](?=[^\W\d_]))*"
_EMOJI_BASE = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\u2190-\u21ff\u231a-\u23ff"
_TOKEN = re.compile(
    rf"(?P<word>{_WORD})"  # most tokens are words, so they are tried first
    rf"|(?P<mark>{MARK.pattern})"  # what redaction leaves, such as [TELEFONO]
    r"|(?P<number>\d+(?:[.,:/]\d+)*%?)"
    r"|(?P<emoticon>[:;=8xX]['´]?-?[)(DPpoO/\\|3*]+(?!\w)|<3|\^_?\^|-_-|[:;][vV]\b)"
    rf"|(?P<emoji>[{_EMOJI_BASE}](?:[\ufe0f\u200d\U0001f3fb-\U0001f3ff{_EMOJI_BASE}])*)"
    r"|(?P<punctuation>\.{2,}|[!¡]+|[?¿]+|[^\w\s]|_)"
)


class Token(NamedTuple):
    """A piece of a comment. `kind` is mark, word, number, emoticon, emoji or punctuation."""

    surface: str
    folded: str
    kind: str
    start: int
    end: int

    @property
    def is_stretched(self) -> bool:
        """Whether letters were repeated for stress; `folded` is without them."""
        return self.kind == "word" and unstretch(self.surface.lower()) != self.surface.lower()


_CACHED_PIECES = 32_768
_LONGEST_CACHED = 40  # what is longer hardly comes twice
_token: Callable[[Iterable[object]], Token] = Token._make


def tokenize(text: str) -> list[Token]:
    """Cut `text` (NFC) into tokens; offsets are characters, `end` exclusive. Nothing but white space is left out.

    No token holds white space, so a text is cut there first, and what stands between is mostly known already.
    """
    tokens: list[Token] = []
    end = 0
    for piece in text.split():
        start = text.index(piece, end)
        end = start + len(piece)
        cut = _cut_known(piece) if end - start <= _LONGEST_CACHED else _cut(piece)
        for surface, folded, kind, first, last in cut:
            tokens.append(_token((surface, folded, kind, start + first, start + last)))
    return tokens


def _cut(piece: str) -> tuple[tuple[str, str, str, int, int], ...]:
    """The tokens of a stretch without white space, as the fields of Token with offsets from its beginning."""
    return tuple(
        (
            match.group(),
            fold(unstretch(match.group())) if match.lastgroup == "word" else match.group(),
            match.lastgroup or "punctuation",
            match.start(),
            match.end(),
        )
        for match in _TOKEN.finditer(piece)
    )


_cut_known = lru_cache(maxsize=_CACHED_PIECES)(_cut)
