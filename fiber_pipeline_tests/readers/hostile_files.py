"""Files that should not bring a reader down: broken, oversized, encrypted, disguised or dangerous ones.

A few bytes each; bombs are written compressed.
"""

import gzip
import io
import json
import zipfile
from pathlib import Path

import xlsxwriter

FAILS, READS = "fails", "reads"
_CSV = b"comentario;nps\nMuy buen servicio;9\nSe corta siempre;2\n"
_FORMULAS = b"comentario;nps\n=HYPERLINK('http://evil.invalid');9\n@SUM(A1);3\n+1+cmd|' /C calc'!A0;1\n"
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZEROS = 64 * 1024 * 1024


def write_hostile_files(folder: Path) -> dict[str, str]:
    """Fill `folder` (made if need be) and return, by file name, whether the file "fails" or "reads"."""
    folder.mkdir(parents=True, exist_ok=True)
    workbook = _workbook()
    files: dict[str, tuple[bytes, str]] = {
        "empty.csv": (b"", FAILS),
        "garbage.csv": (bytes(range(256)) * 64, FAILS),
        "garbage.xlsx": (bytes(reversed(range(256))) * 64, FAILS),
        "truncated.xlsx": (workbook[: len(workbook) // 2], FAILS),
        "truncated.zip": (_zip({"a.csv": _CSV * 50})[:120], FAILS),
        "truncated.csv.gz": (gzip.compress(_CSV * 50)[:-20], FAILS),
        "truncated.json": (b'[{"comentario": "hola", "nps": 9}, {"comentario": "cha', FAILS),
        "truncated.parquet": (b"PAR1" + b"\x15\x04" * 40, FAILS),
        "truncated.xls": (_OLE_MAGIC + b"\x00" * 200, FAILS),
        "encrypted.zip": (_encrypted_zip(), FAILS),
        "encrypted.xlsx": (ole_file("EncryptedPackage"), FAILS),
        "encrypted.ods": (_encrypted_ods(), FAILS),
        "bomb.csv.gz": (gzip.compress(b"a,b\n" + b"0" * _ZEROS), FAILS),
        "bomb.zip": (_zip({"bomb.csv": b"a" * _ZEROS}), FAILS),
        "bomb.xlsx": (_workbook({"xl/media/image1.bin": b"\0" * _ZEROS}), FAILS),
        "nested.zip": (_zip({"inner.zip": _zip({"a.csv": _CSV})}), FAILS),
        "nested.csv.gz.gz": (gzip.compress(gzip.compress(_CSV)), FAILS),
        "traversal.zip": (_zip({"../../escaped.csv": _CSV}), FAILS),
        "absolute.zip": (_zip({"/escaped.csv": _CSV}), FAILS),
        "linked.zip": (_linked_zip(), FAILS),
        "no_members.zip": (_zip({}), FAILS),
        "far_cell.xlsx": (_far_cell(), FAILS),
        "entities.xlsx": (_entities(), FAILS),
        "deep.json": (b"[" * 200_000, FAILS),
        "page.xls": (b"<html><body><table><tr><td>comentario</td></tr></table></body></html>", FAILS),
        "picture.csv": (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, FAILS),
        "document.csv": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", FAILS),
        "disguised_workbook.csv": (workbook, READS),
        "disguised_text.xlsx": (_CSV, READS),
        "formulas.csv": (_FORMULAS, READS),
        "nul_bytes.csv": (b"comentario;nps\nmuy\x00 lento;2\nbien;9\n", READS),
        "open_quote.csv": (b'comentario;nps\n"sin cerrar;2\n' + _CSV.split(b"\n", 1)[1] * 300, READS),
        "lone_surrogate.json": (json.dumps([{"comentario": "mal \ud83d servicio", "nps": 1}]).encode(), READS),
        "not_a_number.json": (b'[{"comentario": "muy lento", "nps": NaN, "peso": Infinity}]', READS),
    }  # fmt: skip
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content)
    target = folder / "nul_bytes.csv"
    (folder / "link.csv").symlink_to(target.resolve())
    (folder / "folder.csv").mkdir(exist_ok=True)
    return {name: expected for name, (_, expected) in files.items()} | {"link.csv": FAILS, "folder.csv": FAILS}


def _workbook(extra: dict[str, bytes] | None = None) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet("Hoja1")
        sheet.write_row(0, 0, ["Comentario", "NPS"])
        sheet.write_row(1, 0, ["Muy buen servicio", 9])
        sheet.write_row(2, 0, ["Se corta siempre", 2])
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _rewritten(replacements: dict[str, tuple[bytes, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_workbook())) as original,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for name in original.namelist():
            old, new = replacements.get(name, (b"", b""))
            content = original.read(name)
            changed.writestr(name, content.replace(old, new) if old else content)
    return buffer.getvalue()


def _far_cell() -> bytes:
    """A cell in the last row and column: as a full rectangle, 17 thousand million cells."""
    return _rewritten(
        {
            "xl/worksheets/sheet1.xml": (
                b"</sheetData>",
                b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
            )
        }
    )


def _entities() -> bytes:
    lines = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    return _rewritten({"xl/workbook.xml": (b"<workbook", b'<!DOCTYPE w [<!ENTITY e0 "ja">' + lines + b"]><workbook")})


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _linked_zip() -> bytes:
    info = zipfile.ZipInfo("link.csv")
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "/etc/hostname")
    return buffer.getvalue()


def _encrypted_zip() -> bytes:
    """A zip whose member says that it is encrypted, in its local and its central header."""
    content = bytearray(_zip({"a.csv": _CSV}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _encrypted_ods() -> bytes:
    return _zip(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b'<manifest:file-entry><manifest:encryption-data manifest:checksum="x"/>',
            "content.xml": bytes(range(256)),
        }
    )


def ole_file(stream: str) -> bytes:
    """The smallest OLE file with one stream; Excel wraps a workbook with a password in one called EncryptedPackage."""
    sector = 512
    header = bytearray(sector)
    header[:8] = _OLE_MAGIC
    header[24:28] = b"\x3e\x00\x03\x00"  # version 3.62
    header[28:30] = b"\xfe\xff"
    header[30:34] = (9).to_bytes(2, "little") + (6).to_bytes(2, "little")  # sectors of 512 bytes, short ones of 64
    header[44:48] = (1).to_bytes(4, "little")  # one sector of allocation table
    header[48:52] = (1).to_bytes(4, "little")  # the directory is in sector 1
    header[56:60] = (4096).to_bytes(4, "little")
    header[60:64] = b"\xfe\xff\xff\xff"
    header[68:72] = b"\xfe\xff\xff\xff"
    header[76:80] = (0).to_bytes(4, "little")
    header[80:512] = b"\xff" * 432
    table = bytearray(b"\xff" * sector)
    table[0:4] = b"\xfd\xff\xff\xff"
    table[4:8] = b"\xfe\xff\xff\xff"

    def entry(name: str, kind: int, child: int) -> bytes:
        encoded = name.encode("utf-16-le") + b"\0\0"
        item = bytearray(128)
        item[: len(encoded)] = encoded
        item[64:66] = len(encoded).to_bytes(2, "little")
        item[66], item[67] = kind, 1
        item[68:76] = b"\xff" * 8
        item[76:80] = child.to_bytes(4, "little")
        item[116:120] = b"\xfe\xff\xff\xff"
        return bytes(item)

    directory = entry("Root Entry", 5, 1) + entry(stream, 2, 0xFFFFFFFF) + bytes(256)
    return bytes(header) + bytes(table) + directory
