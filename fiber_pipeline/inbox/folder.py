"""Listing, reading and adding files of the inbox, on a local disk or behind any fsspec URL."""

import base64
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from fiber_pipeline.problems import Problem
from fiber_pipeline.text.addresses import shown, without_login

# What editors, browsers and copying tools leave beside or before the real file.
_PARTIAL_SUFFIXES = frozenset({".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp"})
# Dagster keeps these out of partition keys: the first marks a range of keys, the others break its listings.
_FORBIDDEN = ("...", "\a", "\b", "\f", "\n", "\r", "\t", "\v", "\0")
_LITTER = frozenset({"thumbs.db", "desktop.ini"})
_ESCAPE = re.compile("%[0-9A-F]{2}")
_BLOCK = 1 << 20
_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFDIR: "a folder"}


class UnusableName(Problem, ValueError):  # noqa: N818 - says what is wrong with the file, not with the program
    """A file's path cannot be a batch key; the message says why and what to rename."""


class InboxUnusable(Problem):
    """FIBER_INBOX names what cannot be opened."""


class _NotTakenError(Exception):
    """What was given is no file, or cannot be read; the message says which."""


@dataclass(frozen=True)
class Added:
    """batches: the keys of what is in the inbox now, in order. left_out: by path, why it is not."""

    batches: list[str]
    left_out: Mapping[Path, str]


@dataclass(frozen=True, order=True)
class InboxFile:
    """A file of the inbox. `modified` is in seconds since the epoch; `batch` is its key."""

    batch: str
    size: int
    modified: float


def check_batch_key(batch: str) -> str:
    """Return `batch` if it can be a partition key, else raise UnusableName."""
    found = [mark for mark in _FORBIDDEN if mark in batch]
    if found:
        raise UnusableName(
            f"the name {printable_name(batch)!r} holds {', '.join(map(repr, found))}, which batch keys may not; "
            "rename the file"
        )
    try:
        batch.encode("utf-8")
    except UnicodeEncodeError:
        raise UnusableName(
            f"the name {printable_name(batch)!r} is not valid UTF-8 (foreign bytes are shown as %XX); rename the file"
        ) from None
    return batch


def printable_name(name: str) -> str:
    """A path that can be printed, stored and used as a path anywhere: every other character is spelled as %XX.

    That is how URLs spell bytes. No two names become one: a % that would look like an escape is spelled out too.
    """
    name = _ESCAPE.sub(lambda found: f"%25{found.group()[1:]}", name)
    if name.isprintable():
        return name
    return "".join(
        character
        if character.isprintable()
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogateescape"))
        for character in name
    )


def is_waiting(name: str) -> bool:
    """Whether a path inside the inbox is a file meant to be read: not hidden, litter, a lock, or half a download."""
    path = PurePosixPath(name)
    if any(part.startswith((".", "~$")) for part in path.parts) or path.name.lower() in _LITTER:
        return False
    return path.suffix.lower() not in _PARTIAL_SUFFIXES


class Inbox:
    """The folder or object store that files are dropped into; a batch is a file's path relative to it.

    url: where it is, as people are told.
    """

    def __init__(self, url: str) -> None:
        self.url = shown(url)
        try:
            self._files, root = _open(url)
        except (ImportError, ValueError) as error:
            raise InboxUnusable(f"the inbox {self.url} cannot be opened: {shown(str(error))}") from None
        self._root = root.rstrip("/")
        self.is_local = "file" in _protocols(self._files)
        if self.is_local:
            Path(self._root).mkdir(parents=True, exist_ok=True)

    def files(self) -> list[InboxFile]:
        """Every file waiting in the inbox, by batch key."""
        self._files.invalidate_cache()
        found: Mapping[str, Mapping[str, Any]] = self._files.find(self._root, detail=True)
        files = []
        for path, info in found.items():
            batch = path[len(self._root) :].lstrip("/")
            # Pipes and devices are never files to read, and reading one may never end.
            if is_waiting(batch) and info.get("type") != "other":
                files.append(InboxFile(batch, int(info.get("size") or 0), _modified(info)))
        return sorted(files)

    def sha256(self, batch: str) -> str:
        """SHA-256 of the file's bytes."""
        digest = hashlib.sha256()
        with self._files.open(self._path(batch), "rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()

    @contextmanager
    def local_copy(self, batch: str) -> Iterator[Path]:
        """The file on the local disk: itself, or a copy that lasts as long as the context.

        Raises FileNotFoundError if the inbox no longer holds it.
        """
        path = self._path(batch)
        if not self._files.lexists(path):
            raise FileNotFoundError(f"the inbox {self.url} holds no {batch}")
        if self.is_local:
            yield Path(path)
            return
        with tempfile.TemporaryDirectory(prefix="fiber-inbox-") as folder:
            copy = Path(folder) / PurePosixPath(batch).name
            self._files.get_file(path, str(copy))
            yield copy

    def add(self, sources: Iterable[Path]) -> Added:
        """Copy files, or everything waiting in folders, into the inbox.

        A file is complete when it appears: it is written under a hidden name and renamed. Files that are in the
        inbox already stay where they are. What is no file or cannot be read is left out, and keeps no other from
        coming in. Raises FileNotFoundError for a source that is not there, and UnusableName, also if two files would
        become one batch.
        """
        planned: dict[str, Path] = {}
        left_out: dict[Path, str] = {}
        for source in sources:
            for batch, path in self._batches_of(source, left_out):
                if batch in planned and planned[batch] != path:
                    raise UnusableName(
                        f"{planned[batch]} and {path} would both become the batch {batch}; "
                        "rename one, or put them in folders and give their parent folder"
                    )
                planned[batch] = path
        batches = []
        for batch, path in planned.items():
            try:
                self._copy_in(path, batch)
            except _NotTakenError as problem:
                left_out[path] = str(problem)
            else:
                batches.append(batch)
        return Added(batches, left_out)

    def remove(self, batch: str) -> None:
        """Take the file out of the inbox."""
        self._files.rm_file(self._path(batch))

    def _batches_of(self, source: Path, left_out: dict[Path, str]) -> Iterator[tuple[str, Path]]:
        if not os.path.lexists(source):
            raise FileNotFoundError(f"there is no {source}")
        inside = self._inside(source)
        if source.is_dir():
            for path in _found_in(source, left_out):
                name = path.relative_to(source).as_posix()
                if is_waiting(name):
                    yield (f"{inside}/{name}" if inside else name), path
        else:
            yield inside or source.name, source

    def _inside(self, source: Path) -> str | None:
        if not self.is_local:
            return None
        try:
            relative = _absolute(source).relative_to(_absolute(Path(self._root))).as_posix()
        except ValueError:
            return None
        return None if relative == "." else relative

    def _copy_in(self, source: Path, batch: str) -> None:
        target = self._path(batch)
        if not self.is_local:
            _check_readable(source)
            self._files.put_file(str(source), target)
            return
        place = Path(target)
        if _absolute(source) == _absolute(place):
            _check_readable(source)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        # The name itself may be as long as names can be.
        hidden = place.with_name(f".{hashlib.sha256(os.fsencode(place.name)).hexdigest()[:16]}.{os.getpid()}.part")
        try:
            if source.is_symlink():
                hidden.symlink_to(source.readlink())
            else:
                with hidden.open("wb") as copy:
                    copy.writelines(_blocks(source))
            hidden.replace(place)
        finally:
            hidden.unlink(missing_ok=True)

    def _path(self, batch: str) -> str:
        if any(part in ("..", "") for part in batch.split("/")):
            raise UnusableName(f"{batch!r} is not a path inside the inbox")
        return f"{self._root}/{batch}"


def _found_in(folder: Path, left_out: dict[Path, str]) -> list[Path]:
    """All that lies under a folder, links not followed; folders that cannot be looked into are left out."""

    def cannot(error: OSError) -> None:
        left_out[Path(error.filename)] = f"cannot be read ({error.strerror})"

    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=cannot):
        inside = Path(place)
        found += (inside / name for name in names)
        found += (link for link in (inside / name for name in folders) if link.is_symlink())
        folders[:] = [name for name in folders if is_waiting(name)]
    return sorted(found)


def _check_readable(source: Path) -> None:
    # A link is taken in as one, to be quarantined as one.
    if not source.is_symlink():
        next(_blocks(source), None)


def _blocks(source: Path) -> Iterator[bytes]:
    """A regular file's bytes. Raises _NotTakenError for anything else: reading a pipe or device may never end."""
    try:
        with open(source, "rb", opener=_without_waiting) as stream:
            mode = os.fstat(stream.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise _NotTakenError(_what_it_is(mode))
            while block := stream.read(_BLOCK):
                yield block
    except OSError as error:
        raise _NotTakenError(_why_unreadable(source, error)) from None


def _without_waiting(path: str, flags: int) -> int:
    # A pipe that nobody writes to would be waited for.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _why_unreadable(source: Path, error: OSError) -> str:
    try:
        mode = source.lstat().st_mode
    except FileNotFoundError:
        return "is gone"
    except OSError:
        mode = stat.S_IFREG
    return f"cannot be read ({error.strerror})" if stat.S_ISREG(mode) else _what_it_is(mode)


def _what_it_is(mode: int) -> str:
    return f"is {_KINDS.get(stat.S_IFMT(mode), 'a device')}, not a file"


def _open(url: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it."""
    from fsspec.core import url_to_fs

    options: dict[str, Any] = {}
    if url.startswith(("http://", "https://")):
        # Paths there are whole addresses, which every error would quote.
        url, login = without_login(url)
        if login is not None:
            token = base64.b64encode(":".join(login).encode()).decode()
            options["client_kwargs"] = {"headers": {"Authorization": f"Basic {token}"}}
    files, path = url_to_fs(url, **options)
    return files, path


def _absolute(path: Path) -> Path:
    # The last part may be a link, and is then meant itself.
    return path.parent.resolve() / path.name if path.name not in ("", "..") else path.resolve()


def _protocols(files: Any) -> tuple[str, ...]:
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)


def _modified(info: Mapping[str, Any]) -> float:
    # Each file system names and types this in its own way.
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        value = info.get(name)
        if isinstance(value, datetime):
            return value.timestamp()
        if isinstance(value, int | float):
            return float(value)
        if isinstance(value, str):
            return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    return 0.0
