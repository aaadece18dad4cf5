"""What stands for a question's key in the journal: a digest that is of no use without the warehouse's key, if any."""

import hashlib
import hmac
from collections.abc import Callable

Digest = Callable[[str], bytes]


def digest_under(key: str | None) -> Digest:
    """The digest of this warehouse key; every process that shares a journal has the same."""
    secret = (key or "").encode()
    return lambda name: hmac.digest(secret, name.encode(), hashlib.sha256)
