from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from fiber_pipeline.outputs import write_report
from fiber_pipeline_tests.browser import open_browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(history_path: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("browser") / "informe.html"
    with duckdb.connect(str(history_path), read_only=True) as connection:
        write_report(connection, path)
    return path.as_uri()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of or asked for, besides the page itself."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    # The accessibility checker is injected into the page, which its own policy would refuse.
    with browser.new_context(bypass_csp=True) as context:
        opened = context.new_page()
        listen(opened, complaints)
        yield opened
    assert complaints == []


def listen(page: Page, complaints: list[str]) -> None:
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith("file:") else complaints.append(request.url))


def test_the_script_runs_under_the_pages_own_policy(browser: Browser, address: str) -> None:
    complaints: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        listen(page, complaints)
        page.goto(address)
        expect(page.locator("#filters")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.querySelector('.cards')).display") == "grid"
    assert complaints == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_the_page_fits_every_width(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    visible = page.locator(".narrow svg" if width < 640 else ".wide svg")
    expect(visible.first).to_be_visible()


def test_a_figure_leads_to_its_comments_by_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    link = page.locator("a[data-filter='sentiment=negative']").first
    link.focus()
    page.keyboard.press("Enter")
    heading = page.locator("#comentarios")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    shown = page.locator("#list > li:visible")
    assert shown.count() > 0
    assert set(shown.evaluate_all("items => items.map(item => item.dataset.sentiment)")) == {"negative"}
    expect(page.locator("#shown")).to_contain_text("comentarios de la muestra que coinciden")
    expect(page.locator("select[name=sentiment]")).to_have_value("negative")
    page.keyboard.press("Tab")
    expect(page.locator("select[name=theme]")).to_be_focused()


def test_evidence_shows_just_the_comments_cited(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Ver los comentarios en que se apoya").first.click()
    expect(page.locator("#list > li:visible")).to_have_count(2)
    page.get_by_role("button", name="Quitar filtros").click()
    expect(page.locator("#list > li:visible")).to_have_count(40)
    page.get_by_role("button", name="Mostrar más comentarios").click()
    expect(page.locator("#list > li:visible")).to_have_count(80)


def test_search_forgives_accents_and_capitals(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("searchbox", name="Texto").fill("TODOS LOS DIAS")
    texts = page.locator("#list > li:visible bdi").all_inner_texts()
    assert texts
    assert all("todos los días" in text for text in texts)
    page.get_by_role("searchbox", name="Texto").fill("nada dice esto")
    expect(page.locator("#shown")).to_have_text("Ningún comentario de la muestra coincide.")


def test_first_tab_offers_to_skip_to_the_content(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Saltar al contenido")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("preference", ["light", "dark"])
def test_the_switch_turns_the_systems_mode_around(page: Page, address: str, preference: str) -> None:
    page.emulate_media(color_scheme=preference)  # type: ignore[arg-type]
    page.goto(address)
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(244, 246, 249)", "rgb(14, 20, 27)"
    assert page.evaluate(ground) == (light if preference == "light" else dark)
    page.get_by_role("button", name="Modo oscuro" if preference == "light" else "Modo claro").click()
    assert page.evaluate(ground) == (dark if preference == "light" else light)


@pytest.mark.parametrize("preference", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_accessibility_fault_is_found(page: Page, address: str, preference: str, width: int) -> None:
    page.emulate_media(color_scheme=preference)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("preference", ["light", "dark"])
def test_chart_texts_stand_out_from_their_ground(page: Page, address: str, preference: str) -> None:
    # The checker leaves text in pictures alone; the ratio is that of WCAG 2.2.
    page.emulate_media(color_scheme=preference)  # type: ignore[arg-type]
    page.goto(address)
    ratios = page.evaluate(
        """() => {
            const light = (color) => {
                const parts = color.match(/[\\d.]+/g).slice(0, 3).map(Number).map((part) => part / 255)
                    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
                return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
            };
            const ground = light(getComputedStyle(document.querySelector('.chart')).backgroundColor) + 0.05;
            return [...document.querySelectorAll('.chart .wide text')].map((text) => {
                const ink = light(getComputedStyle(text).fill) + 0.05;
                return Math.max(ink, ground) / Math.min(ink, ground);
            });
        }"""
    )
    assert len(ratios) > 50
    assert min(ratios) >= 4.5


def test_hostile_text_does_nothing(page: Page, hostile_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "informe.html"
    with duckdb.connect(str(hostile_path), read_only=True) as connection:
        write_report(connection, path)
    page.goto(path.as_uri())
    assert page.title() == "Informe de comentarios de clientes"
    expect(page.locator("#list")).to_contain_text("<script>document.title='tomado'</script>")
    assert page.locator("img").count() == 0
