"""How an answer is written: compact JSON, in a store compressed where that pays."""

import gc
import zlib
from collections.abc import Iterable
from typing import Any

import pydantic_core

_PLAIN, _COMPRESSED = b"\x00", b"\x01"
# Beyond level 6 zlib spends twice the time on answers of some hundred bytes and saves under 1 %.
_LEVEL = 6
# Below it, a fifth of the time of a look-up goes into saving less than a page holds on some dozens of answers.
_WORTH_COMPRESSING = 512


def write_answer(answer: Any) -> bytes:
    """Plain JSON, in UTF-8. Raises ValueError for what JSON cannot hold."""
    # Three times as fast as the standard library's encoder, for which a new one is made with each call.
    return pydantic_core.to_json(answer)


def read_answers(written: Iterable[bytes]) -> list[Any]:
    """What `write_answer` wrote, one by one, in order."""
    # Very many small objects and no cycles: the collector would go through them again and again, and free none.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return [pydantic_core.from_json(answer) for answer in written]
    finally:
        if collecting:
            gc.enable()


def pack_answer(written: bytes) -> bytes:
    """A written answer as a store keeps it; the first byte says how the rest is to be read."""
    if len(written) >= _WORTH_COMPRESSING:
        compressed = zlib.compress(written, _LEVEL)
        if len(compressed) < len(written):
            return _COMPRESSED + compressed
    return _PLAIN + written


def unpack_answers(bodies: Iterable[bytes]) -> list[Any]:
    """The answers, of which `pack_answer` made these bodies, in order."""
    return read_answers(zlib.decompress(body[1:]) if body[:1] == _COMPRESSED else body[1:] for body in bodies)
