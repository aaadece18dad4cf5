"""What of an answer can be read by who has the store but not the key.

Without a key, answers lie open, and their keys and the digests of their texts are hashes: texts themselves are nowhere,
but who guesses one can find out that it was asked about. With a key, answers are encrypted (AES-256-GCM), and keys
and digests are HMACs, which nobody without the key can guess at. What the books hold (when, for which run and batch,
whom, how much) is never sealed.

Both keys are drawn when the store is made, and kept in it wrapped in a key that is derived from the user's by scrypt
(RFC 7914) with a salt, so that a word somebody chose as key is not found by trying words quickly. The user's key can
so be changed without a word of the store being touched. Stores of before used what was derived from the user's key.
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
_SALT_BYTES = 16
_SALT, _PROOF, _WRAPPED, _OF_NAMES = "salt", "proof", "wrapped", "of_names"
_WRAPPING = b"fiber_pipeline store"


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

    def __init__(self, keys: bytes, mark: Mapping[str, bytes]) -> None:
        """keys: of the cipher and of the digests. mark: what the store keeps of the seal."""
        self._keys = keys
        self._cipher = AESGCM(keys[:_KEY_BYTES])
        self._mark = mark

    def __repr__(self) -> str:
        return "Sealed()"

    @property
    def mark(self) -> Mapping[str, bytes]:
        """The salt, and the keys wrapped in what is derived from the user's; or what shows whether a key is right."""
        return self._mark

    def digest(self, name: str) -> bytes:
        """An HMAC."""
        named = name.encode("utf-8")
        return self.of_digest(named if self._is_of_names else Unsealed().digest(name))

    def of_digest(self, digest: bytes) -> bytes:
        """What stands here for what an unsealed store has under `digest`."""
        return hmac.digest(self._keys[_KEY_BYTES:], digest, "sha256")[:DIGEST_BYTES]

    def under(self, key: str) -> "Sealed":
        """The same seal, opened by another key of the user's."""
        salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
        wrapped = nonce + AESGCM(_derived(key, salt)[:_KEY_BYTES]).encrypt(nonce, self._keys, _WRAPPING)
        of_names = {_OF_NAMES: b"1"} if self._is_of_names else {}
        return Sealed(self._keys, {_SALT: salt, _WRAPPED: wrapped, **of_names})

    @property
    def _is_of_names(self) -> bool:
        # Stores of before made digests of the names themselves.
        return _PROOF in self._mark or _OF_NAMES in self._mark

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
    return Sealed(secrets.token_bytes(2 * _KEY_BYTES), {}).under(key) if key else Unsealed()


def matching_seal(key: str | None, mark: Mapping[str, bytes], place: str) -> Seal:
    """The seal of a store that is there already, and left `mark`. Raises KeyMismatch, saying how to mend it."""
    if not mark:
        if key:
            raise KeyMismatch(
                f"{place} is not sealed, but FIBER_WAREHOUSE_KEY is set; `fiber warehouse encrypt` seals it"
            )
        return Unsealed()
    if not key:
        raise KeyMismatch(f"{place} is sealed, and no key is set; set FIBER_WAREHOUSE_KEY to its key")
    keys = _unwrapped(key, mark)
    if keys is None:
        raise KeyMismatch(
            f"{place} is sealed with another key than the one in FIBER_WAREHOUSE_KEY; set that key, or "
            f"{_begin_anew(place)}"
        )
    return Sealed(keys, mark)


def _unwrapped(key: str, mark: Mapping[str, bytes]) -> bytes | None:
    """The keys of a seal, or None if `key` is not its."""
    derived = _derived(key, mark[_SALT])
    if _PROOF in mark:
        proof = hmac.digest(derived[_KEY_BYTES:], b"fiber_pipeline store", "sha256")
        return derived if hmac.compare_digest(proof, mark[_PROOF]) else None
    wrapped = mark[_WRAPPED]
    try:
        return AESGCM(derived[:_KEY_BYTES]).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _WRAPPING)
    except InvalidTag:
        return None


def _derived(key: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=2 * _KEY_BYTES, **_SCRYPT).derive(key.encode("utf-8"))


def _begin_anew(place: str) -> str:
    what = "name another Redis database in FIBER_CACHE_URL" if place.startswith("redis") else "move the file away"
    return f"{what} to begin a new store, whose answers are paid for again"
