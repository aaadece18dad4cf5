"""The Dagster UI as `make ui` serves it, in a real browser: graph, checks, plots, and a sensor that picks files up."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from fiber_pipeline.assets.policy import GROUPS
from fiber_pipeline_tests.browser import open_browser
from fiber_pipeline_tests.world import ROWS, World

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("ui")]

FIBER = Path(sys.executable).with_name("fiber")
STARTS_WITHIN = 120
VIEW: ViewportSize = {"width": 1600, "height": 1000}
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ui") / "data"


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[str]:
    """`fiber ui` over a data directory in which `fiber run` has analysed a batch."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("FIBER_", "DAGSTER_"))}
    environment = {**inherited, "FIBER_DATA_DIR": str(data), "FIBER_SETTLE_SECONDS": "1"}
    from fiber_pipeline.settings import Settings

    world = World(Settings(data_dir=data), instance=None)  # type: ignore[arg-type]
    world.drop("norte/enero.csv", [row for row in ROWS for _ in range(4)])
    subprocess.run([str(FIBER), "run"], env=environment, check=True, capture_output=True, timeout=200)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (data / "ui.log").open("w")
    process = subprocess.Popen(
        [str(FIBER), "ui", "--port", str(port)], env=environment, stdout=log, stderr=log, start_new_session=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            assert process.wait(30) == 128 + signal.SIGINT, Path(log.name).read_text()
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        assert process.poll() is None, "the UI ended"
        try:
            urllib.request.urlopen(f"{address}/server_info", timeout=5).read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
        else:
            return
    raise AssertionError("the UI did not start")


@pytest.fixture(scope="module")
def page(server: str) -> Iterator[Page]:
    with open_browser() as browser:
        page = browser.new_page(viewport=VIEW)
        page.set_default_timeout(60_000)
        yield page


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go: FIBER_TEST_SCREENSHOTS if a person wants to look at them."""
    folder = Path(os.environ.get("FIBER_TEST_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_the_graph_shows_every_asset(server: str, page: Page, shots: Path):
    # The graph draws only the nodes in view, so the view is large.
    page.set_viewport_size({"width": 2600, "height": 2200})
    for group, names in GROUPS.items():
        page.goto(f"{server}/locations/fiber_pipeline/asset-groups/{group}/lineage")
        for name in names:
            expect(page.get_by_text(name, exact=True).first).to_be_visible()
        page.screenshot(path=shots / f"graph-{group}.png")
    page.set_viewport_size(VIEW)
    page.goto(f"{server}/asset-groups")
    for group in GROUPS:
        expect(page.get_by_text(group, exact=True).first).to_be_visible()
    page.screenshot(path=shots / "graph.png")


def test_an_asset_shows_its_plot_rows_and_columns(server: str, page: Page, shots: Path):
    page.goto(f"{server}/assets/sentiment_scores?view=overview")
    expect(page.get_by_text("language_confidence").or_(page.get_by_text("urgency_evidence")).first).to_be_visible()
    page.screenshot(path=shots / "asset.png")
    page.goto(f"{server}/assets/sentiment_scores?view=partitions&partition=norte%2Fenero.csv")
    expect(page.get_by_text("norte/enero.csv").first).to_be_visible()
    picture = page.locator("img[src^='data:image/png']").first
    if not picture.is_visible():
        page.get_by_text("Show Markdown").first.click()
    expect(page.locator("img[src^='data:image/png']").first).to_be_visible()
    page.screenshot(path=shots / "plot.png")


def test_the_report_is_served_beside_the_assets_and_linked_from_its_own(server: str, page: Page, shots: Path):
    page.goto(f"{server}/assets/report?view=overview")
    link = page.locator("a[href='/outputs/fiber_report.html']").first
    expect(link).to_be_visible()
    page.screenshot(path=shots / "report-link.png")
    with page.expect_popup() as opened:
        link.click()
    expect(opened.value.locator("h1").first).to_be_visible()
    opened.value.screenshot(path=shots / "report.png")
    opened.value.close()


def test_checks_stand_beside_their_asset(server: str, page: Page, shots: Path):
    page.goto(f"{server}/assets/comments?view=checks")
    for name in ("schema", "one_row_per_comment", "no_personal_data"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
    page.screenshot(path=shots / "checks.png")


def test_the_sensor_picks_a_dropped_file_up(server: str, page: Page, shots: Path, data: Path):
    from fiber_pipeline.settings import Settings

    page.goto(f"{server}/automation")
    expect(page.get_by_text("inbox_sensor").first).to_be_visible()
    expect(page.get_by_text("daily_insights").first).to_be_visible()
    page.screenshot(path=shots / "automation.png")
    page.goto(f"{server}/locations/fiber_pipeline/sensors/inbox_sensor")
    page.locator("label:has(input[type=checkbox])").first.click()
    world = World(Settings(data_dir=data), instance=None)  # type: ignore[arg-type]
    world.drop("sur/febrero.csv")
    until = time.monotonic() + 180
    while world.query("SELECT count(*) FROM comment_themes WHERE batch = 'sur/febrero.csv'") == [(0,)]:
        assert time.monotonic() < until, "the sensor did not run the batch"
        time.sleep(2)
    page.goto(f"{server}/runs")
    expect(page.get_by_text("analyse_batch").first).to_be_visible()
    page.screenshot(path=shots / "runs.png")
