"""What addresses hold to sign in with, and what sends keys and comments in the open, through the commands."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import pytest
from dagster._serdes import serialize_value

from fiber_pipeline.alerts.webhook import AlertNotSent, send_alert
from fiber_pipeline.inbox import Inbox
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.redis import RedisStore
from fiber_pipeline_tests.cli.command import begin
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.servers.webhook import Receiver
from fiber_pipeline_tests.world import World

PLANTED = "planted-word"


def test_doctor_says_where_things_are_and_not_how_to_sign_in(tmp_path: Path):
    with serving({}) as port:
        told = begin(
            tmp_path / "log",
            "doctor",
            FIBER_DATA_DIR=str(tmp_path / "data"),
            FIBER_INBOX=f"http://fiber:{PLANTED}@127.0.0.1:{port}/exports",
            FIBER_WAREHOUSE=f"ducklake:postgresql://fiber:{PLANTED}@127.0.0.1:1/d",
            OPENAI_API_KEY=PLANTED,
            FIBER_ENGINES_THEMES="azure",
        )
        assert told.end() == 1
    assert PLANTED not in told.output
    assert f"FIBER_INBOX = http://***@127.0.0.1:{port}/exports" in told.output
    assert "FIBER_WAREHOUSE = ducklake:postgresql://***@127.0.0.1:1/d" in told.output


def test_an_address_that_no_request_would_survive_is_refused_before_anything_is_booked(tmp_path: Path, world: World):
    world.drop("enero.csv")
    with OpenAIServer() as server:
        told = begin(
            tmp_path / "log",
            "run",
            FIBER_DATA_DIR=str(world.settings.data_dir),
            OPENAI_API_KEY="k",
            OPENAI_BASE_URL=f"{server.base_url.replace('http://', f'http://fiber:{PLANTED}@')}/v1",
        )
        assert told.end() == 1
        assert not server.record
    assert "OPENAI_BASE_URL" in told.output and "every request fail" in told.output
    assert PLANTED not in told.output and "Traceback" not in told.output
    assert not (world.settings.data_dir / "cache").exists()


def test_dagster_is_not_told_how_to_sign_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    from fiber_pipeline.definitions import build_definitions
    from fiber_pipeline.settings import Settings

    with serving({"/in/": ("200 OK", b"")}) as port:
        address = f"http://fiber:{PLANTED}@127.0.0.1:{port}/in/"
        monkeypatch.setenv("FIBER_INBOX", address)
        built = build_definitions(settings=Settings(data_dir=tmp_path, inbox=address))
        job = built.resolve_job_def("analyse_batch")
        assert PLANTED not in serialize_value(job.get_job_snapshot())
        with dg.build_resources({"inbox": built.resources["inbox"]}) as resources:
            assert resources.inbox.open().files() == []


def test_a_failure_over_http_does_not_quote_the_address(tmp_path: Path):
    listing = b'<a href="enero.csv">enero.csv</a>'
    with serving({"/in": ("200 OK", listing), "/in/enero.csv": ("500 No", b"")}) as port:
        inbox = Inbox(f"http://fiber:{PLANTED}@127.0.0.1:{port}/in")
        assert [file.batch for file in inbox.files()] == ["enero.csv"]
        with pytest.raises(Exception) as caught, inbox.local_copy("enero.csv"):
            pass
        assert PLANTED not in f"{caught.value!r} {inbox.url}"
    with pytest.raises(OSError) as refused:
        Inbox(f"ftp://fiber:{PLANTED}@127.0.0.1:1/in").files()
    assert PLANTED not in repr(refused.value)


def test_a_store_that_is_not_there_is_named_without_its_password():
    with pytest.raises(StoreError) as caught:
        RedisStore(f"redis://fiber:{PLANTED}@127.0.0.1:1/0", None).spend()
    assert PLANTED not in str(caught.value) and "127.0.0.1:1" in str(caught.value)


def test_an_alert_goes_where_it_is_sent_and_nowhere_else():
    with Receiver() as elsewhere, serving({"/T0": ("302 Found", b"", elsewhere.url)}) as port:
        with pytest.raises(AlertNotSent, match="302"):
            send_alert(f"http://127.0.0.1:{port}/T0", "presupuesto agotado")
        assert elsewhere.told == []


@contextmanager
def serving(pages: dict[str, tuple]) -> Iterator[int]:
    """A server on loopback with these pages: status, body and where it leads; all else is not found. Yields its port.

    Pages are for those alone who sign in as `fiber` with the planted word; redirections for all.
    """
    import base64

    signed = "Basic " + base64.b64encode(f"fiber:{PLANTED}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, *leads = pages.get(self.path, ("404 Not Found", b""))
            if not leads and self.headers["Authorization"] != signed:
                status, body = "401 Unauthorized", b""
            self.send_response(int(status.split()[0]))
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            for place in leads:
                self.send_header("Location", place)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
