"""Where `fiber ui` serves, and where not; the whole of it runs in `ui/test_ui.py`."""

import pytest
from click.testing import CliRunner

from fiber_pipeline.cli import home
from fiber_pipeline.cli.ui import ui
from fiber_pipeline.web import serving
from fiber_pipeline.web.guard import own_names


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path) -> list:
    """What would be served, without doing it."""
    monkeypatch.setenv("FIBER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("FIBER_UI_NAMES", raising=False)
    calls: list = []
    monkeypatch.setattr(serving, "serve", lambda *arguments: calls.append(arguments[3:]) or True)
    monkeypatch.setattr(home, "warn_of_differences", lambda settings: None)
    return calls


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "fiber.example.com", "", "127.0.0.1.example.com"])
def test_it_is_open_to_nobody_else_without_a_proxy(served: list, host: str, monkeypatch: pytest.MonkeyPatch):
    told = CliRunner().invoke(ui, ["--host", host])
    assert told.exit_code == 2
    assert "FIBER_UI_NAMES" in told.output and "127.0.0.1" in told.output
    assert served == []
    monkeypatch.setenv("FIBER_UI_NAMES", "fiber.example.com, fiber.example.com:8443")
    assert CliRunner().invoke(ui, ["--host", host, "--name", "10.0.0.9"]).exit_code == 0
    assert served == [(host, 3000, ("fiber.example.com", "fiber.example.com:8443", "10.0.0.9"))]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.2"])
def test_this_machine_may_connect(served: list, host: str):
    told = CliRunner().invoke(ui, ["--host", host, "--port", "3001"])
    assert told.exit_code == 0
    assert served == [(host.strip("[]"), 3001, ())]
    assert "http://[::1]:3001 " in told.output or "::1" not in host


def test_its_names():
    assert own_names("::1", 3000) == ["127.0.0.1:3000", "[::1]:3000", "localhost:3000"]
    assert {"localhost", "localhost:80", "[::1]"} < set(own_names("127.0.0.1", 80))
    assert own_names("127.0.0.1", 3000, ["fiber.example.com"])[-1] == "fiber.example.com"
