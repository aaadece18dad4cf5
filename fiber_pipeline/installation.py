"""The secret of an installation: what makes its codes for names and numbers ones that nobody else can compute.

Made on first use and kept beside the warehouse, for its owner's eyes only. Who loses it can no longer tell that two
codes, one from before and one from after, are of the same thing.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from fiber_pipeline.problems import Problem

SECRET_NAME = "installation.secret"
_BYTES = 32


class SecretUnusable(Problem):
    """The file that holds the secret holds something else."""


def keyed_code(folder: Path, purpose: str, text: str) -> str:
    """A code for `text`, as hexadecimal digits: the same for the same text in this installation, telling nothing of it.

    folder: where the installation's secret is. purpose: what the code is for; others' codes of the same text differ.
    Raises SecretUnusable, or OSError if the folder cannot be used.
    """
    return hmac.new(_secret(folder), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _secret(folder: Path) -> bytes:
    path = folder / SECRET_NAME
    if not path.exists():
        _make(path)
    try:
        secret = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != _BYTES:
        raise SecretUnusable(f"{path} does not hold the secret of this installation; put the right file in its place")
    return secret


def _make(path: Path) -> None:
    """Whoever is first makes it, whole; all others find it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(own, path)
        except FileExistsError:
            return
    finally:
        own.unlink(missing_ok=True)
