"""One table of answers in every shape JSON gives it: the same rows come out."""

import datetime as dt
import json

import pytest

from fiber_pipeline_tests.readers.exports import read_bytes

TEXTS = ["Anda lento de noche", "El técnico no vino", "Todo bien, gracias"]
SCORES = [2, 0, 9]
DATES = ["2025-03-03 10:15:00", "2025-03-04 11:00:00", "2025-03-05 12:00:00"]
UTC = [dt.datetime(2025, 3, 3 + day, 13 + day, (15, 0, 0)[day], tzinfo=dt.UTC) for day in range(3)]
ROWS = [
    {"fecha": date, "nps": score, "comentario": text} for date, score, text in zip(DATES, SCORES, TEXTS, strict=True)
]
NAMES = list(ROWS[0])
GRID = [list(row.values()) for row in ROWS]
SECONDS = [int(moment.timestamp()) for moment in UTC]
COLUMNS = {name: [row[name] for row in ROWS] for name in NAMES}


def _dynamo(row):
    return {
        "fecha": {"S": row["fecha"]},
        "nps": {"N": str(row["nps"])},
        "detalle": {"M": {"comentario": {"S": row["comentario"]}, "nulo": {"NULL": True}}},
    }


def _mongo(row, seconds):
    return {
        "_id": {"$oid": "65f0c0ffee"},
        "fecha": {"$date": {"$numberLong": str(seconds * 1000)}},
        "nps": {"$numberInt": str(row["nps"])},
        "comentario": row["comentario"],
    }


def _firestore(row):
    return {
        "name": "projects/p/documents/e/1",
        "fields": {
            "fecha": {"timestampValue": row["fecha"] + "-03:00"},
            "nps": {"integerValue": str(row["nps"])},
            "respuesta": {"mapValue": {"fields": {"comentario": {"stringValue": row["comentario"]}}}},
        },
    }


def _bigquery(row):
    return {"f": [{"v": row["fecha"]}, {"v": str(row["nps"])}, {"v": row["comentario"]}]}


SHAPES = {
    "records": ROWS,
    "columns": {name: {str(index): value for index, value in enumerate(cells)} for name, cells in COLUMNS.items()},
    "columns with labels": {name: {f"E-{i}": cell for i, cell in enumerate(cells)} for name, cells in COLUMNS.items()},
    "index": {str(index): row for index, row in enumerate(ROWS)},
    "split": {"columns": NAMES, "index": [0, 1, 2], "data": GRID},
    "table": {"schema": {"fields": [{"name": name, "type": "string"} for name in NAMES]}, "data": ROWS},
    "dict of lists": COLUMNS,
    "dict of lists under data": {"total": 3, "data": COLUMNS},
    "sheets": {"range": "Hoja1!A1:C4", "majorDimension": "ROWS", "values": [NAMES, *GRID]},
    "sheets by column": {"majorDimension": "COLUMNS", "values": [[name, *COLUMNS[name]] for name in NAMES]},
    "arrays": [NAMES, *GRID],
    "metabase": {"data": {"rows": GRID, "cols": [{"name": name, "display_name": name} for name in NAMES]}},
    "clickhouse": {"meta": [{"name": name, "type": "String"} for name in NAMES], "data": GRID, "rows": 3},
    "bigquery": {"schema": {"fields": [{"name": name} for name in NAMES]}, "rows": [_bigquery(row) for row in ROWS]},
    "charts": {
        "table": {
            "cols": [{"id": "A", "label": name} for name in NAMES],
            "rows": [{"c": [{"v": cell} for cell in row]} for row in GRID],
        }
    },
    "dynamodb": {"Items": [_dynamo(row) for row in ROWS], "Count": 3},
    "mongo": [_mongo(row, seconds) for row, seconds in zip(ROWS, SECONDS, strict=True)],
    "firestore": {"documents": [_firestore(row) for row in ROWS]},
    "firestore seconds": [{**row, "fecha": {"_seconds": s}} for row, s in zip(ROWS, SECONDS, strict=True)],
    "firebase": {f"-Nx{index}Q": row for index, row in enumerate(ROWS)},
    "firebase under a name": {"encuestas": {f"-Nx{index}Q": row for index, row in enumerate(ROWS)}},
    "firebase by month": {"marzo": {"-Na1": ROWS[0], "-Na2": ROWS[1]}, "abril": {"-Nb1": ROWS[2], "-Nb2": {**ROWS[2]}}},
    "lists by month": {"marzo": ROWS[:2], "abril": ROWS[2:]},
    "elastic": {
        "took": 3,
        "hits": {"total": 3, "hits": [{"_index": "e", "_id": str(i), "_source": row} for i, row in enumerate(ROWS)]},
    },
    "geojson": {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [-57.6, -25.3]}, "properties": row}
            for row in ROWS
        ],
    },
    "json:api": {"data": [{"type": "e", "id": str(i), "attributes": row} for i, row in enumerate(ROWS)], "links": {}},
    "odata": {"@odata.context": "x", "value": ROWS},
    "beside longer lists": {
        "usuarios": [{"id": n, "correo": "a@b.example", "perfil": "x"} for n in range(9)],
        "entradas": ROWS,
    },
    "snowflake": {"resultSetMetaData": {"rowType": [{"name": name} for name in NAMES]}, "data": GRID},
    "athena": {
        "ResultSet": {"Rows": [{"Data": [{"VarCharValue": str(cell)} for cell in row]} for row in [NAMES, *GRID]]}
    },
    "phpmyadmin": [
        {"type": "header", "version": "5.2"},
        {"type": "database", "name": "crm"},
        {"type": "table", "name": "encuestas", "data": ROWS},
    ],
    "notion": [
        {
            "properties": {
                "fecha": {"id": "a", "type": "date", "date": row["fecha"]},
                "nps": {"id": "b", "type": "number", "number": row["nps"]},
                "comentario": {"id": "c", "type": "rich_text", "rich_text": [{"type": "x", "text": row["comentario"]}]},
            }
        }
        for row in ROWS
    ],
    "text in text": [{"id": i, "payload": json.dumps(row)} for i, row in enumerate(ROWS)],
    "avro": [{**row, "nps": {"int": row["nps"]}, "comentario": {"string": row["comentario"]}} for row in ROWS],
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_table_in_any_shape_gives_the_same_rows(tmp_path, shape):
    raw = read_bytes(tmp_path, "encuesta.json", json.dumps(SHAPES[shape], ensure_ascii=False)).raw[:3]
    assert raw["comment"].tolist() == TEXTS
    assert raw["nps"].tolist() == SCORES
    assert [moment.to_pydatetime() for moment in raw["commented_at"]] == UTC
    assert raw["rating"].isna().all()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lines.json", "\n".join(json.dumps(row) for row in ROWS)),
        ("lines.ndjson", "\n\n".join(json.dumps(row) for row in ROWS) + "\n"),
        ("one line.json", " ".join(json.dumps(row) for row in ROWS)),
        ("pretty.json", "\n".join(json.dumps(row, indent=2) for row in ROWS)),
        ("pretty.jsonl", "\n".join(json.dumps(row, indent=2) for row in ROWS)),
        ("commas.json", ",\n".join(json.dumps(row, indent=2) for row in ROWS) + ",\n"),
        ("pages.json", json.dumps({"data": ROWS[:2]}) + "\n" + json.dumps({"data": ROWS[2:]})),
        ("lists.json", json.dumps(ROWS[:2]) + json.dumps(ROWS[2:])),
        ("arrays.jsonl", "\n".join(json.dumps(row) for row in [NAMES, *GRID])),
        ("sequence.json", "".join("\x1e" + json.dumps(row) + "\n" for row in ROWS)),
    ],
)
def test_documents_one_after_another_are_one_table(tmp_path, name, content):
    raw = read_bytes(tmp_path, name, content).raw
    assert (raw["comment"].tolist(), raw["nps"].tolist()) == (TEXTS, SCORES)


QUESTIONS = {"q1": "¿Cuánto nos recomendarías?", "q2": "¿Por qué motivo?"}
TITLED = {
    "google forms": {
        "form": {
            "items": [
                {"title": title, "questionItem": {"question": {"questionId": key}}} for key, title in QUESTIONS.items()
            ]
        },
        "responses": [
            {
                "responseId": f"R{score}",
                "answers": {
                    "q1": {"questionId": "q1", "textAnswers": {"answers": [{"value": str(score)}]}},
                    "q2": {"questionId": "q2", "textAnswers": {"answers": [{"value": text}]}},
                },
            }
            for score, text in zip(SCORES, TEXTS, strict=True)
        ],
    },
    "typeform": {
        "form": {"fields": [{"id": key, "title": title, "ref": f"ref {key}"} for key, title in QUESTIONS.items()]},
        "items": [
            {
                "token": f"T{score}",
                "answers": [
                    {"field": {"id": "q1", "type": "nps"}, "type": "number", "number": score},
                    {"field": {"id": "q2", "type": "long_text"}, "type": "text", "text": text},
                ],
            }
            for score, text in zip(SCORES, TEXTS, strict=True)
        ],
    },
    "surveymonkey": {
        "data": [
            {
                "id": f"S{score}",
                "pages": [
                    {"questions": [{"id": "q1", "heading": QUESTIONS["q1"], "answers": [{"text": f"{score}"}]}]},
                    {"questions": [{"id": "q2", "heading": QUESTIONS["q2"], "answers": [{"text": text}]}]},
                ],
            }
            for score, text in zip(SCORES, TEXTS, strict=True)
        ]
    },
    "jotform": {
        "content": [
            {
                "id": f"J{score}",
                "answers": {
                    "3": {"name": "nps", "text": QUESTIONS["q1"], "answer": str(score)},
                    "4": {"name": "motivo", "text": QUESTIONS["q2"], "answer": text},
                },
            }
            for score, text in zip(SCORES, TEXTS, strict=True)
        ]
    },
    "qualtrics": {
        "questions": {"QID1": {"questionText": QUESTIONS["q1"]}, "QID2": {"questionText": QUESTIONS["q2"]}},
        "responses": [
            {"responseId": f"R_{score}", "values": {"QID1": score, "QID2_TEXT": text}}
            for score, text in zip(SCORES, TEXTS, strict=True)
        ],
    },
    "medallia": {
        "data": {
            "feedback": {
                "nodes": [
                    {
                        "id": score,
                        "fieldDataList": [
                            {"field": {"id": "q1", "name": "nps"}, "values": [str(score)]},
                            {"field": {"id": "q2", "name": "comentario"}, "values": [text]},
                        ],
                    }
                    for score, text in zip(SCORES, TEXTS, strict=True)
                ]
            }
        }
    },
    "lead ads": {
        "data": [
            {
                "id": f"L{score}",
                "field_data": [
                    {"name": "puntaje_nps", "values": [str(score)]},
                    {"name": "comentario", "values": [text]},
                ],
            }
            for score, text in zip(SCORES, TEXTS, strict=True)
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize("shape", TITLED)
def test_answers_go_by_their_questions(tmp_path, shape):
    reading = read_bytes(tmp_path, "respuestas.json", json.dumps(TITLED[shape], ensure_ascii=False))
    assert reading.raw["comment"].tolist() == TEXTS
    assert reading.raw["nps"].tolist() == SCORES
    if shape not in ("lead ads", "medallia"):
        assert reading.summary.tables[0].columns["comment"] == QUESTIONS["q2"]


def test_answers_whose_questions_are_not_given_go_by_their_ids(tmp_path):
    document = {"responses": TITLED["google forms"]["responses"]}
    reading = read_bytes(tmp_path, "respuestas.json", json.dumps(document))
    assert reading.raw["comment"].tolist() == TEXTS
    assert reading.summary.tables[0].columns["comment"] == "answers.q2"


def test_names_are_whole_paths_and_none_is_lost(tmp_path):
    record = {"encuesta": {"plan": "Hogar"}, "cuenta": {"plan": "Móvil"}, "encuesta.plan": "x", "comentario": "lento"}
    reading = read_bytes(tmp_path, "a.json", json.dumps([record]))
    assert json.loads(reading.raw["metadata"][0]) == {
        "encuesta.plan": "Hogar",
        "cuenta.plan": "Móvil",
        "encuesta.plan (2)": "x",
    }


def test_a_key_given_twice_is_kept_and_said_also_in_lines(tmp_path):
    lines = '{"comentario": "lento", "canal": "web", "canal": "app"}\n{"comentario": "bien"}\n'
    for name, content in (("a.jsonl", lines), ("b.json", "[" + lines.strip().replace("\n", ",") + "]")):
        reading = read_bytes(tmp_path, name, content)
        assert json.loads(reading.raw["metadata"][0]) == {"canal": "web", "canal (2)": "app"}
        notes = " ".join([*reading.summary.notes, *reading.summary.tables[0].notes])
        assert "given twice" in notes


def test_what_a_page_says_of_all_its_entries_stays_beside_what_they_say(tmp_path):
    pages = [{"id": "tienda 1", "reviews": [{"id": 7, "comment": "Anda lento"}, {"id": 8, "comment": "Todo bien"}]}]
    reading = read_bytes(tmp_path, "a.json", json.dumps(pages))
    assert reading.raw["comment"].tolist() == ["Anda lento", "Todo bien"]
    assert json.loads(reading.raw["metadata"][1]) == {"page.id": "tienda 1", "id": 8}


def test_an_object_in_parts_is_one_record(tmp_path):
    review = {
        "reviewId": "g1",
        "comments": [
            {"userComment": {"text": "Anda lento", "starRating": 2, "lastModified": {"seconds": str(SECONDS[0])}}},
            {"developerComment": {"text": "Hola, ya lo vemos con el equipo técnico de tu zona"}},
        ],
    }
    reading = read_bytes(tmp_path, "play.json", json.dumps({"reviews": [review, review]}))
    assert len(reading.raw) == 2
    names = {*reading.summary.tables[0].columns.values(), *json.loads(reading.raw["metadata"][0])}
    assert {"comments.userComment.text", "comments.developerComment.text"} <= names


def test_lists_that_are_not_read_are_said_and_grids_are_sheets(tmp_path):
    document = {"comments": [{"body": "Anda lento"}], "users": [{"id": 1}, {"id": 2}]}
    reading = read_bytes(tmp_path, "a.json", json.dumps(document))
    assert reading.raw["comment"].tolist() == ["Anda lento"]
    assert "users (2)" in " ".join(reading.summary.tables[0].notes)
    ranges = {"valueRanges": [{"range": f"{name}!A1:B9", "values": [NAMES, *GRID]} for name in ("Marzo", "Abril")]}
    reading = read_bytes(tmp_path, "b.json", json.dumps(ranges))
    assert reading.raw["comment"].tolist() == TEXTS * 2
    assert reading.raw["sheet"].unique().tolist() == ["Marzo!A1:B9", "Abril!A1:B9"]
    assert reading.raw["row_id"].is_unique


def test_plain_lists_and_formatted_text_are_texts(tmp_path):
    adf = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Anda lento"}]}]}
    runs = [{"type": "text", "plain_text": "Anda "}, {"type": "text", "plain_text": "lento"}]
    records = [{"comentario": value, "planes": ["Hogar", "Móvil"]} for value in (adf, runs, ["Anda lento"])]
    reading = read_bytes(tmp_path, "a.json", json.dumps(records))
    assert reading.raw["comment"].tolist() == ["Anda lento"] * 3
    assert json.loads(reading.raw["metadata"][0]) == {"planes": "Hogar; Móvil"}


def test_one_record_is_one_row_and_an_empty_list_none(tmp_path):
    one = {"review": {"text": "Anda lento", "stars": 2}, "autor": {"text": "Ana", "edad": 30}}
    assert len(read_bytes(tmp_path, "a.json", json.dumps(one)).raw) == 1
    empty = read_bytes(tmp_path, "b.json", json.dumps({"data": [], "total": 0}))
    assert (len(empty.raw), len(empty.rejected)) == (0, 0)
