"""How an answer is written: compact JSON, compressed where that makes it smaller."""

import json
import zlib
from collections.abc import Iterable
from typing import Any

_PLAIN, _COMPRESSED = b"\x00", b"\x01"
# Beyond level 6 zlib spends twice the time on answers of some hundred bytes and saves under 1 %.
_LEVEL = 6
# Shorter ones never get smaller by more than zlib's own frame.
_WORTH_TRYING = 64


def encode_answer(answer: Any) -> bytes:
    """Plain JSON as bytes; the first says how the rest is to be read. Raises TypeError for what JSON cannot hold."""
    text = json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    if len(text) >= _WORTH_TRYING:
        compressed = zlib.compress(text, _LEVEL)
        if len(compressed) < len(text):
            return _COMPRESSED + compressed
    return _PLAIN + text


def decode_answers(bodies: Iterable[bytes]) -> list[Any]:
    """The answers that `encode_answer` wrote, in order.

    They are parsed as one document: a call of the parser each would take longer than what it does.
    """
    texts = [zlib.decompress(body[1:]) if body[:1] == _COMPRESSED else body[1:] for body in bodies]
    answers: list[Any] = json.loads(b"[%b]" % b",".join(texts))
    return answers
