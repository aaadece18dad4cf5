"""What a file is, told by its bytes. Names only decide between text forms that look alike."""

import zipfile
import zlib
from typing import BinaryIO, Literal

import olefile

from fiber_pipeline.readers.files.foreign_types import (
    EXPORT_INSTEAD,
    refuse_foreign_bytes,
    refuse_foreign_ole,
    refuse_foreign_zip,
)
from fiber_pipeline.readers.unreadable import ForeignFile, UnreadableFile

FileType = Literal["xlsx", "xls", "ods", "parquet", "zip", "gzip", "text"]

_HEAD_BYTES = 4096


def detect_file_type(handle: BinaryIO, where: str) -> FileType:
    """Return the type of an open file and leave it at its start.

    Raises UnreadableFile for an empty or encrypted file, ForeignFile for types that hold no comments.
    """
    handle.seek(0)
    head = handle.read(_HEAD_BYTES)
    handle.seek(0)
    if not head:
        raise UnreadableFile("the file is empty", where, "Export it again and check that it holds rows")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_type(handle, where)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(olefile.MAGIC):
        return _ole_type(handle, where)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PARE"):
        raise _encrypted(where)
    refuse_foreign_bytes(head, where)
    return "text"


def _zip_type(handle: BinaryIO, where: str) -> FileType:
    try:
        with zipfile.ZipFile(handle) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:200] if _is_small(archive, "mimetype") else b""
            manifest = archive.read("META-INF/manifest.xml") if _is_small(archive, "META-INF/manifest.xml") else b""
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise UnreadableFile(
            "the archive or workbook is truncated or damaged", where, "Copy or export it again"
        ) from error
    finally:
        handle.seek(0)
    if mimetype.startswith(b"application/vnd.oasis.opendocument"):
        if b"encryption-data" in manifest:
            raise _encrypted(where)
        if not mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            raise ForeignFile("the file is an OpenDocument file but not a spreadsheet", where, EXPORT_INSTEAD)
        return "ods"
    refuse_foreign_zip(names, where)
    return "xlsx" if "[Content_Types].xml" in names else "zip"


def _is_small(archive: zipfile.ZipFile, name: str) -> bool:
    return name in archive.namelist() and archive.getinfo(name).file_size < 1_000_000


def _ole_type(handle: BinaryIO, where: str) -> FileType:
    try:
        with olefile.OleFileIO(handle) as container:
            if container.exists("EncryptedPackage") or container.exists("EncryptionInfo"):
                raise _encrypted(where)
            if container.exists("Workbook") or container.exists("Book"):
                return "xls"
            refuse_foreign_ole(container.exists, where)
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, UnreadableFile):
            raise
        # olefile walks damaged tables without checks of its own.
        raise UnreadableFile("the old-style Office file is truncated or damaged", where, "Export it again") from error
    finally:
        handle.seek(0)
    raise AssertionError("what is no workbook has been refused")


def _encrypted(where: str) -> UnreadableFile:
    return UnreadableFile(
        "the file is encrypted or protected by a password", where, "Remove the password and save it again"
    )
