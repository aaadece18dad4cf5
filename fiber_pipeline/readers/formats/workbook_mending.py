"""Sound .xlsx files that calamine refuses, mended in a copy: a sheet's dimension it cannot parse, XML in UTF-16."""

import codecs
import re
import shutil
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Mapping
from typing import BinaryIO, cast

from fiber_pipeline.readers.limits import MIB
from fiber_pipeline.readers.unreadable import UnreadableFile

_IN_MEMORY = 16 * MIB
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*>(?:</(?:\w+:)?dimension>)?")
_REFERENCE = re.compile(rb'<(?:\w+:)?dimension\s[^>]*?\bref="(?:[A-Za-z]{1,3}[1-9]\d*(?::[A-Za-z]{1,3}[1-9]\d*)?)"')
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def needs_mending(start: bytes) -> bool:
    """Whether a part, whose first bytes are given, is one that calamine refuses though it is sound."""
    if start.startswith(_MARKS):
        return True
    return _DIMENSION.search(start) is not None and _REFERENCE.search(start) is None


def mend(handle: BinaryIO, parts: set[str]) -> BinaryIO:
    """Return a copy of a workbook with the given parts mended: without their dimension, which says nothing cells do
    not say, and in UTF-8.
    """
    copy = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - its reader closes it
    with zipfile.ZipFile(handle) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for info in source.infolist():
            if info.filename in parts:
                target.writestr(info.filename, _mended(source.read(info)))
            else:
                with source.open(info) as part, target.open(info.filename, "w", force_zip64=True) as place:
                    shutil.copyfileobj(part, place, MIB)
    handle.seek(0)
    copy.seek(0)
    return copy


def _mended(content: bytes) -> bytes:
    if content.startswith(_MARKS):
        text = content.decode("utf-16", "replace")
        content = re.sub(r"(<\?xml[^>]*?encoding=[\"'])[^\"']*", r"\1UTF-8", text, count=1).encode("utf-8", "replace")
    return _DIMENSION.sub(b"", content, count=1)


def sheet_parts(handle: BinaryIO, where: str) -> Mapping[str, str]:
    """By name of sheet, the part that holds it. Raises UnreadableFile."""
    try:
        with zipfile.ZipFile(handle) as archive:
            names = {name.lower().replace("\\", "/"): name for name in archive.namelist()}
            relations = ET.fromstring(archive.read(names["xl/_rels/workbook.xml.rels"]))
            workbook = ET.fromstring(archive.read(names["xl/workbook.xml"]))
    except (KeyError, ET.ParseError) as error:
        raise UnreadableFile("the workbook is truncated or damaged", where, "Save it again in Excel") from error
    finally:
        handle.seek(0)
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    found = {}
    for sheet in workbook.iter():
        if not sheet.tag.endswith("}sheet"):
            continue
        identity = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        target = targets.get(identity, "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found[sheet.get("name", "")] = names.get(path.lower(), path)
    return found
