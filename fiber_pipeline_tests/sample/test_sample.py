"""The sample survey is what it says it is, measured on the workbook itself."""

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from python_calamine import CalamineWorkbook

from fiber_pipeline.cleaning import is_informative, is_stretched, normalise, redact

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
HEADER = ["Cliente", "Fecha", "NPS", "Nota", "Comentario Final", "Ciudad", "Departamento", "Plan"]


class Response(NamedTuple):
    customer: str
    moment: object
    nps: int
    rating: object
    comment: str


@pytest.fixture(scope="module")
def sheet() -> list[list[object]]:
    workbook = CalamineWorkbook.from_path(str(SAMPLE / "encuesta_fibra.xlsx"))
    assert workbook.sheet_names == ["Encuesta", "Planes"]
    return workbook.get_sheet_by_name("Encuesta").to_python(skip_empty_area=False)


@pytest.fixture(scope="module")
def responses(sheet: list[list[object]]) -> list[Response]:
    return [
        Response(str(row[0]), row[1], int(str(row[2]).split(".")[0]), row[3], str(row[4]))
        for row in sheet[4:]
        if str(row[0]).startswith("C-")
    ]


def group_of(nps: int) -> str:
    return "promoter" if nps >= 9 else "passive" if nps >= 7 else "detractor"


def rating_of(cell: object) -> float:
    return float(str(cell).replace(",", "."))


def test_the_groups_stand_as_in_the_survey(responses: list[Response]) -> None:
    groups = Counter(group_of(response.nps) for response in responses)
    assert len(responses) == 850
    assert groups == {"detractor": 374, "passive": 204, "promoter": 272}  # 44 %, 24 %, 32 %


def test_the_mean_rating_is_6_3(responses: list[Response]) -> None:
    ratings = [rating_of(response.rating) for response in responses]
    assert round(sum(ratings) / len(ratings), 2) == 6.3
    assert min(ratings) >= 1
    assert max(ratings) <= 10


def test_comments_are_as_short_as_in_the_survey(responses: list[Response]) -> None:
    comments = [response.comment for response in responses]
    assert sum(map(len, comments)) / len(comments) == pytest.approx(44, abs=0.5)
    assert sum(len(comment.split()) == 1 for comment in comments) / len(comments) == pytest.approx(1 / 3, abs=0.02)
    assert sum(len(comment) < 3 for comment in comments) / len(comments) == pytest.approx(1 / 5, abs=0.01)


def test_languages_are_mixed() -> None:
    counts: Counter[str] = Counter()
    with (SAMPLE / "comentarios.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row["comentario"]) > 2:
                counts[row["idioma"]] += int(row["respuestas"]) + (row["fila_repetida"] != "")
    shares = {language: count / counts.total() for language, count in counts.items()}
    assert 0.15 <= shares["mixed"] <= 0.20
    assert 0.08 <= shares["gn"] <= 0.10
    assert shares["en"] > 0
    assert shares["pt"] > 0
    assert shares["es"] > 0.65


def test_the_months_tell_a_story(responses: list[Response]) -> None:
    months: defaultdict[str, list[int]] = defaultdict(list)
    for response in responses:
        if isinstance(response.moment, datetime):
            months[f"{response.moment:%Y-%m}"].append(response.nps)
    assert len(months) == 16

    def score(*names: str) -> float:
        values = [nps for name in names for nps in months[name]]
        return 100 * (sum(nps >= 9 for nps in values) - sum(nps <= 6 for nps in values)) / len(values)

    before, storms = score("2025-08", "2025-09", "2025-10"), score("2026-01", "2026-02")
    prices, after = score("2026-04", "2026-05"), score("2026-07", "2026-08", "2026-09")
    assert storms < before - 20
    assert prices < before - 20
    assert after > before + 20


def test_it_has_the_dirt_of_a_real_export(sheet: list[list[object]], responses: list[Response]) -> None:
    assert [str(cell) for cell in sheet[3]][: len(HEADER)] == HEADER
    assert str(sheet[0][0]).startswith("Encuesta")
    assert str(sheet[-1][0]).startswith("Total")
    blank = [place for place, row in enumerate(sheet[4:-2]) if not any(str(cell) for cell in row)]
    assert len(blank) == 3
    assert sum(isinstance(response.moment, str) for response in responses) == 24
    assert sum("," in str(response.rating) for response in responses) == 8
    assert sum(not response.comment for response in responses) >= 5
    assert sum("Ã" in response.comment for response in responses) >= 3
    copies = Counter(responses)
    assert sum(count - 1 for count in copies.values()) == 5


def test_it_has_what_cleaning_is_for(responses: list[Response]) -> None:
    texts = [normalise(response.comment) for response in responses]
    kinds = {kind for text in texts for kind in redact(text).types}
    assert {"telefono", "cedula", "ruc", "email", "tarjeta", "contrato", "direccion", "nombre"} <= kinds
    assert sum(is_stretched(text) for text in texts) >= 4
    assert 0.70 <= sum(map(is_informative, texts)) / len(texts) <= 0.85


def test_building_it_again_gives_the_same_file(tmp_path: Path) -> None:
    again = tmp_path / "otra.xlsx"
    subprocess.run([sys.executable, SAMPLE / "build_sample.py", again], check=True)
    assert again.read_bytes() == (SAMPLE / "encuesta_fibra.xlsx").read_bytes()
