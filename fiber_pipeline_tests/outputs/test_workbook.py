import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from fiber_pipeline.insight import measure_insights, urgent_comments
from fiber_pipeline.outputs import write_workbook
from fiber_pipeline.tables import INSIGHTS
from fiber_pipeline_tests.insight.history import Comment, write_comments, write_table
from fiber_pipeline_tests.outputs.conftest import HOSTILE

WRITTEN_AT = datetime(2026, 7, 2, 1, 30, tzinfo=UTC)
SHEETS = [
    "Resumen",
    "Temas",
    "Tendencias",
    "Prioridades",
    "Urgentes",
    "Temas emergentes",
    "Detalle",
    "Procedencia",
    "Guía",
]
LINK_TO_GUIDE = """<hyperlink ref="A3" location="'Guía'!A1" display="Cómo leer estas cifras: hoja «Guía»"/>"""


@pytest.fixture(scope="module")
def history_file(history_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "libro.xlsx"
    with duckdb.connect(str(history_path), read_only=True) as connection:
        write_workbook(connection, path, written_at=WRITTEN_AT)
    return path


@pytest.fixture(scope="module")
def book(history_file: Path) -> Workbook:
    return load_workbook(history_file)


def table(sheet: Worksheet, header: str) -> list[dict[str, object]]:
    """The rows under the row whose first cells hold `header`, up to the first blank row."""
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    start = next(place for place, row in enumerate(rows) if header in row)
    names = rows[start]
    found = []
    for row in rows[start + 1 :]:
        if not any(value is not None for value in row):
            break
        found.append(dict(zip(names, row, strict=True)))
    return found


def one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[object, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row


def test_sheets_stand_in_reading_order(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    assert book.active.title == "Resumen"


def test_key_figures_equal_insights(book: Workbook, history: duckdb.DuckDBPyConnection) -> None:
    lines = {line["Indicador"]: line for line in table(book["Resumen"], "Indicador")}
    for label, metric in (("NPS", "nps"), ("Comentarios negativos", "negative_share"), ("Satisfacción (CSAT)", "csat")):
        query = f"""
            SELECT value, low, high, sample_size FROM insights
            WHERE dimension = 'all' AND metric = '{metric}' AND period = '{{}}'
        """
        now, before, whole = (one(history, query.format(period)) for period in ("2026-05", "2026-04", "all"))
        line = lines[label]
        assert line["Mayo de 2026"] == pytest.approx(now[0])
        assert line["Desde (95 %)"] == pytest.approx(now[1])
        assert line["Hasta (95 %)"] == pytest.approx(now[2])
        assert line["Muestra"] == now[3]
        assert line["Abril de 2026"] == pytest.approx(before[0])
        assert line["Todo el período"] == pytest.approx(whole[0])
        scale = 1 if metric == "nps" else 100
        assert line["Cambio"] == pytest.approx(scale * (now[0] - before[0]))  # type: ignore[operator]


def test_summary_says_that_the_month_is_incomplete(book: Workbook) -> None:
    texts = [str(cell.value) for row in book["Resumen"].iter_rows() for cell in row if cell.value]
    assert any("Junio de 2026 llega hasta el día 12" in text for text in texts)


def test_themes_equal_their_table(book: Workbook, history: duckdb.DuckDBPyConnection) -> None:
    expected = history.execute(
        "SELECT label_es, mentions, share, negative_share, nps, priority FROM themes WHERE mentions > 0"
        " ORDER BY priority DESC NULLS LAST, mentions DESC, theme"
    ).fetchall()
    lines = table(book["Temas"], "Tema")
    names = ("Tema", "Menciones", "% de comentarios", "% negativas", "NPS", "Prioridad (0 a 100)")
    found = [tuple(line[name] for name in names) for line in lines]
    assert len(found) == len(expected)
    for got, wanted in zip(found, expected, strict=True):
        assert got == pytest.approx(wanted)
    for line in lines:
        assert line["Menciones"] == sum(line[name] for name in ("Negativas", "Mixtas", "Neutras", "Positivas"))


def test_trends_have_every_month_as_a_date(book: Workbook, history: duckdb.DuckDBPyConnection) -> None:
    lines = table(book["Tendencias"], "Mes")
    expected = dict(
        history.execute(
            "SELECT period, value FROM insights WHERE dimension = 'all' AND metric = 'volume' AND period_kind = 'month'"
        ).fetchall()
    )
    assert {f"{line['Mes']:%Y-%m}": line["Respuestas"] for line in lines} == expected


def test_detail_has_each_counted_comment_once_and_no_duplicate(
    book: Workbook, history: duckdb.DuckDBPyConnection
) -> None:
    ids = [line["Id. de comentario"] for line in table(book["Detalle"], "Id. de comentario")]
    expected = [
        row[0] for row in history.execute("SELECT comment_id FROM comments WHERE duplicate_of IS NULL").fetchall()
    ]
    assert sorted(ids) == sorted(expected)
    assert one(history, "SELECT count(*) FROM comments WHERE duplicate_of IS NOT NULL") > (0,)


def test_detail_is_in_spanish_and_asuncion_time(book: Workbook, history: duckdb.DuckDBPyConnection) -> None:
    lines = {line["Id. de comentario"]: line for line in table(book["Detalle"], "Id. de comentario")}
    assert {line["Sentimiento"] for line in lines.values()} == {"Positivo", "Neutro", "Negativo", "Mixto"}
    assert {line["Grupo NPS"] for line in lines.values()} == {None, "Promotor", "Pasivo", "Detractor"}
    assert {line["Idioma"] for line in lines.values()} == {"Español", "Guaraní", "Jopara", "Indeterminado"}
    comment_id, moment = one(
        history, "SELECT comment_id, epoch(commented_at) FROM comments WHERE comment_id = 'c0000000'"
    )
    shown = lines[comment_id]["Fecha"]
    assert isinstance(shown, datetime)
    assert shown.timestamp() + 3 * 3600 == pytest.approx(moment, abs=1)  # Asunción was three hours behind UTC


def test_urgent_comments_name_the_customer_and_the_row(book: Workbook, history: duckdb.DuckDBPyConnection) -> None:
    lines = table(book["Urgentes"], "Urgencia")
    expected = history.execute(
        """
        SELECT comments.customer_id, source_file, row_number
        FROM comments
        JOIN sentiment_scores USING (comment_id)
        JOIN raw_comments ON raw_comments.batch = comments.batch AND raw_comments.row_id = comments.row_id
        WHERE urgency = 'high' AND duplicate_of IS NULL AND comments.customer_id IS NOT NULL
        """
    ).fetchall()
    named = [(line["Cliente"], line["Archivo"], line["Fila"]) for line in lines if line["Cliente"]]
    assert named
    assert set(expected) <= set(named)
    assert len(named) == len(set(named))
    ranked = urgent_comments(history, limit=len(lines))
    assert [line["Cliente"] or None for line in lines] == [
        value if value is not pd.NA else None for value in ranked["customer_id"]
    ]
    assert all(line["Por qué llamar"] for line in lines)


@pytest.mark.parametrize("name", ["Temas", "Prioridades", "Urgentes", "Temas emergentes", "Detalle"])
def test_tables_filter_and_keep_their_header_in_sight(book: Workbook, name: str) -> None:
    sheet = book[name]
    header = int(re.fullmatch(r"A(\d+):.*", sheet.auto_filter.ref).group(1))
    assert sheet.freeze_panes == f"A{header + 1}"
    assert sheet.print_title_rows == f"${header}:${header}"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert all(sheet.column_dimensions[column].width >= 7 for column in ("A", "B", "C"))


def test_charts_are_excels_own(history_file: Path, book: Workbook) -> None:
    with zipfile.ZipFile(history_file) as archive:
        charts = [name for name in archive.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
        kinds = {
            kind
            for name in charts
            for kind in re.findall(r"<c:(line|bar|scatter)Chart>", archive.read(name).decode("utf-8"))
        }
    assert len(charts) == 5
    assert kinds == {"line", "bar", "scatter"}
    assert len(book["Tendencias"]._charts) == 3
    assert len(book["Prioridades"]._charts) == 1


def test_conditional_formats_and_number_formats(book: Workbook) -> None:
    assert book["Detalle"].conditional_formatting
    assert book["Temas"].conditional_formatting
    header = next(row[0].row for row in book["Tendencias"].iter_rows() if row[0].value == "Mes")
    cells = book["Tendencias"][header + 1]
    assert cells[0].number_format == "[$-3C0A]mmm yyyy"
    assert cells[6].number_format == "0.0%"


def test_properties_say_what_it_is(book: Workbook) -> None:
    assert book.properties.title == "Voz del cliente: resumen de comentarios"


def test_hostile_text_stays_text(hostile: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "libro.xlsx"
    write_workbook(hostile, path)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                content = archive.read(name).decode("utf-8")
                assert "<f>" not in content
                # The one link there is leads to a sheet of the workbook itself.
                assert set(re.findall("<hyperlink [^>]*>", content)) <= {LINK_TO_GUIDE}
        assert not [name for name in archive.namelist() if "externalLink" in name]
        for name in archive.namelist():
            if name.startswith("xl/charts/chart"):
                formulas = re.findall(r"<c:f>(.*?)</c:f>", archive.read(name).decode("utf-8"))
                assert all(
                    re.fullmatch(r"(Tendencias|Prioridades)!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?", it) for it in formulas
                )
    book = load_workbook(path)
    risky = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.coordinate
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@", "\t")):
                    risky += 1
                    assert cell.quotePrefix, cell.coordinate
    assert risky > len(HOSTILE)
    texts = {line[1] for line in CalamineWorkbook.from_path(path).get_sheet_by_name("Detalle").to_python()}
    assert set(HOSTILE) <= texts


def test_one_source_counts_its_own_comments_only(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "interior.xlsx"
    summary = write_workbook(history, path, source="interior")
    count = one(history, "SELECT count(*) FROM comments WHERE batch LIKE 'interior/%' AND duplicate_of IS NULL")
    assert (summary.comments,) == count
    book = load_workbook(path)
    assert {str(line["Archivo"]).split("/")[0] for line in table(book["Detalle"], "Archivo")} == {"interior"}
    value = one(
        history,
        "SELECT value FROM insights WHERE dimension = 'source' AND member = 'interior' AND metric = 'nps'"
        " AND period = 'all'",
    )
    nps = next(line for line in table(book["Resumen"], "Indicador") if line["Indicador"] == "NPS")
    assert nps["Todo el período"] == pytest.approx(value[0])
    assert "fuente «interior»" in str(book["Resumen"]["A2"].value)
    assert "vea el libro general" in str(book["Temas emergentes"]["A3"].value)


def test_what_exceeds_the_detail_is_said_to_be_in_the_exports(
    history: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "libro.xlsx"
    summary = write_workbook(history, path, most_detail_rows=100)
    assert summary.detail_rows == 100
    sheet = load_workbook(path)["Detalle"]
    assert "Se muestran los 100 más recientes de 600; el resto está en las exportaciones" in str(sheet["A3"].value)
    assert len(table(sheet, "Id. de comentario")) == 100


def test_an_empty_warehouse_gives_a_workbook_that_says_so(empty: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "libro.xlsx"
    summary = write_workbook(empty, path)
    assert (summary.comments, summary.detail_rows) == (0, 0)
    book = load_workbook(path)
    assert book.sheetnames == SHEETS
    for name in ("Resumen", "Temas", "Prioridades", "Detalle"):
        texts = [cell.value for row in book[name].iter_rows() for cell in row]
        assert "No hay datos para mostrar." in texts, name


def test_comments_without_dates_have_no_months(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        write_comments(connection, [Comment(f"c{number}", nps=10) for number in range(40)])
        write_table(connection, INSIGHTS, measure_insights(connection))
        write_workbook(connection, tmp_path / "libro.xlsx")
    book = load_workbook(tmp_path / "libro.xlsx")
    nps = table(book["Resumen"], "Indicador")[0]
    assert nps["Todo el período"] == 100
    assert nps["Lectura del cambio"] == "Sin mes anterior con el que comparar"
    assert not book["Tendencias"]._charts


def test_a_failed_write_leaves_the_old_workbook_and_no_rest(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "libro.xlsx"
    path.write_bytes(b"el de ayer")
    history.close()
    with pytest.raises(duckdb.ConnectionException):
        write_workbook(history, path)
    assert path.read_bytes() == b"el de ayer"
    assert list(tmp_path.iterdir()) == [path]


def test_rows_are_as_high_as_their_wrapped_text(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        long = Comment("largo", text="se corta " * 30, urgency="high", sentiment="negative")
        write_comments(connection, [long, Comment("corto", text="se corta", urgency="high", sentiment="negative")])
        write_workbook(connection, tmp_path / "libro.xlsx")
    sheet = load_workbook(tmp_path / "libro.xlsx")["Urgentes"]
    heights = {
        str(cell.value): sheet.row_dimensions[cell.row].height
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    }
    assert heights["se corta " * 30] >= 5 * 15 > heights["se corta"]
