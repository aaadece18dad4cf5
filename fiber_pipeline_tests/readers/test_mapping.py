import pytest

from fiber_pipeline.readers import MappingError, UnreadableFile, load_mapping
from fiber_pipeline_tests.readers.exports import read_bytes, workbook

MAPPING = """\
rules:
  - source: norte
    date_order: month_first
    columns: {customer: Legajo}
  - batch: "norte/encuesta-*.csv"
    header_row: 2
    columns:
      comment: Zona   # oddly named
      nps: 3
      rating: null
    rating_scale: 1-5
"""


def _load(tmp_path, text):
    path = tmp_path / "columns.yaml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def test_rules_are_laid_over_one_another(tmp_path):
    mappings = _load(tmp_path, MAPPING)
    mapping = mappings.for_batch("norte/encuesta-1.csv")
    assert mapping.columns == {"customer": "Legajo", "comment": "Zona", "nps": 3, "rating": None}
    assert (mapping.header_row, mapping.date_order, mapping.rating_scale) == (2, "month_first", "1-5")
    assert mappings.for_batch("norte/otra.csv").header_row is None
    assert mappings.for_batch("sur/encuesta-1.csv") is None
    assert _load(tmp_path, "").for_batch("a.csv") is None


def test_a_mapping_overrides_what_is_recognised(tmp_path):
    mapping = _load(tmp_path, MAPPING).for_batch("norte/encuesta-1.csv")
    text = "basura;x;y;z;w\nComentario;Zona;P;Legajo;Fecha\nuno dos;El texto;9;A7;02/03/2025\n"
    reading = read_bytes(tmp_path, "norte/encuesta-1.csv", text, mapping=mapping)
    row = reading.raw.iloc[0]
    assert (row["comment"], row["nps"], row["customer_id"]) == ("El texto", 9, "A7")
    assert (row["commented_at"].month, row["commented_at"].day) == (2, 3)


def test_sheets_left_out_are_noted_and_sheets_that_lack_are_an_error(tmp_path):
    book = workbook({"Uno": [["Comentario"], ["Muy bien"]], "Dos": [["Comentario"], ["Muy mal"]]})
    chosen = _load(tmp_path, "rules: [{batch: '*', sheets: [dos]}]").for_batch("a.xlsx")
    reading = read_bytes(tmp_path, "a.xlsx", book, mapping=chosen)
    assert reading.raw["comment"].tolist() == ["Muy mal"]
    assert "'Uno': left out" in reading.summary.notes[0]
    lacking = _load(tmp_path, "rules: [{batch: '*', sheets: Tres}]").for_batch("a.xlsx")
    with pytest.raises(UnreadableFile, match="tres"):
        read_bytes(tmp_path, "a.xlsx", book, mapping=lacking)


def test_a_column_no_table_has_is_an_error(tmp_path):
    mapping = _load(tmp_path, "rules: [{batch: '*', columns: {comment: Parecer}}]").for_batch("a.csv")
    with pytest.raises(UnreadableFile, match="comment in 'Parecer'"):
        read_bytes(tmp_path, "a.csv", "Comentario;NPS\nMuy bien;9\n", mapping=mapping)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules:\n  - batch: a\n    colums: {}\n", "line 3: unknown key 'colums'"),
        ("rules:\n  - header_row: 1\n", "line 2: a rule needs `batch`"),
        ("rules:\n  - batch: a\n    header_row: -1\n", "line 3: `header_row` must be a whole number from 0"),
        ("rules:\n  - batch: a\n    date_order: upwards\n", "line 3: `date_order` must be day_first or month_first"),
        ("rules:\n  - batch: a\n    columns:\n      coment: x\n", "line 4: unknown key 'coment'"),
        ("rules:\n  - batch: a\n    columns:\n      comment: [x]\n", "line 4: `comment` must be a single value"),
        ("rules:\n  - batch: a\n    columns:\n      nps: 0\n", "line 4: `nps` must be a header, a position from 1"),
        ("rules:\n  - batch: a\n    encoding: klingon\n", "line 3: `encoding` 'klingon' is unknown"),
        ("rules:\n  - batch: a\n    delimiter: ';;'\n", "line 3: `delimiter` must be one character"),
        ("rules:\n  - batch: a\n    batch: b\n", "line 3: key 'batch' is given twice"),
        ("rules: nothing\n", "line 1: `rules` must be a list"),
        ("- a\n", "line 1: expected keys"),
        ("other: 1\n", "line 1: unknown key 'other'"),
        ("rules: [\n", "line 2: is not YAML"),
    ],
)
def test_errors_name_file_line_and_reason(tmp_path, text, message):
    with pytest.raises(MappingError) as caught:
        _load(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / "columns.yaml"))
    assert message in str(caught.value)


def test_a_missing_mapping_file_is_an_error(tmp_path):
    with pytest.raises(MappingError, match="cannot be opened"):
        load_mapping(tmp_path / "none.yaml")
