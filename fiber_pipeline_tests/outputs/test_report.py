import re
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs

import duckdb
import pytest

from fiber_pipeline.insight import summarise
from fiber_pipeline.outputs import spanish, write_report
from fiber_pipeline_tests.outputs.conftest import HOSTILE

WRITTEN_AT = datetime(2026, 7, 2, 1, 30, tzinfo=UTC)


class Page(HTMLParser):
    """What a test asks a page: its elements with their attributes, its texts and the text of each element."""

    VOID = frozenset({"meta", "input", "br", "link", "img", "hr"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((tuple(self.open), data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def prose(self) -> str:
        return " ".join(text for path, text in self.texts if path[-1] not in ("script", "style"))


def write(connection: duckdb.DuckDBPyConnection, folder: Path, source: str | None = None) -> str:
    path = folder / "informe.html"
    write_report(connection, path, source=source, written_at=WRITTEN_AT)
    return path.read_text("utf-8")


@pytest.fixture(scope="module")
def source(history_path: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    with duckdb.connect(str(history_path), read_only=True) as connection:
        return write(connection, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    parsed = Page(source)
    assert parsed.open == []
    return parsed


def figure(connection: duckdb.DuckDBPyConnection, metric: str, period: str) -> tuple[float, float, float, int]:
    row = connection.execute(
        "SELECT value, low, high, sample_size FROM insights WHERE dimension = 'all' AND metric = ? AND period = ?",
        [metric, period],
    ).fetchone()
    assert row is not None
    return row


def test_nothing_in_the_page_points_elsewhere(page: Page) -> None:
    for tag, attributes in page.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base", "img", "image", "use")
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name != "style", tag
            if name in ("href", "src", "xlink:href", "action", "srcset"):
                assert value is not None
                assert value.startswith("#"), (tag, value)
    styles = "".join(text for path, text in page.texts if path[-1] == "style")
    assert "url(" not in styles
    assert "@import" not in styles


def test_the_policy_allows_the_pages_own_style_and_script_alone(source: str, page: Page) -> None:
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
        assert len(found) == 1
        digest = b64encode(sha256(found[0].encode("utf-8")).digest()).decode("ascii")
        assert rules[rule] == f"'sha256-{digest}'"


def test_headings_landmarks_and_names(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "es-PY"
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.all(landmark)) == 1
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        assert link["href"] is not None
        assert link["href"][1:] in ids
    for section in page.all("section"):
        assert section["aria-labelledby"] in ids
    assert page.all("a")[0]["class"] == "skip"


def test_tables_and_charts_can_be_read_without_seeing_them(page: Page) -> None:
    tables = len(page.all("table"))
    assert tables == len(page.all("caption")) > 8
    assert all(cell.get("scope") in ("row", "col") for cell in page.all("th"))
    images = [attributes for _, attributes in page.elements if attributes.get("role") == "img"]
    charts = page.all("figure")
    assert len(images) == len(charts) == len(page.all("figcaption")) >= 6
    assert all(attributes["aria-label"] for attributes in images)
    assert len(page.all("svg")) == 2 * len(charts)


def test_the_summary_states_the_figures_of_insights(page: Page, history: duckdb.DuckDBPyConnection) -> None:
    value, low, high, sample = figure(history, "nps", "2026-05")
    before = figure(history, "nps", "2026-04")[0]
    for statement in summarise(history).statements:
        # The page writes months out ("mayo de 2026"); what stands around them is as stated.
        for part in re.split(r"\d{4}-\d{2}", statement.text):
            assert " ".join(part.split()) in " ".join(page.prose.split())
    card = page.prose[page.prose.index("Cifras clave: mayo de 2026") :]
    for shown in (
        spanish.number(value, 1),
        f"{spanish.signed(value - before)} puntos frente al mes anterior",
        f"{spanish.number(low, 1)} a {spanish.number(high, 1)}",
        f"{sample} respuestas",
    ):
        assert shown in card
    negative = figure(history, "negative_share", "2026-05")
    assert spanish.percent(negative[0]) in page.prose
    assert spanish.number(figure(history, "volume", "2026-05")[0]) in page.prose
    assert "Junio de 2026 llega hasta el día 12: está incompleto y no entra en las comparaciones." in page.prose


def test_every_theme_stands_with_its_figures(source: str, history: duckdb.DuckDBPyConnection) -> None:
    listed = source[source.index("<caption>Temas por prioridad</caption>") :]
    for label, mentions, share, negative in history.execute(
        "SELECT label_es, mentions, share, negative_share FROM themes WHERE mentions > 0"
    ).fetchall():
        row = re.search(rf'<th scope="row">{label}.*?</tr>', listed)
        assert row
        for shown in (spanish.number(mentions), spanish.percent(share), spanish.percent(negative)):
            assert f">{shown}<" in row[0]


def test_recommendations_forecasts_and_emergent_themes_are_shown(page: Page) -> None:
    assert "Reducir los cortes en los barrios que más los nombran" in page.prose
    assert "+7,1 puntos de NPS" in page.prose
    assert "Puertos para juegos" in page.prose
    assert "03/02/2026" in page.prose
    assert "julio de 2026" in page.prose
    assert "−12,2" in page.prose  # the second month's forecast
    assert "21,0" in page.prose


def test_a_figure_leads_to_the_comments_behind_it(page: Page, history: duckdb.DuckDBPyConnection) -> None:
    listed = [attributes for tag, attributes in page.elements if tag == "li" and "data-sentiment" in attributes]
    chosen = [parse_qs(link["data-filter"] or "") for link in page.all("a") if "data-filter" in link]
    assert {"sentiment": ["negative"]} in chosen
    for choice in chosen:
        for name, (value,) in choice.items():
            if name == "only":
                assert all(1 <= int(place) <= len(listed) for place in value.split(","))
            else:
                assert any(value in (item.get(f"data-{name}") or "").split() for item in listed), choice
    texts = [text for path, text in page.texts if path[-1] == "bdi" and "ol" in path]
    assert len(texts) == len(listed)
    expected = history.execute("SELECT text FROM comments WHERE comment_id IN ('c0000001', 'c0000002')").fetchall()
    led_to = [
        sorted(texts[int(place) - 1] for place in choice["only"][0].split(",")) for choice in chosen if "only" in choice
    ]
    assert sorted(text for (text,) in expected) in led_to


def test_provenance_names_files_engines_and_the_moment(page: Page) -> None:
    assert "asuncion/2026-06.csv" in page.prose
    assert "original, sin traducir" in page.prose
    assert "Preparado el 01/07/2026 22:30 (hora de Asunción)" in page.prose
    assert "muestra pequeña" in page.prose


def test_hostile_text_is_inert(hostile: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    source = write(hostile, tmp_path)
    page = Page(source)
    assert page.open == []
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert not page.all("img")
    assert "{{ 7 * 7 }}" in page.prose
    assert HOSTILE[5] in page.prose
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", source)
    assert all("bdi" in path for path, text in page.texts if "7 * 7" in text and "li" in path)


def test_one_source_shows_its_own_and_says_what_is_left_out(history: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    page = Page(write(history, tmp_path, source="interior"))
    assert "solo la fuente «interior»" in page.prose
    assert "interior/2026-06.csv" in page.prose
    assert "asuncion/" not in page.prose
    # The stored advice and forecasts are of everything; the source has its own.
    assert "Reducir los cortes en los barrios que más los nombran" not in page.prose
    assert "Recomendaciones" in page.prose
    assert "theta" not in page.prose
    assert "Puertos para juegos" not in page.prose
    assert "vea el informe general" in page.prose
    row = history.execute(
        "SELECT value FROM insights WHERE dimension = 'source' AND member = 'interior' AND metric = 'nps'"
        " AND period = '2026-05'"
    ).fetchone()
    assert row is not None
    assert f"En mayo de 2026 fue {spanish.number(row[0], 1)}" in page.prose


def test_an_empty_warehouse_gives_a_page_that_says_so(empty: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    page = Page(write(empty, tmp_path))
    assert page.open == []
    assert "Todavía no hay datos: no se analizó ningún comentario." in page.prose
    assert not page.all("figure")
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert all(link["href"] is not None and link["href"][1:] in ids for link in page.all("a"))


def test_the_page_stays_small(
    hostile: duckdb.DuckDBPyConnection, history: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    summary = write_report(history, tmp_path / "informe.html")
    assert summary.size == (tmp_path / "informe.html").stat().st_size < 3_000_000
    assert summary.comments == 600
    assert 0 < summary.examples <= 1200
