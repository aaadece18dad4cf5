"""What of an answer can be read by who has the store but not the key.

Without a key, answers lie open, and their keys and the digests of their texts are hashes: texts themselves are nowhere,
but who guesses one can find out that it was asked about. With a key, answers are encrypted (AES-256-GCM), and keys
and digests are HMACs, which nobody without the key can guess at. What the books hold (when, for which run and batch,
whom, how much) is never sealed.

Both keys are derived from the user's by scrypt (RFC 7914), with a salt that is kept in the store, so that a word
somebody chose as key is not found by trying words quickly.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from fiber_pipeline.services.store.errors import KeyMismatch

DIGEST_BYTES = 16
"""128 bits: a chance below 1 in 10^18 that two of a billion answers collide."""

_NONCE_BYTES = 12
_KEY_BYTES = 32
# About 50 ms and 16 MB once per opening; OWASP's least for passwords is a few times that, and keys are longer.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}
_SALT, _PROOF = "salt", "proof"


class Seal(Protocol):
    """Turns keys, text digests and answers into what is kept."""

    @property
    def mark(self) -> Mapping[str, bytes]:
        """What the store keeps of the seal itself; empty where nothing is sealed."""

    def digest(self, name: str) -> bytes:
        """What stands for an answer's key or a text's digest: DIGEST_BYTES bytes."""

    def close(self, body: bytes, digest: bytes) -> bytes:
        """What is kept of an answer's body; `digest` is that of its key, and ties the two together."""

    def open(self, kept: bytes, digest: bytes) -> bytes:
        """The body again. Raises KeyMismatch if it was not closed by this seal under this digest."""


class Unsealed:
    """Hides nothing but texts."""

    mark: Mapping[str, bytes] = {}

    def digest(self, name: str) -> bytes:
        """A hash."""
        return hashlib.sha256(name.encode("utf-8")).digest()[:DIGEST_BYTES]

    def close(self, body: bytes, digest: bytes) -> bytes:
        """The body itself."""
        return body

    def open(self, kept: bytes, digest: bytes) -> bytes:
        """The body itself."""
        return kept


class Sealed:
    """Encrypts answers and makes digests that cannot be guessed."""

    def __init__(self, key: str, salt: bytes) -> None:
        derived = Scrypt(salt=salt, length=2 * _KEY_BYTES, **_SCRYPT).derive(key.encode("utf-8"))
        self._cipher = AESGCM(derived[:_KEY_BYTES])
        self._hmac_key = derived[_KEY_BYTES:]
        self._salt = salt

    def __repr__(self) -> str:
        return "Sealed()"

    @property
    def mark(self) -> Mapping[str, bytes]:
        """The salt, and what shows whether a key is the right one."""
        return {_SALT: self._salt, _PROOF: hmac.digest(self._hmac_key, b"fiber_pipeline store", "sha256")}

    def digest(self, name: str) -> bytes:
        """An HMAC."""
        return hmac.digest(self._hmac_key, name.encode("utf-8"), "sha256")[:DIGEST_BYTES]

    def close(self, body: bytes, digest: bytes) -> bytes:
        """The body encrypted, its nonce before it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, body, digest)

    def open(self, kept: bytes, digest: bytes) -> bytes:
        """The body decrypted."""
        try:
            return self._cipher.decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], digest)
        except InvalidTag:
            raise KeyMismatch("an answer in the store was not sealed with this key, or was tampered with") from None


def new_seal(key: str | None) -> Seal:
    """The seal of a store that is being made."""
    return Sealed(key, secrets.token_bytes(16)) if key else Unsealed()


def matching_seal(key: str | None, mark: Mapping[str, bytes], place: str) -> Seal:
    """The seal of a store that is there already, and left `mark`. Raises KeyMismatch, saying how to mend it."""
    if not mark:
        if key:
            raise KeyMismatch(
                f"{place} is not sealed, but FIBER_WAREHOUSE_KEY is set; unset it, or {_begin_anew(place)}"
            )
        return Unsealed()
    if not key:
        raise KeyMismatch(f"{place} is sealed, and no key is set; set FIBER_WAREHOUSE_KEY to its key")
    seal = Sealed(key, mark[_SALT])
    if not hmac.compare_digest(seal.mark[_PROOF], mark[_PROOF]):
        raise KeyMismatch(
            f"{place} is sealed with another key than the one in FIBER_WAREHOUSE_KEY; set that key, or "
            f"{_begin_anew(place)}"
        )
    return seal


def _begin_anew(place: str) -> str:
    what = "name another Redis database in FIBER_CACHE_URL" if place.startswith("redis") else "move the file away"
    return f"{what} to begin a new store, whose answers are paid for again"
