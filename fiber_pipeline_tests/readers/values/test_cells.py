"""Cells that hold nothing, customers' numbers, and scores in words, as they end in the table."""

import json

import pandas as pd
import pytest

from fiber_pipeline.readers.values.customer_ids import is_damaged, plain_id
from fiber_pipeline.readers.values.null_marks import is_machine_mark, is_null_mark
from fiber_pipeline_tests.readers.exports import read_bytes


@pytest.mark.parametrize("mark", ["NULL", "null", "\\N", "NaN", "<NA>", "#N/D", "(null)"])
def test_marks_of_programs_are_nothing_everywhere(tmp_path, mark):
    text = f"Fecha,NPS,Cliente,Comentario\n{mark},{mark},{mark},Muy lento\n03/03/2025,9,4001,{mark}\n"
    reading = read_bytes(tmp_path, "n.csv", text + f"04/03/2025,8,4002,Bien\n{mark},{mark},{mark},{mark}\n")
    raw = reading.raw
    assert raw["comment"].tolist() == ["Muy lento", pd.NA, "Bien"]
    assert raw["nps"].tolist() == [pd.NA, 9, 8]
    assert raw["customer_id"].tolist() == [pd.NA, "4001", "4002"]
    assert raw["commented_at"].isna().tolist() == [True, False, False]
    assert [list(problems) for problems in raw["problems"]] == [[], [], []]
    assert reading.rejected["row_number"].tolist() == [5]
    assert is_null_mark(mark) and is_machine_mark(mark)


@pytest.mark.parametrize("word", ["No", "N/A", "-", "nada", "Ninguno"])
def test_words_of_people_stay_comments(tmp_path, word):
    reading = read_bytes(tmp_path, "n.csv", f"Fecha,NPS,Comentario\n03/03/2025,9,{word}\n04/03/2025,-,Muy lento todo\n")
    assert reading.raw["comment"].tolist() == [word, "Muy lento todo"]
    assert reading.raw["nps"].tolist() == [9, pd.NA]
    assert not is_machine_mark(word)


def test_none_is_a_mark_where_other_columns_show_a_program(tmp_path):
    text = "fecha,nps,comentario,ciudad\n2025-03-03,9,None,{}\n2025-03-04,8,Muy lento todo,Luque\n"
    assert read_bytes(tmp_path, "a.csv", text.format("nan")).raw["comment"].tolist() == [pd.NA, "Muy lento todo"]
    assert read_bytes(tmp_path, "b.csv", text.format("Luque")).raw["comment"].tolist() == ["None", "Muy lento todo"]


@pytest.mark.parametrize(
    ("cell", "customer"),
    [("40001234.0", "40001234"), (40001234.0, "40001234"), ('="000123"', "000123"), ("'000123", "000123"),
     ("000123", "000123"),     ("4,0001234E+07", "40001234"), ("595981123456.0", "595981123456"),
     ("AB-12", "AB-12"), ("  ", None), ("1.5", "1.5")],
)  # fmt: skip
def test_ids_are_kept_as_they_are_known(cell, customer):
    assert plain_id(cell) == customer
    assert not is_damaged(customer or "")


def test_an_id_that_lost_digits_says_so(tmp_path):
    reading = read_bytes(tmp_path, "i.csv", "Nro de cliente;Comentario\n5,95981E+11;Muy lento\n40001234;Va bien hoy\n")
    assert reading.raw["customer_id"].tolist() == ["5,95981E+11", "40001234"]
    assert "lost digits" in reading.raw["problems"].iloc[0][0]
    assert list(reading.raw["problems"].iloc[1]) == []


def test_answers_in_words_become_ratings_and_no_comments(tmp_path):
    text = "Fecha;¿Qué tan satisfecho está?;Comentario\n03/03/2025;Muy satisfecho;Va bien\n"
    raw = read_bytes(tmp_path, "l.csv", text + "04/03/2025;Insatisfecho;Se corta\n").raw
    assert raw["rating"].tolist() == [5.0, 2.0]
    assert raw["rating_scale"].tolist() == ["1-5", "1-5"]
    assert raw["comment"].tolist() == ["Va bien", "Se corta"]


def test_percents_have_their_scale_and_shares_are_left_alone(tmp_path):
    raw = read_bytes(tmp_path, "p.csv", "CSAT;Comentario\n85%;Va bien\n100 %;Muy bien todo\n").raw
    assert raw["rating"].tolist() == [85.0, 100.0]
    assert raw["rating_scale"].tolist() == ["0-100", "0-100"]
    shares = read_bytes(tmp_path, "s.csv", "CSAT;Comentario\n0,85;Va bien\n1;Muy bien todo\n")
    assert shares.raw["rating"].isna().all()
    assert json.loads(shares.raw["metadata"].iloc[0]) == {"CSAT": "0,85"}
    assert any("shares from 0 to 1" in note for note in shares.summary.tables[0].notes)


def test_a_placeholder_is_no_date(tmp_path):
    raw = read_bytes(
        tmp_path, "d.csv", "Fecha;Comentario\n1980-01-01;Va bien hoy\n03/03/2025;Se corta mucho\n04/03/2025;x y\n"
    ).raw
    assert raw["commented_at"].isna().tolist() == [True, False, False]
    assert list(raw["problems"].iloc[0]) == ["Fecha: '1980-01-01' stands for no date"]


def test_the_zone_in_the_header_is_believed(tmp_path):
    raw = read_bytes(tmp_path, "z.csv", "Submit Date (UTC);Comentario\n2025-03-03 10:15:00;Va bien hoy\n").raw
    assert raw["commented_at"].tolist() == [pd.Timestamp("2025-03-03 10:15", tz="UTC")]
