"""What a file is, told by its bytes. Names only decide between text forms that look alike."""

import re
import zipfile
import zlib
from collections.abc import Collection
from typing import BinaryIO, Literal

import olefile

from fiber_pipeline.readers.unreadable import UnreadableFile

FileType = Literal["xlsx", "xls", "ods", "parquet", "zip", "gzip", "text"]

_HEAD_BYTES = 4096
_OTHER_TYPES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"{\\rtf", "an RTF document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
)
_SUPPORTED = "Export the comments as .xlsx, .xls, .ods, .csv, .json, .jsonl, .txt or .parquet"
_WEB_PAGE = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta)\b", re.I | re.S)


def detect_file_type(handle: BinaryIO, where: str) -> FileType:
    """Return the type of an open file and leave it at its start.

    Raises UnreadableFile for an empty or encrypted file and for types that hold no comments.
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
    _refuse_other_types(head, where)
    return "text"


def _refuse_other_types(head: bytes, where: str) -> None:
    for magic, name in _OTHER_TYPES:
        if head.startswith(magic) and (len(magic) > 2 or b"\x00" in head):
            raise UnreadableFile(f"the file is {name}", where, _SUPPORTED)
    if head[257:262] == b"ustar":
        raise UnreadableFile("the file is a tar archive", where, "Put the files themselves into the inbox, or a .zip")
    text = head.removeprefix(b"\xef\xbb\xbf")
    if _WEB_PAGE.match(text) or (
        head[:2] in (b"\xff\xfe", b"\xfe\xff") and _WEB_PAGE.match(head.replace(b"\0", b"")[2:])
    ):
        raise UnreadableFile(
            "the file is a web page, whatever its name says",
            where,
            "Open it in Excel or LibreOffice and save it as .xlsx",
        )
    if text.lstrip().startswith(b"<?xml"):
        raise UnreadableFile("the file is an XML document", where, "Open it in Excel and save it as .xlsx")


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
            raise UnreadableFile("the file is an OpenDocument file but not a spreadsheet", where, _SUPPORTED)
        return "ods"
    if "[Content_Types].xml" in names:
        return _office_type(names, where)
    return "zip"


def _office_type(names: Collection[str], where: str) -> FileType:
    folded = {name.lower() for name in names}
    if "xl/workbook.bin" in folded:
        raise UnreadableFile("the file is a binary workbook (.xlsb)", where, "Open it in Excel and save it as .xlsx")
    if any(name.startswith("word/") for name in folded):
        raise UnreadableFile("the file is a Word document", where, _SUPPORTED)
    if any(name.startswith("ppt/") for name in folded):
        raise UnreadableFile("the file is a PowerPoint presentation", where, _SUPPORTED)
    return "xlsx"


def _is_small(archive: zipfile.ZipFile, name: str) -> bool:
    return name in archive.namelist() and archive.getinfo(name).file_size < 1_000_000


def _ole_type(handle: BinaryIO, where: str) -> FileType:
    try:
        with olefile.OleFileIO(handle) as container:
            if container.exists("EncryptedPackage") or container.exists("EncryptionInfo"):
                raise _encrypted(where)
            if container.exists("Workbook") or container.exists("Book"):
                return "xls"
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, UnreadableFile):
            raise
        # olefile walks damaged tables without checks of its own.
        raise UnreadableFile("the old-style Office file is truncated or damaged", where, "Export it again") from error
    finally:
        handle.seek(0)
    raise UnreadableFile("the file is an old-style Office file but not a workbook", where, _SUPPORTED)


def _encrypted(where: str) -> UnreadableFile:
    return UnreadableFile(
        "the file is encrypted or protected by a password", where, "Remove the password and save it again"
    )
