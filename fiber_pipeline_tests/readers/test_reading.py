import datetime as dt
import gzip
import io
import json
import random
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from fiber_pipeline.readers import RowsLost, UnreadableFile, read_file
from fiber_pipeline.readers.reading import Reading
from fiber_pipeline.readers.sheet import CHUNK_ROWS
from fiber_pipeline_tests.readers.exports import NOW, read_bytes, workbook

HEADER = ["Comentario Final", "Nota", "NPS", "Ciudad"]
ROWS = [["Muy buen servicio", 5, 9, "Luque"], ["Ikatu eterei la señal", 4, 10, "Asunción"], ["Se corta", 1, 2, "Luque"]]


def _csv(delimiter: str = ",") -> str:
    return "\n".join(delimiter.join(map(str, row)) for row in [HEADER, *ROWS]) + "\n"


def _xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Datos")
    for row, cells in enumerate([HEADER, *ROWS]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _ods() -> bytes:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Datos")
    for cells in [HEADER, *ROWS]:
        row = TableRow()
        for value in cells:
            if isinstance(value, str):
                cell = TableCell(valuetype="string")
            else:
                cell = TableCell(valuetype="float", value=value)
            cell.addElement(P(text=str(value)))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _xlsm() -> bytes:
    book = openpyxl.Workbook()
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    book.active.title = "Datos"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _parquet() -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame(ROWS, columns=HEADER).to_parquet(buffer)
    return buffer.getvalue()


RECORDS = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
FORMS = {
    "a.csv": _csv().encode(),
    "a.tsv": _csv("\t").encode(),
    "semicolons.csv": _csv(";").encode("cp1252"),
    "pipes.csv": _csv("|").encode("utf-8-sig"),
    "utf16.csv": _csv().encode("utf-16"),
    "utf16le.csv": _csv().encode("utf-16-le"),
    "utf16be.csv": _csv().encode("utf-16-be"),
    "delimited.txt": _csv(";").encode(),
    "mac_line_ends.csv": _csv().replace("\n", "\r").encode(),
    "a.xlsx": workbook({"Datos": [HEADER, *ROWS]}),
    "a.xlsm": _xlsm(),
    "a.xls": _xls(),
    "a.ods": _ods(),
    "a.parquet": _parquet(),
    "a.json": json.dumps(RECORDS).encode(),
    "utf16.json": json.dumps(RECORDS, ensure_ascii=False).encode("utf-16"),
    "held.json": json.dumps({"meta": {"total": 3}, "data": {"items": RECORDS}}).encode(),
    "a.jsonl": "\n".join(map(json.dumps, RECORDS)).encode(),
    "workbook_named.csv": workbook({"Datos": [HEADER, *ROWS]}),
    "lines_named.json": "\n".join(map(json.dumps, RECORDS)).encode(),
}


@pytest.mark.parametrize("packing", ["", ".gz", ".zip"])
@pytest.mark.parametrize("name", FORMS)
def test_every_form_reads_to_the_same_rows(tmp_path, name, packing):
    content = FORMS[name]
    if packing == ".gz":
        content = gzip.compress(content)
    elif packing == ".zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(name, content)
        content = buffer.getvalue()
    reading = read_bytes(tmp_path, f"norte/{name}{packing}", content)
    raw = reading.raw
    assert raw["comment"].tolist() == [row[0] for row in ROWS]
    assert raw["nps"].tolist() == [9, 10, 2]
    assert raw["nps_group"].tolist() == ["promoter", "promoter", "detractor"]
    assert raw["rating"].tolist() == [5.0, 4.0, 1.0]
    assert raw["rating_scale"].unique().tolist() == ["1-5"]
    assert [json.loads(text) for text in raw["metadata"]] == [{"Ciudad": row[3]} for row in ROWS]
    assert raw["source"].unique().tolist() == ["norte"]
    assert len(reading.rejected) == 0
    (table,) = reading.summary.tables
    assert table.columns == {"comment": "Comentario Final", "rating": "Nota", "nps": "NPS"}
    first = raw["row_number"].iloc[0]
    sheet = "" if table.sheet is None else f"{table.sheet}!"
    member = f"{name}!" if packing == ".zip" else ""
    assert raw["row_id"].iloc[0] == f"{member}{sheet}{first}"


def test_several_sheets_each_have_a_header_and_none_is_lost(tmp_path):
    content = workbook(
        {
            "Enero": [
                ["Encuesta de enero"],
                [],
                ["Fecha", "Comentario"],
                [dt.datetime(2025, 1, 5, 9, 30), "Muy lento"],
            ],
            "Febrero": [["comentario", "nps"], ["Bien", 8], [], ["Total", 1]],
            "Resumen": [["Ciudad", "Cantidad"], ["Luque", 4], ["Asunción", 7]],
            "Vacía": [],
        }
    )
    reading = read_bytes(tmp_path, "a.xlsx", content)
    assert reading.raw["row_id"].tolist() == ["Enero!4", "Febrero!2"]
    assert reading.raw["commented_at"].tolist()[0] == pd.Timestamp("2025-01-05 12:30", tz="UTC")
    assert reading.rejected[["sheet", "row_number"]].values.tolist() == [["Febrero", 4]]
    assert "total" in reading.rejected["reason"].iloc[0]
    assert json.loads(reading.rejected["row"].iloc[0]) == {"comentario": "Total", "nps": 1}
    assert [left_out.where for left_out in reading.summary.left_out] == ["a.xlsx, sheet 'Resumen'"]
    notes = {table.sheet: " ".join(table.notes) for table in reading.summary.tables}
    assert "Encuesta de enero" in notes["Enero"]
    assert "no rows" in notes["Vacía"]
    assert [table.header_row for table in reading.summary.tables] == [3, 1, None]


def test_merged_cells_stand_for_the_rows_they_span(tmp_path):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("H")
        sheet.merge_range("A1:A2", "Sucursal")
        sheet.merge_range("B1:C1", "Encuesta")
        sheet.write_row("B2", ["Comentario", "NPS"])
        sheet.merge_range("A3:A4", "Centro")
        sheet.write_row("B3", ["Muy bien", 9])
        sheet.write_row("B4", ["Muy mal", 1])
        sheet.merge_range("B5:B6", "Una sola vez")
    reading = read_bytes(tmp_path, "m.xlsx", buffer.getvalue())
    assert reading.raw["comment"].tolist() == ["Muy bien", "Muy mal", "Una sola vez"]
    assert [json.loads(text) for text in reading.raw["metadata"]] == [
        {"Sucursal": "Centro"},
        {"Sucursal": "Centro"},
        {},
    ]


def test_formulas_give_their_cached_value_and_hidden_sheets_are_read(tmp_path):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("Portada")
        sheet = book.add_worksheet("Datos")
        sheet.hide()
        sheet.write_row(0, 0, ["Comentario", "NPS"])
        sheet.write_formula(1, 0, '="Muy "&"bien"', None, "Muy bien")
        sheet.write_formula(1, 1, "=8+1", None, 9)
        sheet.write_string(2, 0, "=1+1 no es una fórmula")
    reading = read_bytes(tmp_path, "f.xlsx", buffer.getvalue())
    assert reading.raw["comment"].tolist() == ["Muy bien", "=1+1 no es una fórmula"]
    assert reading.raw["nps"].iloc[0] == 9
    assert any("hidden" in note for table in reading.summary.tables for note in table.notes)


def test_a_zip_of_several_files_names_the_member_of_each_row(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("enero/a.csv", "comentario\nMuy bueno\n")
        archive.writestr("b.xlsx", workbook({"Hoja": [["Comentario"], ["Regular nomás"]]}))
        archive.writestr("__MACOSX/._a.csv", b"\0\1")
    reading = read_bytes(tmp_path, "z.zip", buffer.getvalue(), source_file="z-original.zip")
    assert reading.raw["row_id"].tolist() == ["enero/a.csv!2", "b.xlsx!Hoja!2"]
    assert reading.raw["source_file"].tolist() == ["z-original.zip!enero/a.csv", "z-original.zip!b.xlsx"]
    assert any("__MACOSX" in note for note in reading.summary.notes)


def test_quoted_line_breaks_survive_and_rows_are_numbered_by_line(tmp_path):
    reading = read_bytes(tmp_path, "q.csv", 'comentario,nps\n"uno\ndos",3\n\n"dijo ""hola""",4\n')
    assert reading.raw["comment"].tolist() == ["uno\ndos", 'dijo "hola"']
    assert reading.raw["row_number"].tolist() == [2, 5]


def test_malformed_rows_are_rejected_and_do_not_touch_their_neighbours(tmp_path):
    text = 'id,comentario,nps\n1,malo, muy malo,2\n2,"sin cerrar,3\n3,bien,9\n4,"con ""comillas""",8\n5,corta\n'
    reading = read_bytes(tmp_path, "m.csv", text)
    assert reading.raw["comment"].tolist() == ["malo, muy malo", "bien", 'con "comillas"', "corta"]
    assert reading.rejected["row_number"].tolist() == [3]
    assert "quote" in reading.rejected["reason"].iloc[0]


def test_mojibake_is_repaired_and_nothing_else_is_changed(tmp_path):
    reading = read_bytes(tmp_path, "m.csv", "OpiniÃ³n;Año\nLa conexiÃ³n “anda” mal…;años\nIporã ko’ápe g̃;x\n")
    assert reading.raw["comment"].tolist() == ["La conexión “anda” mal…", "Iporã ko’ápe g̃"]
    assert reading.summary.tables[0].columns["comment"] == "Opinión"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1252", "cp1252"), ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16-le")],
)
def test_the_encoding_is_told(tmp_path, encoding, name):
    text = "Comentario;NPS\nLa señal está pésima mañana y noche;2\nEl técnico llegó rápido, muy atento;9\n"
    reading = read_bytes(tmp_path, "e.csv", text.encode(encoding))
    assert reading.summary.tables[0].encoding == name
    assert reading.raw["comment"].iloc[0] == "La señal está pésima mañana y noche"


def test_a_few_bytes_of_another_encoding_do_not_spoil_a_utf8_file(tmp_path):
    good = "".join(f"conexión número {n} pésima;3\n" for n in range(40)).encode()
    reading = read_bytes(tmp_path, "e.csv", b"comentario;nps\n" + good + "años sin señal;1\n".encode("cp1252"))
    assert reading.raw["comment"].iloc[0] == "conexión número 0 pésima"
    assert reading.raw["comment"].iloc[-1] == "años sin señal"
    assert "cp1252" in reading.summary.tables[0].notes[0]


def test_a_plain_text_is_a_comment_a_line(tmp_path):
    reading = read_bytes(tmp_path, "t.txt", "Bueno, gracias\n\nMalo, lento\nNo\n")
    assert reading.raw["comment"].tolist() == ["Bueno, gracias", "Malo, lento", "No"]
    assert reading.raw["row_id"].tolist() == ["1", "3", "4"]


def test_a_single_column_csv_may_have_commas(tmp_path):
    reading = read_bytes(tmp_path, "t.csv", "comentario\nBueno, gracias\nMalo, lento\nNo, nada\n")
    assert reading.raw["comment"].tolist() == ["Bueno, gracias", "Malo, lento", "No, nada"]


def test_json_of_every_shape(tmp_path):
    nested = {"results": [{"feedback": {"comment": "Muy lento", "tags": ["a", "b"]}, "nps": 3, "extra": float("nan")}]}
    reading = read_bytes(tmp_path, "n.json", json.dumps(nested))
    assert reading.raw["comment"].tolist() == ["Muy lento"]
    assert json.loads(reading.raw["metadata"].iloc[0]) == {"feedback.tags": "a; b"}
    assert read_bytes(tmp_path, "s.json", '["Bueno", "Malo"]').raw["comment"].tolist() == ["Bueno", "Malo"]
    lines = read_bytes(tmp_path, "l.jsonl", '{"comment": "x y"}\n{"comment": \n{"comment": "z", "comment": "w"}\n')
    assert lines.raw["comment"].tolist() == ["x y", "z"]
    assert lines.rejected["row_number"].tolist() == [2]
    second = {"question": "comment (2)", "text": "w"}
    assert second in list(lines.raw["answers"].iloc[1])


def test_json_pages_and_groups_are_unfolded(tmp_path):
    groups = {"stores": [{"store": "Luque", "reviews": [{"comment": "Muy lento", "rating": 2}, {"comment": "Bien"}]}]}
    reading = read_bytes(tmp_path, "g.json", json.dumps(groups))
    assert reading.raw["comment"].tolist() == ["Muy lento", "Bien"]
    assert json.loads(reading.raw["metadata"].iloc[1]) == {"store": "Luque"}


def test_a_name_that_records_use_late_still_finds_its_role(tmp_path):
    lines = ['{"nps": 9}'] * (CHUNK_ROWS + 5) + ['{"nps": 1, "comment": "Muy lento todo", "otro": "x"}']
    reading = read_bytes(tmp_path, "late.jsonl", "\n".join(lines))
    assert reading.raw["comment"].tolist()[-1] == "Muy lento todo"
    assert reading.raw["metadata"].tolist()[-1] == '{"otro": "x"}'
    assert reading.summary.tables[0].columns == {"nps": "nps", "comment": "comment"}


def test_a_large_json_is_read_as_a_stream(tmp_path, monkeypatch):
    monkeypatch.setattr("fiber_pipeline.readers.formats.json_records.WHOLE_CHARACTERS", 100)
    document = {"meta": {"n": 50}, "comments": [{"comment": f"texto número {n}", "nps": n % 11} for n in range(50)]}
    reading = read_bytes(tmp_path, "big.json", json.dumps(document, ensure_ascii=False))
    assert reading.raw["comment"].tolist()[-1] == "texto número 49"
    assert len(reading.raw) == 50
    with pytest.raises(UnreadableFile, match="JSON is broken"):
        read_bytes(tmp_path, "cut.json", json.dumps(document)[:-30])


def test_problems_say_what_could_not_be_read(tmp_path):
    text = "Comentario;NPS;Fecha\nMuy bien;11;31/02/2024\nMal;3;15/03/2024 10:05\n;12;\n"
    reading = read_bytes(tmp_path, "p.csv", text)
    assert reading.raw["nps"].tolist() == [pd.NA, 3]
    assert list(reading.raw["problems"].iloc[0]) == [
        "NPS: '11' is not an NPS answer from 0 to 10",
        "Fecha: '31/02/2024' is not a date that exists",
    ]
    assert reading.raw["commented_at"].iloc[1] == pd.Timestamp("2024-03-15 13:05", tz="UTC")
    assert reading.raw["has_time"].tolist() == [False, True]
    assert "no comment, NPS or rating" in reading.rejected["reason"].iloc[0]


def test_rows_that_do_not_add_up_are_a_defect_that_shows(tmp_path):
    reading = read_bytes(tmp_path, "a.csv", _csv())
    with pytest.raises(RowsLost, match="3 data rows"):
        Reading(reading.raw.iloc[1:], reading.rejected, reading.summary)


def test_the_time_of_ingestion_needs_a_zone(tmp_path):
    (tmp_path / "a.csv").write_text(_csv())
    with pytest.raises(ValueError, match="time zone"):
        read_file(tmp_path / "a.csv", batch="a.csv", ingested_at=dt.datetime(2025, 1, 1))
    assert read_file(tmp_path / "a.csv", batch="a.csv", ingested_at=NOW).raw["ingested_at"].iloc[0] == NOW


CELLS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], include_characters="\n\r\t\u200b"), max_size=20)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(CELLS, st.one_of(st.integers(-3, 14).map(str), CELLS)), max_size=12))
def test_every_row_of_any_csv_is_accepted_or_rejected(rows):
    import csv

    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["Comentario", "NPS"])
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        reading = read_bytes(Path(folder), "h.csv", buffer.getvalue())
    assert len(reading.raw) + len(reading.rejected) == reading.summary.data_rows
    assert reading.raw["row_id"].is_unique
    held = [comment for comment, nps in rows if comment.strip("\ufeff\u200b\xa0 \t\r\n\v\f")]
    assert reading.summary.data_rows >= len(held)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_read_or_are_refused_in_plain_english(content):
    with tempfile.TemporaryDirectory() as folder:
        try:
            reading = read_bytes(Path(folder), "any.csv", content)
        except UnreadableFile as error:
            assert error.mend
        else:
            assert len(reading.raw) + len(reading.rejected) == reading.summary.data_rows


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.ods", "a.parquet", "a.json"])
def test_damaged_files_are_refused_in_plain_english_or_read(tmp_path, name):
    chance = random.Random(name)
    refused = 0
    for _ in range(40):
        content = bytearray(FORMS[name])
        for _ in range(chance.choice([1, 3, 20])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        if chance.random() < 0.3:
            del content[chance.randrange(len(content)) :]
        try:
            reading = read_bytes(tmp_path, name, bytes(content))
        except UnreadableFile as error:
            refused += 1
            assert error.mend
        else:
            assert len(reading.raw) + len(reading.rejected) == reading.summary.data_rows
    assert refused > 5


def test_an_old_workbook_with_a_password_is_said_to_have_one(tmp_path):
    content = bytearray(FORMS["a.xls"])
    start_of_workbook = content.index(b"\x09\x08\x10\x00")
    content[start_of_workbook + 20 : start_of_workbook + 22] = b"\x2f\x00"  # FILEPASS
    with pytest.raises(UnreadableFile, match="password"):
        read_bytes(tmp_path, "a.xls", bytes(content))


def test_an_ods_that_repeats_a_cell_over_the_whole_sheet_is_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(FORMS["a.ods"])) as original, zipfile.ZipFile(buffer, "w") as changed:
        for name in original.namelist():
            content = original.read(name)
            if name == "content.xml":
                content = content.replace(
                    b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">', 1
                ).replace(b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="900" ', 1)
            changed.writestr(name, content)
    with pytest.raises(UnreadableFile, match="1,048,579 rows and 903 columns"):
        read_bytes(tmp_path, "a.ods", buffer.getvalue())


def test_a_line_of_nothing_but_delimiters_costs_one_row(tmp_path):
    text = "Comentario;NPS\nMuy bien;9\n" + "x;" * 5_000 + "\nMuy mal;1\n"
    reading = read_bytes(tmp_path, "w.csv", text)
    assert reading.raw["comment"].tolist() == ["Muy bien", "Muy mal"]
    assert "5,001 cells" in reading.rejected["reason"].iloc[0]


VALUES = st.one_of(
    st.none(),
    st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12),
    st.integers(-2, 12),
    st.floats(-5, 50_000),
    st.booleans(),
    st.sampled_from([*HEADER, "Fecha", "Total", "Promotor", dt.datetime(2025, 3, 1, 10)]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.lists(VALUES, max_size=5), max_size=8), min_size=1, max_size=3))
def test_every_row_of_any_workbook_is_accepted_rejected_left_out_or_part_of_a_header(sheets):
    content = workbook({f"Hoja{number}": rows for number, rows in enumerate(sheets)})
    with tempfile.TemporaryDirectory() as folder:
        try:
            reading = read_bytes(Path(folder), "h.xlsx", content)
        except UnreadableFile as problem:
            assert "no table of answers" in str(problem)
            return
    left_out = {one.where for one in reading.summary.left_out}
    for name, rows in {f"Hoja{number}": rows for number, rows in enumerate(sheets)}.items():
        filled = [
            number
            for number, row in enumerate(rows, start=1)
            if any(cell is not None and str(cell).strip("\ufeff\u200b\xa0 \t") for cell in row)
        ]
        ended = sorted(
            [
                *reading.raw.loc[reading.raw["sheet"] == name, "row_number"],
                *reading.rejected.loc[reading.rejected["sheet"] == name, "row_number"],
            ]
        )
        tables = [table for table in reading.summary.tables if table.sheet == name]
        assert tables or f"h.xlsx, sheet {name!r}" in left_out
        if len(tables) == 1 and f"h.xlsx, sheet {name!r}" not in left_out:
            several = any("name the columns together" in note for note in tables[0].notes)
            header = (tables[0].header_row or 0) + (2 if several else 0)
            assert [number for number in ended if number > header] == [number for number in filled if number > header]
            assert several or ended == [number for number in filled if number > header]
        assert set(ended) <= set(filled)
        assert len(set(ended)) == len(ended)
