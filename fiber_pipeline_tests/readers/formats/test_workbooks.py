"""Workbooks as odd programs write them: read like any other, and what they do not store is said."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from fiber_pipeline_tests.readers.exports import read_bytes, workbook

ROWS = [["Comentario", "NPS", "Nombre"], ["Anda lento", 2, "Ana"], ["Todo bien", 9, "Beto"]]
SHEET = "xl/worksheets/sheet1.xml"
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


def rewritten(change: Callable[[str, bytes], bytes], sheets=None) -> bytes:
    """A workbook whose parts are as `change` makes them from their names and contents."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(sheets or {"Hoja1": ROWS}))) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return buffer.getvalue()


@pytest.mark.parametrize("dimension", ["A0", "A0:C3", "", "$A$1:$C$3", "#REF!", "A1", "A1:XFD1048576"])
def test_a_dimension_that_is_wrong_costs_nothing(tmp_path, dimension):
    def change(name: str, content: bytes) -> bytes:
        assert name != SHEET or b'ref="A1:C3"' in content
        return content.replace(b'ref="A1:C3"', f'ref="{dimension}"'.encode())

    reading = read_bytes(tmp_path, "a.xlsx", rewritten(change))
    assert reading.raw["comment"].tolist() == ["Anda lento", "Todo bien"]
    assert reading.raw["nps"].tolist() == [2, 9]
    assert reading.raw["row_id"].tolist() == ["Hoja1!2", "Hoja1!3"]


def test_strict_and_utf16_workbooks_are_read(tmp_path):
    def strict(_: str, content: bytes) -> bytes:
        for old, new in STRICT.items():
            content = content.replace(old, new)
        return content

    def utf16(name: str, content: bytes) -> bytes:
        is_part = name.startswith("xl/") and name.endswith(".xml")
        return content.decode().replace("UTF-8", "UTF-16").encode("utf-16") if is_part else content

    for change in (strict, utf16):
        reading = read_bytes(tmp_path, "a.xlsx", rewritten(change))
        assert reading.raw["comment"].tolist() == ["Anda lento", "Todo bien"]


def formulas(*cells: str, written: str = "<v/>", kind: str = "") -> Callable[[str, bytes], bytes]:
    """Turn cells of the first sheet into formulas whose value is `written`."""

    def change(name: str, content: bytes) -> bytes:
        if name == SHEET:
            for cell in cells:
                pattern = rf'<c r="{cell}"[^>]*>.*?</c>'.encode()
                new = f'<c r="{cell}"{kind}><f>CONCATENATE("x","y")</f>{written}</c>'.encode()
                content, count = re.subn(pattern, new, content)
                assert count == 1
        return content

    return change


@pytest.mark.parametrize("written", ["<v/>", "<v />", "", "<v></v>"])
def test_a_formula_without_a_stored_value_is_said_on_its_row(tmp_path, written):
    reading = read_bytes(tmp_path, "a.xlsx", rewritten(formulas("A2", "A3", written=written)))
    assert reading.raw["comment"].isna().all()
    assert reading.raw["nps"].tolist() == [2, 9]
    assert [next(iter(problems)).split(":")[0] for problems in reading.raw["problems"]] == ["A2", "A3"]
    assert "formula without a stored value" in reading.raw["problems"][0][0]


def test_a_row_of_nothing_but_such_formulas_is_rejected_wherever_it_stands(tmp_path):
    cells = [f"{column}{row}" for row in (2, 3) for column in "ABC"]
    reading = read_bytes(tmp_path, "a.xlsx", rewritten(formulas(*cells[:3])))
    assert (len(reading.raw), reading.rejected["row_number"].tolist()) == (1, [2])
    assert "A2, B2, C2" in reading.rejected["reason"][0]
    reading = read_bytes(tmp_path, "b.xlsx", rewritten(formulas(*cells)))
    assert (len(reading.raw), reading.rejected["row_number"].tolist()) == (0, [2, 3])


def test_formulas_of_another_sheet_are_said_there(tmp_path):
    sheets = {"Portada": [["Encuesta"]], "Respuestas": ROWS}

    def change(name: str, content: bytes) -> bytes:
        return formulas("A2")(SHEET, content) if name == "xl/worksheets/sheet2.xml" else content

    reading = read_bytes(tmp_path, "a.xlsx", rewritten(change, sheets))
    answers = reading.raw[reading.raw["sheet"] == "Respuestas"]
    assert [len(problems) for problems in answers["problems"]] == [1, 0]


def test_a_formula_whose_stored_text_is_empty_is_a_blank_cell(tmp_path):
    reading = read_bytes(tmp_path, "a.xlsx", rewritten(formulas("A2", written="<v></v>", kind=' t="str"')))
    assert [len(problems) for problems in reading.raw["problems"]] == [0, 0]
    reading = read_bytes(tmp_path, "b.xlsx", rewritten(formulas("A2", written="<v>xy</v>", kind=' t="str"')))
    assert reading.raw["comment"][0] == "xy"


def test_formulas_are_told_over_the_ends_of_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("fiber_pipeline.readers.files.containers._BLOCK", 37)
    reading = read_bytes(tmp_path, "a.xlsx", rewritten(formulas("A2", "A3")))
    assert [len(problems) for problems in reading.raw["problems"]] == [1, 1]


def test_excels_own_escapes_are_undone(tmp_path):
    def change(_: str, content: bytes) -> bytes:
        return content.replace(b"Anda lento", b"Anda_x000D_\nlento")

    assert read_bytes(tmp_path, "a.xlsx", rewritten(change)).raw["comment"][0].split() == ["Anda", "lento"]
