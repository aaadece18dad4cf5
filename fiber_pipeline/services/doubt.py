"""Whether the answers to one request can be believed together.

A text can talk a model into spoiling the answers about all others of its request. What a plausible answer is depends on
what is asked, which is known above: whoever asks may hand in what doubts answers. A request whose answers are doubted
is paid for and kept in the books; its answers are not, and each of its texts is asked about again by itself, where no
other can spoil it. What is said of a text alone is believed.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fiber_pipeline.services.operation import Item, text_hash
from fiber_pipeline.services.store.protocol import Kept

Doubt = Callable[[Sequence[Item], Mapping[int, Any]], str | None]
"""Given the texts of a request and the answers by place: why these are not to be believed, without a word of any text;
None if they are. Asked between two requests of the same event loop: it takes milliseconds."""

_MARK = b"true"


def mark_of(key: str) -> str:
    """The key under which the store notes that answers with `key` in a request were doubted."""
    return hashlib.sha256(f"doubted {key}".encode()).hexdigest()


def marks(keys: Sequence[str], items: Sequence[Item]) -> list[Kept]:
    """What is kept of a doubted request: that these texts are to be asked about alone, also after a crash."""
    return [Kept(mark_of(key), text_hash(item.text), _MARK) for key, item in zip(keys, items, strict=True)]
