import csv
import io
import json

import pandas as pd

from fiber_pipeline_tests.readers.exports import read_bytes, workbook

ANSWERS = [
    {"comentario": "Anda lento de noche", "nps": 2, "extra": {"plan": "Hogar"}},
    {"comentario": "Todo bien, gracias", "nps": 9},
    {"nps": 5, "comentario": "No sé"},
]
ROWS = [[index, f"2025-03-0{index + 1} 10:15:00", json.dumps(answer)] for index, answer in enumerate(ANSWERS)]
HEADER = ["id", "created_at", "payload"]


def _csv(rows, **options):
    text = io.StringIO()
    csv.writer(text, **options).writerows(rows)
    return text.getvalue()


def _check(reading):
    assert reading.raw["comment"].tolist() == [answer["comentario"] for answer in ANSWERS]
    assert reading.raw["nps"].tolist() == [2, 9, 5]
    assert reading.raw["commented_at"].notna().all()
    assert json.loads(reading.raw["metadata"][0]).get("payload.extra.plan") == "Hogar"


def test_objects_in_the_cells_of_any_table_become_columns(tmp_path):
    _check(read_bytes(tmp_path, "a.csv", _csv([HEADER, *ROWS])))
    _check(read_bytes(tmp_path, "b.csv", _csv([["Registro de avisos"], [], HEADER, *ROWS], delimiter=";")))
    _check(read_bytes(tmp_path, "c.xlsx", workbook({"Hoja1": [HEADER, *ROWS]})))
    _check(read_bytes(tmp_path, "d.csv", _csv([["payload", "id", "created_at"], *([c, a, b] for a, b, c in ROWS)])))
    buffer = io.BytesIO()
    pd.DataFrame(ROWS, columns=HEADER).to_parquet(buffer)
    _check(read_bytes(tmp_path, "e.parquet", buffer.getvalue()))


def test_a_list_of_questions_and_answers_in_a_cell_becomes_columns(tmp_path):
    cells = [
        json.dumps([{"question": "NPS", "answer": score}, {"question": "¿Por qué motivo?", "answer": text}])
        for score, text in ((2, "Anda lento"), (9, "Todo bien"))
    ]
    reading = read_bytes(tmp_path, "a.csv", _csv([["id", "respuestas"], *([n, cell] for n, cell in enumerate(cells))]))
    assert reading.raw["comment"].tolist() == ["Anda lento", "Todo bien"]
    assert reading.raw["nps"].tolist() == [2, 9]


def test_a_cell_that_is_broken_or_names_more_loses_nothing(tmp_path):
    rows = [*ROWS, [3, "2025-03-04 10:15:00", '{"comentario": "cortad'], [4, "2025-03-05 10:15:00", ""]]
    reading = read_bytes(tmp_path, "a.csv", _csv([HEADER, *rows]))
    assert len(reading.raw) == 3
    assert '{"comentario": "cortad' in json.loads(reading.rejected["row"][0])["payload"]


def test_comments_in_braces_and_objects_without_answers_stay_as_they_are(tmp_path):
    rows = [["comentario", "extra"], ["{no anda}", '{"a": 1}'], ["[sin señal]", '{"a": 2}'], ["{}", '{"a": 3}']]
    reading = read_bytes(tmp_path, "a.csv", _csv(rows))
    assert reading.raw["comment"].tolist() == ["{no anda}", "[sin señal]", "{}"]
    assert json.loads(reading.raw["metadata"][1]) == {"extra": '{"a": 2}'}
