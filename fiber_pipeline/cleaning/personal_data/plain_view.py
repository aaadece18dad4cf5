"""A comment as patterns want to read it, with the way back to the comment as it stands."""

import re
import unicodedata

from fiber_pipeline.text import MARK

# Stands for each character of a mark, so that no pattern takes a mark's words for context or part of a name.
BLANK = "\x00"

# A capital inside a sentence; in text without one, or with little else, capitals tell nothing.
_INNER_CAPITAL = re.compile(r"(?:[^\W\d_]|[,;:)]) +[A-ZÁÉÍÓÚÑÜÂÊÔÃÕẼĨŨỸ][^\W\d_A-Z]")
_SHOWN_WORD = re.compile(r"[^\W\d_]+")
_PLAIN_WORD = re.compile(r"[a-z]+")
_MOSTLY = 0.85
_FEW_WORDS = 4

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u0300-\u036f\ufe00-\ufe0f"
    "'’‘ʼʹʻꞌ´`′]"
)
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d"
_DOTS = "\u00b7\u2022\u2024\u2027\u2219\u30fb\uff0e"


class _PlainLetters(dict[int, str]):
    """Each character's plain form, always one character, worked out when first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = self._plain(character)
        self[code] = plain
        return plain

    @staticmethod
    def _plain(character: str) -> str:
        if character in _DASHES:
            return "-"
        if character in _DOTS:
            return "."
        if character.isspace():
            return " "
        digit = unicodedata.digit(character, None)
        if digit is not None and unicodedata.category(character) in ("Nd", "No"):
            return str(digit)
        base = unicodedata.normalize("NFKD", character)[:1].lower()
        return base if len(base) == 1 else character


_PLAIN_LETTERS = _PlainLetters()


class PlainView:
    """`text` in lower case, without accents, apostrophes and invisible characters, with ASCII digits and dashes.

    `plain` is what patterns read; `locate` tells where in `text` a stretch of it stands. `words` are its
    words, each once, to see at a glance whether a pattern has anything to look for. `visible` has the characters behind
    those of `plain`, place by place.
    """

    __slots__ = ("_positions", "_tells_case", "plain", "text", "visible", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self._positions: list[int] | None = None
        self.visible = text
        if text.isascii() and "'" not in text and "`" not in text:
            plain = text.lower()
            if "\n" in plain or "\t" in plain or "\r" in plain:
                plain = plain.translate(_PLAIN_LETTERS)
        else:
            if _INVISIBLE.search(text):
                self._positions = [place for place, character in enumerate(text) if not _INVISIBLE.match(character)]
                self.visible = "".join([text[place] for place in self._positions])
            plain = self.visible.translate(_PLAIN_LETTERS)
        if "[" in plain:
            for match in MARK.finditer(self.visible):
                plain = plain[: match.start()] + BLANK * len(match.group()) + plain[match.end() :]
        self.plain = plain
        self.words = frozenset(_PLAIN_WORD.findall(plain))
        self._tells_case: bool | None = None

    @property
    def tells_case(self) -> bool:
        """Whether a capital marks a name: not so in text of one case, or With Capitals Throughout."""
        if self._tells_case is None:
            self._tells_case = self.has_inner_capital and not _is_titled(self.text)
        return self._tells_case

    @property
    def has_inner_capital(self) -> bool:
        """Whether a word other than the first of a sentence begins with a capital and goes on without."""
        return _INNER_CAPITAL.search(self.text) is not None

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Where `plain[start:end]` stands in `text`."""
        if self._positions is None:
            return start, end
        return self._positions[start], self._positions[end - 1] + 1

    def shown(self, start: int, end: int) -> str:
        """The characters of `text` behind `plain[start:end]`, with their capitals and accents."""
        first, last = self.locate(start, end)
        return self.text[first:last]


def _is_titled(text: str) -> bool:
    words = _SHOWN_WORD.findall(text)
    capitals = sum(word[0].isupper() for word in words)
    return len(words) > _FEW_WORDS and capitals >= _MOSTLY * len(words)
