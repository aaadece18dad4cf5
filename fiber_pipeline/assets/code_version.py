"""Code versions of assets: a digest of the source that decides what an asset holds.

Dagster marks an asset stale when its code version changes, and `fiber run` does a batch again. Taking the digest of
the files themselves cannot be forgotten the way a hand-kept number is; it covers rules and lexicons as well as code.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_IGNORED = frozenset({".pyc"})


@lru_cache
def code_version(*parts: str) -> str:
    """A short digest over packages or modules of fiber_pipeline, named relative to it ("cleaning", "settings.py")."""
    digest = hashlib.sha256()
    for part in sorted(parts):
        place = _ROOT / part
        if not place.exists():
            raise FileNotFoundError(f"fiber_pipeline has no {part}")
        files = [place] if place.is_file() else sorted(place.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix not in _IGNORED:
                digest.update(file.relative_to(_ROOT).as_posix().encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
