"""A real browser for tests that look at pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """The machine's Chromium, headless. Fails, and never skips, where there is none: `make test` installs it."""
    executable = next((found for name in _NAMES if (found := shutil.which(name))), None)
    assert executable, "no Chromium on this machine; run `make test-system`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield browser
        browser.close()
