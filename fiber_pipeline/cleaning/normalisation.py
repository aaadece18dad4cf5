"""One way to write a comment's characters, whatever file or web form they came through.

Nothing a customer meant is changed: letters, stretching, capitals and emojis stay.
"""

import html
import re
import unicodedata
from functools import lru_cache

from fiber_pipeline.text import fold, unstretch

# Almost every comment is already tidy; this spares them all the steps below.
_TIDY = re.compile(r"(?:[!-%'-;=-^`-~¡¿áéíóúüñÁÉÍÓÚÜÑ]+(?: (?! )|$))*")

_TAG = re.compile(
    r"</?(?:a|b|blockquote|br|div|em|font|h[1-6]|hr|i|li|ol|p|pre|s|small|span|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>|<!--.*?-->|<(script|style)\b[^<>]*>.*?</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK_TAG = re.compile(r"<(?:/?(?:br|div|h[1-6]|hr|li|p|tr)\b|!--)", re.IGNORECASE)
# Excel writes characters XML cannot hold as _xHHHH_; exports through other tools leave them undecoded.
_EXCEL_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_BREAK = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Soft hyphen, Mongolian separator, zero-width space, direction marks and embeddings, word joiner, byte order mark.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\U0001f000-\U0001faff"
)
# A joiner or a selector belongs only to the emoji (or keycap digit) it follows.
_STRAY_JOINER = re.compile(
    f"\u200c|(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])|(?<![{_EMOJI}0-9#*])[\ufe00-\ufe0f]|[\ufe00-\ufe0d]"
)
# Letters of a tag sequence spell a region's flag after a black flag; elsewhere they are hidden text.
_STRAY_TAGS = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]+|[\U000e0001\U000e0000]")
_PILED_MARKS = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")
_STYLED = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff\u24b6-\u24e9]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
_NOT_STRETCHED = re.compile(r"(?<![^\W_])(?:www|i{3}|x{3})(?![^\W_])")
_TRIPLE = re.compile(r"([^\W\d_])\1\1")
_ENDS_SENTENCE = frozenset(".,;:!?…-–—/(")


def normalise(text: str) -> str:
    """Return `text` in Unicode NFC with markup, control and invisible characters and spare spacing gone.

    Line breaks stay, as a single "\\n", since personal data is easier to see with them; `join_lines` removes them.
    HTML entities and tags of web forms and Excel's `_x000D_` are decoded; other things in angle brackets ("<3") stay.
    Full-width and mathematical letters become plain ones. Emojis stay whole: joined, toned, flags and keycaps.
    Normalising twice changes nothing more.
    """
    if _TIDY.fullmatch(text):
        return text
    before = None
    # Decoding may uncover more to decode ("&amp;lt;br&amp;gt;"); every step but the first shortens the text.
    while before != text:
        before = text
        text = _decode(text)
    text = _LINE_BREAK.sub("\n", text)
    text = _CONTROL.sub("", text.replace("\t", " "))
    text = _INVISIBLE.sub("", text)
    text = _STRAY_TAGS.sub("", text)
    text = _STYLED.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    text = unicodedata.normalize("NFC", text)
    text = _PILED_MARKS.sub(r"\1", text)
    text = _STRAY_JOINER.sub("", text)
    text = _LINES.sub("\n", _SPACES.sub(" ", text)).strip()
    return text if text == before else normalise(text)


def _decode(text: str) -> str:
    if "_x" in text:
        text = _EXCEL_ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text)
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(lambda match: "\n" if _BLOCK_TAG.match(match.group()) else "", text)
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text


def join_lines(text: str) -> str:
    """Return normalised `text` on one line.

    A line that starts anew (a capital, a dash, a mark) after one that ended without punctuation is parted by a full
    stop, so that "Buen precio / Mala atención" stays two statements; any other break was only a wrap.
    """
    if "\n" not in text:
        return text
    lines = [line.strip() for line in text.split("\n")]
    joined = lines[0]
    for line in lines[1:]:
        starts_anew = (line[:1].isupper() and not joined.isupper()) or line[:1] in "-•*¿¡[–—·"
        ended = not joined or joined[-1] in _ENDS_SENTENCE
        joined += (". " if starts_anew and not ended else " ") + line
    return _SPACES.sub(" ", joined).strip()


@lru_cache(maxsize=16)
def plain_form(text: str) -> str:
    """`text` in lower case, unstretched and folded: what comparisons read. Kept a moment, as several ask in a row."""
    return fold(unstretch(text.lower()))


def is_stretched(text: str) -> bool:
    """Whether letters are repeated for stress ("buenísimoooo"); "www" and roman numerals are not."""
    if not _TRIPLE.search(text):
        lowered = text.lower()
        return lowered != text and _has_stretch(lowered)
    return _has_stretch(text.lower())


def _has_stretch(lowered: str) -> bool:
    if not _TRIPLE.search(lowered):
        return False
    without = _NOT_STRETCHED.sub(" ", lowered)
    return unstretch(without) != without
