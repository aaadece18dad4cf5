"""What is no export is refused in words; what only quotes such things is read."""

import gzip
import io
import json
import zipfile

import pytest

from fiber_pipeline.readers import UnreadableFile
from fiber_pipeline_tests.readers.exports import read_bytes, workbook
from fiber_pipeline_tests.readers.hostile_files import ole_file

COMMENTS = [
    "Anda lento desde el lunes y nadie responde",
    "<3 el servicio, nunca se corta",
    "SELECT the plan que tenga más megas y listo",
    "Ya reinicié el router; no pasa nada",
    "import router from Ciudad del Este, jajaja",
    "Me dijeron: INSERT INTO la factura otra vez",
    "<b>MUY</b> malo",
    "03/03/2025 10:15 - me cortaron",
    "ERROR 503 sale siempre en la página",
    "return del técnico, todavía espero;",
    "NPS = 0",
    "1. Precio 2. Atención",
    "Subject: reclamo, ya van tres",
    "Ipukuma ha'ãrõ técnico-pe",
    "[3/3/25] sin señal",
    "Factura (marzo), cobran de más;",
]

MARKUP = {
    "pagina.csv": ("<!-- x -->\n<!DOCTYPE html>\n<html><body>Inicie sesión</body></html>", "web page"),
    "tabla.xls": ("<div class='x'>\n\t<table><tr><td>NPS</td></tr>\n<tr><td>9</td></tr>\n</table></div>", "web page"),
    "tabla2.xls": ("<div><table><tr><td>comentario</td></tr><tr><td>lento</td></tr></table></div>", "web page"),
    "guardado.xls": (
        "MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x",
        "web archive",
    ),
    "libro.xls": ('<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>', "workbook as XML"),
    "datos.xml": ('<?xml version="1.0"?><encuestas><e><c>lento</c></e></encuestas>', "XML"),
    "datos.txt": (
        "<encuestas>\n <encuesta nps='9'>\n  <comentario>lento</comentario>\n </encuesta>\n</encuestas>\n",
        "XML",
    ),
    "una_linea.txt": ("<encuestas><encuesta><comentario>lento</comentario></encuesta></encuestas>", "XML"),
    "jira.csv": ("<rss version='2.0'><channel><item><title>lento</title></item></channel></rss>", "XML"),
    "logo.csv": ('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>', "SVG"),
    "doc.txt": (r"{\rtf1\ansi Anda lento\par}", "RTF"),
}
PROGRAMS = {
    "exportar.csv": (
        "import csv\nfrom pathlib import Path\n\n\ndef leer(ruta):\n    with open(ruta) as f:\n"
        "        for fila in csv.reader(f):\n            print(fila)\n    return None\n\nleer('x.csv')\n",
        "a program",
    ),
    "exportar.txt": (
        "const fs = require('fs');\n\nfunction leer(ruta) {\n  if (!ruta) {\n    return null;\n  }\n"
        "  return fs.readFileSync(ruta);\n}\n\nleer('x.csv');\n",
        "a program",
    ),
    "Leer.txt": (
        "package py.fibra;\nimport java.util.List;\n\npublic class Leer {\n    private int total;\n\n"
        "    public int leer() {\n        total += 1;\n        return total;\n    }\n}\n",
        "a program",
    ),
    "macro.txt": (
        "Sub Exportar()\n    Dim fila As Long\n    For fila = 1 To 10\n        Debug.Print Cells(fila, 1)\n"
        '    Next fila\n    If fila > 3 Then\n        Range("A1").Select\n    End If\nEnd Sub\n',
        "a program",
    ),
    "tarea.txt": ("#!/bin/sh\ncp a b\n", "a program"),
    "pagina.txt": ("<?php\necho 1;\n", "a program"),
    "tweets.js": ('window.YTD.tweets.part0 = [\n {"tweet": {"full_text": "lento"}}\n]', "wrapped in a program"),
    "mysql.csv": (
        "-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\nINSERT INTO `e` VALUES (1,'lento'),(2,'bien');\n",
        "SQL dump",
    ),
    "filas.txt": (
        "INSERT INTO encuestas (id, comentario) VALUES\n"
        + "".join(f"({n}, 'Anda lento'),\n" for n in range(9))
        + "(10, 'fin');\n",
        "SQL dump",
    ),
    "servidor.txt": (
        "USE [Encuestas]\nGO\nSET NOCOUNT ON\nINSERT [dbo].[E] ([Id], [C]) VALUES (1, N'lento')\nGO\n",
        "SQL dump",
    ),
    "oracle.txt": (
        "REM INSERTING into ENCUESTAS\nSET DEFINE OFF;\nInsert into ENCUESTAS (ID,C) values (1,'lento');\n"
        "Insert into ENCUESTAS (ID,C) values (2,'bien');\n",
        "SQL dump",
    ),
    "pg.txt": ("--\n-- PostgreSQL database dump\n--\n\nCOPY public.e (id, c) FROM stdin;\n1\tlento\n\\.\n", "SQL dump"),
    "tabla.txt": (
        "CREATE TABLE e (\n  id int NOT NULL,\n  comentario text\n);\nINSERT INTO e VALUES (1, 'lento');\n",
        "SQL dump",
    ),
    "servicio.csv": (
        "2025-03-03 10:15:00,123 - app - INFO - empieza\n2025-03-03 10:15:01,001 - app - ERROR - no hay red\n"
        'Traceback (most recent call last):\n  File "app.py", line 3\n',
        "a log",
    ),
    "java.txt": (
        "2025-03-03T10:15:00.123Z  INFO 1 --- [main] app: a\n2025-03-03T10:15:01.123Z ERROR 1 --- [main] app: b\n",
        "a log",
    ),
    "acceso.txt": ('10.0.0.1 - - [03/Mar/2025:10:15:00 -0300] "GET / HTTP/1.1" 200 12\n' * 3, "a log"),
    "ajustes.txt": ("[servidor]\nhost = a\n# nota\nport = 1\n[cliente]\nx = 2\n", "settings"),
    "registros.txt": ("- comentario: lento\n  nps: 2\n- comentario: bien\n  nps: 9\n", "YAML"),
}
PEOPLE = {
    "Chat de WhatsApp.txt": (
        "3/3/25, 10:15 - Los mensajes están cifrados.\n3/3/25, 10:15 - Ana: Se corta\nde nuevo\n"
        "4/3/25, 8:05 - Beto: <Multimedia omitido>\n",
        "a chat",
    ),
    "_chat.txt": (
        "\u200e[3/3/25, 10:15:32\u202fa.\u202fm.] Ana: Se corta\nde nuevo\n"
        "[4/3/25, 8:05:01\u202fp.\u202fm.] Beto: ya anda\n",
        "a chat",
    ),
    "telegram.txt": ("Ana, [03.03.2025 10:15]\nSe corta\n\nBeto, [03.03.2025 10:16]\nya anda\n", "a chat"),
    "correo.eml": (
        "Return-Path: <a@b.example>\nFrom: a@b.example\nTo: c@d.example\nSubject: reclamo\n\nAnda lento\n",
        "e-mail",
    ),
    "correo.txt": ("De: Ana\nEnviado el: lunes\nPara: Soporte\nAsunto: reclamo\n\nAnda lento\n", "e-mail"),
    "contactos.txt": ("BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nEND:VCARD\n", "vCard"),
    "agenda.csv": ("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n", "iCalendar"),
}
JSON = {
    "error.json": ({"error": {"code": 401, "message": "Token vencido"}}, "error"),
    "vencido.json": ({"message": "Token vencido", "status": 401}, "error"),
    "vencido.csv": ({"mensaje": "Sesión vencida", "codigo": "403", "timestamp": "2025-03-03"}, "error"),
    "aspnet.json": ({"Message": "An error has occurred.", "ExceptionType": "x", "StackTrace": "y"}, "error"),
    "graphql.json": ({"data": None, "errors": [{"message": "Unauthorized", "path": ["a"]}]}, "error"),
    "salesforce.json": ([{"message": "Session expired", "errorCode": "INVALID_SESSION_ID"}], "error"),
    "telegram.json": (
        {"name": "Soporte", "type": "private_group", "messages": [{"date": "2025-03-03", "text": "lento"}]},
        "Telegram",
    ),
    "messenger.json": (
        {"participants": [{"name": "Ana"}], "messages": [{"sender_name": "Ana", "timestamp_ms": 1}]},
        "chat",
    ),
    "notas.ipynb": ({"cells": [{"cell_type": "code", "source": ["x"]}], "nbformat": 4}, "notebook"),
}  # fmt: skip


def _zip(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


BINARY = {
    "foto.heic": (b"\0\0\0\x18ftypheic" + bytes(40), "photograph"),
    "datos.avro": (b"Obj\x01\x04\x14avro.codec", "Avro"),
    "datos.sav": (b"$FL2@(#) SPSS DATA FILE" + bytes(20), "SPSS"),
    "datos.rdata": (gzip.compress(b"RDX3\nX\n\0\0\0\3" + bytes(20)), "an R data file"),
    "base.accdb": (b"\0\1\0\0Standard ACE DB\0" + bytes(20), "Access"),
    "base.csv": (b"SQLite format 3\0" + bytes(20), "SQLite"),
    "carta.doc": (ole_file("WordDocument"), "Word"),
    "correo.msg": (ole_file("__properties_version1.0"), "Outlook"),
    "otro.mpp": (ole_file("Otro"), "old-style Office file but not a workbook"),
    "carta.docx": (_zip({"[Content_Types].xml": "<Types/>", "word/document.xml": "<d/>"}), "Word"),
    "charla.pptx": (_zip({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<d/>"}), "PowerPoint"),
    "tabla.numbers": (_zip({"Index/Document.iwa": b"x", "preview.jpg": b"x"}), "Numbers"),
    "carta.odt": (_zip({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<d/>"}), "OpenDocument"),
}
PROMISES = {
    "falso.xlsx": ("esto no es un libro\n" * 30, "plain text, not an Excel workbook"),
    "falso.xls": ("Error 500: la sesión ha expirado. Vuelva a iniciar sesión, por favor.", "plain text, not an Excel"),
    "falso.ods": ("Anda lento\nNo anda\n", "plain text, not an OpenDocument"),
    "falso.parquet": ("Anda lento, siempre\nNo anda\n", "plain text, not a Parquet"),
}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        # Named by the file alone: archives hold the time they were made at.
        pytest.param(name, json.dumps(content) if forms is JSON else content, said, id=name)
        for forms in (MARKUP, PROGRAMS, PEOPLE, JSON, BINARY, PROMISES)
        for name, (content, said) in forms.items()
    ],
)
def test_what_is_no_export_is_refused_and_named(tmp_path, name, content, said):
    with pytest.raises(UnreadableFile, match=said) as refusal:
        read_bytes(tmp_path, name, content)
    assert refusal.value.mend


def test_the_same_holds_in_other_encodings(tmp_path):
    for name, (content, said) in {**MARKUP, **PEOPLE}.items():
        with pytest.raises(UnreadableFile, match=said):
            read_bytes(tmp_path, name, content.encode("utf-16"))


def test_comments_that_quote_such_things_are_read_line_by_line(tmp_path):
    for lines in (COMMENTS, COMMENTS[::-1], [COMMENTS[1]], COMMENTS[1:7], COMMENTS[5:12]):
        reading = read_bytes(tmp_path, "comentarios.txt", "\n".join(lines) + "\n")
        assert reading.raw["comment"].tolist() == lines


def test_tables_and_lists_that_begin_alike_are_read(tmp_path):
    for name, content in {
        "plan.csv": "ID;PLAN;COMENTARIO\nC1;A;lento\n",
        "lista.txt": "- Precio: caro\n- Técnico: no vino\n- Velocidad: lento\n",
        "ftyp.txt": "softypo lento\nsiempre lento\n",
        "desde.csv": "from;subject;comment\nana;reclamo;lento\n",
    }.items():
        assert read_bytes(tmp_path, name, content).raw["comment"].str.contains("lento").any(), name


def test_comments_in_markup_of_their_own_are_a_table(tmp_path):
    reading = read_bytes(tmp_path, "html.csv", "comentario\n<p>Muy bueno</p>\n<p>Se corta</p>\n<div>Caro</div>\n")
    assert len(reading.raw) == 3
    assert len(read_bytes(tmp_path, "html.txt", "<p>Muy bueno</p>\n<p>Se corta</p>\n").raw) == 2


@pytest.mark.parametrize("name", ["tabla.xlsx", "tabla.xls", "tabla.ods"])
def test_a_table_of_text_under_a_workbooks_name_is_read_and_said(tmp_path, name):
    for content in ("comentario;nps\nlento;2\n", "Fecha\tComentario\n03/03/2025\tlento\n", "Comentario\nlento\n"):
        reading = read_bytes(tmp_path, name, content)
        assert reading.raw["comment"].tolist() == ["lento"]
        assert "as its name says" in " ".join(reading.summary.tables[0].notes)


def test_one_record_that_looks_like_an_error_is_still_a_record(tmp_path):
    one = {"message": "Anda lento, error 500 siempre", "created_time": "2025-03-03T10:15:00Z", "id": 7}
    reading = read_bytes(tmp_path, "uno.json", json.dumps(one))
    assert reading.raw["comment"].tolist() == [one["message"]]
    reading = read_bytes(tmp_path, "lista.json", json.dumps([{"message": "lento"}, {"message": "caro"}]))
    assert reading.raw["comment"].tolist() == ["lento", "caro"]


def test_an_archive_leaves_out_litter_and_other_forms_and_reads_the_rest(tmp_path):
    members = {
        "marzo/._enero.csv": b"\0\5\x16\7\0\2\0\0Mac OS X",
        "__MACOSX/marzo/._enero.csv": b"\0\5\x16\7",
        "marzo/.DS_Store": b"\0\0\0\1Bud1",
        "marzo/Thumbs.db": b"\xd0\xcf\x11\xe0",
        "marzo/~$enero.xlsx": b"\5Ana",
        "LEEME.txt": "Este archivo tiene las encuestas\n",
        "grafico.png": b"\x89PNG\r\n\x1a\n",
        "informe.html": "<html><body>informe</body></html>",
        "marzo/enero.csv": "comentario;nps\nlento;2\nbien;9\n",
        "word/febrero.xlsx": workbook({"Hoja1": [["Comentario", "NPS"], ["caro", 5]]}),
    }
    reading = read_bytes(tmp_path, "todo.zip", _zip(members))
    assert reading.raw["comment"].tolist() == ["lento", "bien", "caro"]
    assert len(reading.summary.notes) == 8
    told = " ".join(reading.summary.notes)
    assert "grafico.png: the file is a PNG image" in told
    assert "informe.html: the file is a web page" in told


def test_an_archive_of_nothing_but_other_forms_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match=r"PNG|web page"):
        read_bytes(tmp_path, "fotos.zip", _zip({"a.png": b"\x89PNG\r\n\x1a\n", "b.html": "<html></html>"}))
    with pytest.raises(UnreadableFile, match="web page"):
        read_bytes(tmp_path, "paginas.zip", _zip({"b.html": "<html></html>"}))
