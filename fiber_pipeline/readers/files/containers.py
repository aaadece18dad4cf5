"""Opening a file safely, and unpacking .gz and .zip without writing anything under a name they choose."""

import hashlib
import io
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple, cast

from fiber_pipeline.readers.files.file_type import FileType, detect_file_type
from fiber_pipeline.readers.files.foreign_types import is_litter
from fiber_pipeline.readers.limits import MIB, Limits
from fiber_pipeline.readers.unreadable import ForeignFile, UnreadableFile

_BLOCK = MIB
_RATIO_FROM = 16 * MIB
_IN_MEMORY = 16 * MIB


class Document(NamedTuple):
    """A file that is no container: what it is called, what it is, and its bytes. `member` is its name in a zip."""

    file: str
    member: str | None
    file_type: FileType
    handle: BinaryIO


@contextmanager
def open_regular(path: Path, where: str, limits: Limits) -> Iterator[BinaryIO]:
    """Open a regular file of allowed size; never a link, folder, pipe or device. Raises UnreadableFile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if path.is_symlink():
            raise UnreadableFile(
                "the file is a symbolic link", where, "Put the file itself in the inbox, not a link to it"
            ) from error
        raise UnreadableFile(
            f"the file cannot be opened ({error.strerror})",
            where,
            "Check that it exists and that its permissions let it be read",
        ) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableFile("this is a folder, not a file", where, "Name the files in it instead")
        raise UnreadableFile("this is a pipe or device, not a file", where, "Put a regular file in the inbox")
    with os.fdopen(descriptor, "rb") as handle:
        if status.st_size > limits.file_bytes:
            raise UnreadableFile(
                f"the file is too large: {status.st_size:,} bytes, and {limits.file_bytes:,} are allowed",
                where,
                "Split it into several files, or raise the limit",
            )
        yield handle


def hash_file(handle: BinaryIO) -> str:
    """SHA-256 of an open file's bytes, in hex; leaves the file at its start."""
    digest = hashlib.file_digest(cast(io.BufferedReader, handle), "sha256").hexdigest()
    handle.seek(0)
    return digest


def open_documents(handle: BinaryIO, file: str, limits: Limits, notes: list[str]) -> Iterator[Document]:
    """Yield the documents in a file: itself, or what a .gz or .zip holds, one after another.

    A container inside a container is refused. What is skipped is added to `notes`; ForeignFile is raised for members
    of other forms only where the archive holds nothing else. Raises UnreadableFile.
    """
    file_type = detect_file_type(handle, file)
    if file_type == "gzip":
        with _gunzip(handle, file, limits) as unpacked:
            inner = detect_file_type(unpacked, file)
            if inner in ("gzip", "zip"):
                raise _nested(file)
            yield Document(file, None, inner, unpacked)
    elif file_type == "zip":
        yield from _zip_documents(handle, file, limits, notes)
    else:
        yield Document(file, None, file_type, handle)


def _zip_documents(handle: BinaryIO, file: str, limits: Limits, notes: list[str]) -> Iterator[Document]:
    with zipfile.ZipFile(handle) as archive:
        members = []
        for info in archive.infolist():
            if info.is_dir():
                continue
            if is_litter(info.filename):
                notes.append(f"member {info.filename!r} is left by a program, or about the others, and was not read")
                continue
            members.append(info)
        if not members:
            raise UnreadableFile("the archive holds no files", file, "Zip the export itself and drop it again")
        if len(members) > limits.members:
            raise UnreadableFile(
                f"the archive holds {len(members):,} files, and {limits.members:,} are allowed",
                file,
                "Split it into several archives",
            )
        names = [info.filename for info in members]
        if len(set(names)) < len(names):
            raise UnreadableFile("the archive holds two files of the same name", file, "Rename them and zip again")
        budget = limits.unpacked_bytes
        foreign: list[ForeignFile] = []
        for info in members:
            where = f"{file}!{info.filename}"
            if _leaves_folder(info.filename) or stat.S_ISLNK(info.external_attr >> 16):
                raise UnreadableFile(
                    "the archive's member is a link or its name points outside the archive",
                    where,
                    "Do not trust this archive; zip the export itself",
                )
            if info.flag_bits & 1:
                raise UnreadableFile("the archive is protected by a password", where, "Zip it again without one")
            with _unzip(archive, info, where, limits, budget) as (unpacked, size):
                budget -= size
                try:
                    inner = detect_file_type(unpacked, where)
                except ForeignFile as problem:
                    foreign.append(problem)
                    notes.append(f"not read: {problem}")
                    continue
                if inner in ("gzip", "zip"):
                    raise _nested(where)
                yield Document(where, info.filename, inner, unpacked)
        if len(foreign) == len(members):
            raise foreign[0]


def _leaves_folder(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":")


def _nested(where: str) -> UnreadableFile:
    return UnreadableFile(
        "the archive holds another archive", where, "Unpack it and drop the files themselves, or one archive of them"
    )


@contextmanager
def _gunzip(handle: BinaryIO, where: str, limits: Limits) -> Iterator[BinaryIO]:
    packed = os.fstat(handle.fileno()).st_size
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as unpacked:
        try:
            _inflate(handle, unpacked, where, limits, packed)
        except zlib.error as error:
            raise _damaged(where) from error
        unpacked.seek(0)
        yield cast(BinaryIO, unpacked)


def _inflate(handle: BinaryIO, target: IO[bytes], where: str, limits: Limits, packed: int) -> None:
    """Inflate gzip members one after another, never holding more than a block however dense they are."""
    size = 0
    inflater = zlib.decompressobj(wbits=31)
    pending = handle.read(_BLOCK)
    while pending:
        block = inflater.decompress(pending, _BLOCK)
        size += len(block)
        _check_growth(size, packed, limits.unpacked_bytes, where, limits)
        target.write(block)
        if inflater.eof:
            pending = (inflater.unused_data or handle.read(_BLOCK)).lstrip(b"\0")  # tapes pad with zeros
            if pending:
                inflater = zlib.decompressobj(wbits=31)
            continue
        pending = inflater.unconsumed_tail or handle.read(_BLOCK)
    if not inflater.eof:
        raise _damaged(where)


@contextmanager
def _unzip(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str, limits: Limits, budget: int
) -> Iterator[tuple[BinaryIO, int]]:
    size = 0
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as unpacked:
        try:
            with archive.open(info) as member:
                while block := member.read(_BLOCK):
                    size += len(block)
                    _check_growth(size, info.compress_size, budget, where, limits)
                    unpacked.write(block)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise _damaged(where) from error
        unpacked.seek(0)
        yield cast(BinaryIO, unpacked), size


def _check_growth(size: int, packed: int, budget: int, where: str, limits: Limits) -> None:
    if size > budget:
        raise UnreadableFile(
            f"it unpacks to more than the {limits.unpacked_bytes:,} bytes allowed",
            where,
            "Split it into several files, or raise the limit",
        )
    if size > _RATIO_FROM and size > packed * limits.unpacked_ratio:
        raise UnreadableFile(
            f"it unpacks to more than {limits.unpacked_ratio} times its size, as a decompression bomb does",
            where,
            "Do not trust it; if it is sound, drop it unpacked",
        )


def read_parts(handle: BinaryIO, where: str, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Yield (part, block of bytes) for every part of a zipped workbook, and leave the file at its start.

    Raises UnreadableFile once the parts outgrow the limits, by what they hold rather than by what they declare.
    """
    with zipfile.ZipFile(handle) as archive:
        budget = limits.unpacked_bytes
        for info in archive.infolist():
            if info.flag_bits & 1:
                raise UnreadableFile("the workbook is protected by a password", where, "Remove it and save again")
            size = 0
            try:
                with archive.open(info) as part:
                    while block := part.read(_BLOCK):
                        size += len(block)
                        _check_growth(size, info.compress_size, budget, where, limits)
                        yield info.filename, block
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
                raise _damaged(where) from error
            budget -= size
    handle.seek(0)


def _damaged(where: str) -> UnreadableFile:
    return UnreadableFile("the file is truncated or damaged", where, "Copy or export it again")
