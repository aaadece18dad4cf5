"""How a text file's bytes become characters."""

import codecs
import io
import unicodedata
from typing import BinaryIO, NamedTuple

from charset_normalizer import from_bytes

from fiber_pipeline.readers.files.foreign_types import EXPORT_INSTEAD
from fiber_pipeline.readers.unreadable import UnreadableFile

_BLOCK = 1024 * 1024
_SAMPLE = 256 * 1024
_MIXED = "fiber-cp1252"
_EIGHT_BIT = ["cp1252", "latin_1", "mac_roman", "cp850"]
_JUDGED = 16 * 1024
_FEW_BROKEN = 0.1


class Encoding(NamedTuple):
    """An encoding: the name users see, Python's codec and error handler, and what to tell an operator."""

    name: str
    codec: str
    errors: str = "strict"
    note: str | None = None


def _decode_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    return broken.decode("cp1252", "replace"), error.end


codecs.register_error(_MIXED, _decode_as_cp1252)


def detect_encoding(handle: BinaryIO, where: str) -> Encoding:
    """Tell the encoding from a byte order mark, the pattern of zero bytes, UTF-8's own rules, or the letters.

    UTF-8 is decided on the whole file, the rest on its first 256 KiB. A file that is UTF-8 but for a few bytes
    is read as UTF-8 with those bytes as cp1252. Leaves the file at its start; raises UnreadableFile for binary.
    """
    handle.seek(0)
    sample = handle.read(_SAMPLE)
    handle.seek(0)
    encoding = _by_mark(sample) or _by_zeros(sample) or _by_utf8(handle, sample)
    handle.seek(0)
    _refuse_binary(sample.decode(encoding.codec, "replace"), where)
    return encoding


def open_text(handle: BinaryIO, encoding: Encoding) -> io.TextIOWrapper:
    """Open the file's text from its start, line breaks as they stand. Detach it rather than close it."""
    handle.seek(0)
    return io.TextIOWrapper(handle, encoding.codec, errors=encoding.errors, newline="")


def _by_mark(sample: bytes) -> Encoding | None:
    if sample.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return Encoding("utf-32", "utf-32", "replace")
    if sample.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8-sig", "utf-8-sig", _MIXED)
    if sample.startswith(codecs.BOM_UTF16_LE):
        return Encoding("utf-16-le", "utf-16", "replace")
    if sample.startswith(codecs.BOM_UTF16_BE):
        return Encoding("utf-16-be", "utf-16", "replace")
    return None


def _by_zeros(sample: bytes) -> Encoding | None:
    """UTF-16 without a mark: in western text every other byte is zero."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > 0.4 * half and even < 0.1 * half:
        return Encoding("utf-16-le", "utf-16-le", "replace")
    if even > 0.4 * half and odd < 0.1 * half:
        return Encoding("utf-16-be", "utf-16-be", "replace")
    return None


def _by_utf8(handle: BinaryIO, sample: bytes) -> Encoding:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := handle.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _eight_bit(handle, sample)
    return Encoding("utf-8", "utf-8")


def _eight_bit(handle: BinaryIO, sample: bytes) -> Encoding:
    handle.seek(0)
    good, bad = 0, 0
    while block := handle.read(_BLOCK):
        text = block.decode("utf-8", "replace")
        replaced = text.count("\ufffd")
        bad += replaced
        good += len(text) - replaced - _ascii(block)
    if good > 0 and bad <= _FEW_BROKEN * (good + bad) + 2:
        return Encoding("utf-8", "utf-8", _MIXED, "some bytes are not UTF-8 and were read as cp1252")
    best = from_bytes(_accented_part(sample), cp_isolation=_EIGHT_BIT).best()
    codec = best.encoding if best is not None else "cp1252"
    if codec in ("cp1252", "latin_1"):
        # Both read alike but for 0x80-0x9f: typographic marks in cp1252, control characters in latin-1.
        codec = "cp1252" if not any(byte in sample for byte in b"\x81\x8d\x8f\x90\x9d") else "latin_1"
    return Encoding({"latin_1": "latin-1", "mac_roman": "mac-roman"}.get(codec, codec), codec, "replace")


def _ascii(block: bytes) -> int:
    return len(block) - len(block.translate(None, bytes(range(128))))


def _accented_part(sample: bytes) -> bytes:
    """The lines that tell eight-bit encodings apart."""
    lines = [line for line in sample.splitlines() if not line.isascii()]
    return b"\n".join(lines[:500]) or sample


def _refuse_binary(text: str, where: str) -> None:
    judged = text[:_JUDGED]
    foreign = sum(1 for character in judged if _is_foreign(character))
    if foreign > max(8, 0.02 * len(judged)):
        raise UnreadableFile(
            "the file is neither text nor a format this pipeline reads",
            where,
            EXPORT_INSTEAD,
        )


def _is_foreign(character: str) -> bool:
    """Whether a character has no place in text: a control, unassigned, private or a decoder's replacement."""
    if character < "\x7f":
        return character < " " and character not in "\t\n\r\f\v\x1a"
    return character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs")
