"""The secret of an installation: what makes its codes for names and numbers ones that nobody else can compute.

A file of one key a line, made on first use, kept beside the warehouse and for its owner's eyes only; hosts that share
a warehouse share it. A code is made with the first key, and what comes out with the next one, and so on: whoever adds
a key can bring every code there is up to date without knowing what it stands for, and whoever knows only older keys
can no longer compute one. Who loses the file can no longer tell that two codes, one from before and one from after,
are of the same thing.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fiber_pipeline.problems import Problem

SECRET_NAME = "installation.secret"
_BYTES = 32
_FINGERPRINT_BYTES = 8

Purpose = Literal["comment", "response", "customer", "forgotten"]
"""What a code is for; codes of the same text for two purposes have nothing in common."""
CODE_BYTES: dict[Purpose, int] = {"comment": 8, "response": 16, "customer": 8, "forgotten": 32}
"""How long a code is; it is written in twice as many hexadecimal digits."""


class SecretUnusable(Problem):
    """The file that holds the secret holds something else, or belongs to another installation."""


@dataclass(frozen=True)
class InstallationKeys:
    """The keys of an installation, the oldest first; or those of them that codes have not been made with yet."""

    keys: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"InstallationKeys({len(self.keys)} keys)"

    def coder(self, purpose: Purpose) -> Callable[[str], str]:
        """What turns a text into its code, as hexadecimal digits; also what brings a code of older keys up to date."""
        made = [hashlib.blake2b(key=key, digest_size=CODE_BYTES[purpose], person=purpose.encode()) for key in self.keys]

        def code(text: str) -> str:
            for keyed in made:
                digest = keyed.copy()
                digest.update(text.encode("utf-8", "surrogatepass"))
                text = digest.hexdigest()
            return text

        return code

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What tells the keys apart and says nothing of them (16 hexadecimal digits each)."""
        return tuple(
            hashlib.blake2b(key=key, digest_size=_FINGERPRINT_BYTES, person=b"fingerprint").hexdigest()
            for key in self.keys
        )

    def after(self, fingerprints: Sequence[str]) -> "InstallationKeys":
        """The keys that codes made with those of `fingerprints` still lack.

        Raises SecretUnusable if those are other keys than ours.
        """
        if self.fingerprints[: len(fingerprints)] != tuple(fingerprints):
            raise SecretUnusable(
                "the codes in the warehouse were made with another secret than this installation's; put the file "
                f"({SECRET_NAME}, or what FIBER_SECRET_FILE names) in place that belongs to it. If it is lost, set the "
                "warehouse's file aside and run again: the files of the inbox are read anew"
            )
        return InstallationKeys(self.keys[len(fingerprints) :])


def read_keys(path: Path) -> InstallationKeys:
    """The keys in the file of the secret, which is made if there is none.

    Raises SecretUnusable, or OSError if the file can be neither read nor made.
    """
    if not path.exists():
        _make(path)
    try:
        keys = tuple(bytes.fromhex(line) for line in path.read_text("ascii").split())
    except ValueError:
        keys = ()
    if not keys or any(len(key) != _BYTES for key in keys):
        raise SecretUnusable(f"{path} does not hold the secret of this installation; put the right file in its place")
    return InstallationKeys(keys)


def add_key(path: Path) -> InstallationKeys:
    """Add a key to the secret, so that codes known so far can no longer be computed by who knew it; the keys then."""
    keys = read_keys(path).keys
    own = _written(path, (*keys, secrets.token_bytes(_BYTES)))
    own.replace(path)
    return read_keys(path)


def _make(path: Path) -> None:
    """Whoever is first makes it, whole; all others find it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = _written(path, (secrets.token_bytes(_BYTES),))
    try:
        os.link(own, path)
    except FileExistsError:
        return
    finally:
        own.unlink(missing_ok=True)


def _written(path: Path, keys: Sequence[bytes]) -> Path:
    """A file of these keys beside `path`."""
    own = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("".join(f"{key.hex()}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return own
