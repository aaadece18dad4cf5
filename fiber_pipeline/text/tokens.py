"""Comments cut into words, numbers, emojis and punctuation, each with its place in the text."""

import re
from functools import lru_cache
from typing import NamedTuple

from fiber_pipeline.text.folding import APOSTROPHES, fold, unstretch

_TILDE_OR_HAT = "\u0303\u0302"  # combining: g̃ has no composed form, and some type ĩ as i + ̃
_WORD = rf"[^\W\d_](?:[^\W_]+|[{_TILDE_OR_HAT}]|[{re.escape(APOSTROPHES)}](?=[^\W\d_]))*"
_EMOJI_BASE = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\u2190-\u21ff\u231a-\u23ff"
_TOKEN = re.compile(
    rf"(?P<word>{_WORD})"  # most tokens are words, so they are tried first
    r"|(?P<mark>\[[A-Z_]+\])"  # what redaction leaves, such as [TELEFONO]
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


@lru_cache(maxsize=100_000)
def _fold_word(surface: str) -> str:
    return fold(unstretch(surface))


def tokenize(text: str) -> list[Token]:
    """Cut `text` (NFC) into tokens; offsets are characters, `end` exclusive. Nothing but white space is left out."""
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "punctuation"
        surface = match.group()
        folded = _fold_word(surface) if kind == "word" else surface
        tokens.append(Token(surface, folded, kind, match.start(), match.end()))
    return tokens
