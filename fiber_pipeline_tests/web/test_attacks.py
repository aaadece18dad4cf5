"""The UI under attack: Dagster's own webserver behind the guard, over real sockets, asked what a hostile page, link or
program could ask. What counts is whether a mutation was carried out: it sets a limit that the instance then has.
"""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from fiber_pipeline.web.serving import server_of

PROXY = "fiber.example.com.py"
OPEN = "<p>Informe</p>"


@dataclass
class Ui:
    """A webserver on loopback and the instance it works on."""

    host: str
    port: int
    instance: dg.DagsterInstance
    tried: int = 0

    @property
    def place(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.place}"

    def ask(self, line: str, *headers: str, body: bytes = b"", host: str | None = None) -> tuple[int, str, str]:
        """Send a request as it stands; status, head and body. host: None for the server's own name."""
        sent = [line, *([f"Host: {self.place if host is None else host}"] if host != "" else []), *headers]
        if body:
            sent.append(f"Content-Length: {len(body)}")
        with socket.create_connection((self.host, self.port), timeout=20) as connection:
            connection.sendall("\r\n".join([*sent, "Connection: close", "", ""]).encode("latin-1") + body)
            received = b""
            while block := connection.recv(65536):
                received += block
        head, _, content = received.decode("utf-8", "replace").partition("\r\n\r\n")
        return int(head.split()[1]), head.lower(), content

    def mutation(self) -> str:
        """A mutation of its own, whose effect `took_effect` sees."""
        self.tried += 1
        return f'mutation {{ setConcurrencyLimit(concurrencyKey: "try{self.tried}", limit: 1) }}'

    @property
    def took_effect(self) -> bool:
        """Whether the latest mutation was carried out."""
        return f"try{self.tried}" in self.instance.event_log_storage.get_concurrency_keys()


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    yield from serving(tmp_path_factory.mktemp("ui"), "127.0.0.1")


def serving(folder: Path, host: str) -> Iterator[Ui]:
    outputs = folder / "outputs"
    (outputs / "norte").mkdir(parents=True)
    (folder / "home").mkdir()
    (outputs / "fiber_report.html").write_text(OPEN)
    (folder / "secret.txt").write_text("planted-secret")
    (outputs / "out.txt").symlink_to(folder / "secret.txt")
    (outputs / "up").symlink_to(folder, target_is_directory=True)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        port = probe.getsockname()[1]
    with (
        dg.DagsterInstance.local_temp(str(folder / "home")) as instance,
        WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as context,
    ):
        server = server_of(context, outputs, host, port, [PROXY])
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the webserver ended"
            time.sleep(0.05)
        try:
            yield Ui(host, port, instance)
        finally:
            server.should_exit = True
            thread.join(20)


def posted(query: str) -> bytes:
    return json.dumps({"query": query}).encode()


JSON = "Content-Type: application/json"


def test_its_own_pages_ask_what_they_like(ui: Ui):
    for headers, host in (
        ((), None),
        ((f"Origin: {ui.origin}", "Sec-Fetch-Site: same-origin"), None),
        ((f"Origin: http://localhost:{ui.port}",), f"LOCALHOST:{ui.port}"),
        ((f"Origin: https://{PROXY}",), PROXY),
        (("X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"), None),
    ):
        status, _, content = ui.ask("POST /graphql HTTP/1.1", JSON, *headers, body=posted(ui.mutation()), host=host)
        assert status == 200 and "errors" not in content, (headers, content)
        assert ui.took_effect, headers
    # As Dagster's pages do, which name what they ask.
    assert ui.ask("POST /graphql?op=LimitMutation HTTP/1.1", JSON, body=posted(ui.mutation()))[0] == 200
    assert ui.took_effect
    asked = f"POST /graphql?query={quote(ui.mutation())} HTTP/1.1"
    assert ui.ask(asked, JSON, body=posted("{ version }"))[0] == 200 and not ui.took_effect
    assert ui.ask("GET / HTTP/1.1", "Sec-Fetch-Site: none")[0] == 200
    assert "x-frame-options" in ui.ask("GET / HTTP/1.1")[1]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1.:{port}",
        "localhost.:{port}",
        "127.0.0.1:{port}.evil.example",
        "127.0.0.1:{port}@evil.example",
        "evil.example@127.0.0.1:{port}",
        "evil.example, 127.0.0.1:{port}",
        "127.0.0.1:{port}/",
        "127.1:{port}",
        "2130706433:{port}",
        "0.0.0.0:{port}",
        "[::ffff:127.0.0.1]:{port}",
        "fiber.example.com.py.",
        "",
    ],
)
def test_no_other_name_is_answered(ui: Ui, host: str):
    """What a page reaches whose name was made to mean this address (DNS rebinding)."""
    host = host.format(port=ui.port)
    for forwarded in ((), (f"X-Forwarded-Host: {ui.place}", f"X-Host: {ui.place}")):
        status, _, _ = ui.ask("POST /graphql HTTP/1.1", JSON, *forwarded, body=posted(ui.mutation()), host=host)
        assert status in (400, 421) and not ui.took_effect
    assert ui.ask("GET /outputs/fiber_report.html HTTP/1.1", host=host)[0] in (400, 421)


def test_two_names_are_none(ui: Ui):
    for second in ("Host: evil.example", f"Host: {ui.place}", "host: evil.example"):
        status, _, _ = ui.ask("POST /graphql HTTP/1.1", second, JSON, body=posted(ui.mutation()))
        assert status in (400, 421) and not ui.took_effect, second


@pytest.mark.parametrize(
    "headers",
    [
        ("Origin: http://evil.example",),
        ("Origin: null",),
        ("Origin: file://",),
        ("Origin: http://[",),
        ("Origin: http://127.0.0.1",),
        ("Origin: http://127.0.0.1:{port}.evil.example",),
        ("Origin: http://evil.example@127.0.0.1:{port}",),
        ("Origin: http://127.0.0.1:{port}/evil",),
        ("Origin: ws://127.0.0.1:{port}",),
        ("Origin: http://127.0.0.1:{port}", "Origin: http://evil.example"),
        ("Sec-Fetch-Site: cross-site",),
        ("Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: empty"),
        ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"),
        ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"),
    ],
)
def test_pages_of_other_sites_change_nothing(ui: Ui, headers: tuple[str, ...]):
    sent = [header.format(port=ui.port) for header in headers]
    status, _, _ = ui.ask("POST /graphql HTTP/1.1", JSON, *sent, body=posted(ui.mutation()))
    assert status == 403 and not ui.took_effect
    if "navigate" not in str(headers):
        assert ui.ask("GET /outputs/fiber_report.html HTTP/1.1", *sent)[0] == 403


def test_a_link_from_elsewhere_opens_a_page_and_no_frame(ui: Ui):
    followed = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")
    assert ui.ask("GET /runs HTTP/1.1", *followed, "Sec-Fetch-Dest: document")[0] == 200
    assert ui.ask("GET /runs HTTP/1.1", *followed, "Sec-Fetch-Dest: iframe")[0] == 403


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/plain; application/json",
        "multipart/form-data; boundary=application/json",
        "application/x-www-form-urlencoded",
        "application/graphql",
        "application/json, text/plain",
        None,
    ],
)
def test_a_form_of_another_page_changes_nothing(ui: Ui, kind: str | None):
    """What browsers send without asking first; Dagster reads the address where the body is no JSON."""
    headers = [f"Content-Type: {kind}"] if kind else []
    for body in (posted(ui.mutation()), ui.mutation().encode(), urlencode({"query": ui.mutation()}).encode()):
        assert ui.ask("POST /graphql HTTP/1.1", *headers, body=body)[0] == 415
        assert not ui.took_effect
    asked = quote(ui.mutation())
    for line in (f"POST /graphql?query={asked} HTTP/1.1", f"POST /graphql/?query={asked} HTTP/1.1"):
        assert ui.ask(line, *headers)[0] == 415 and not ui.took_effect
    assert ui.ask("POST /report_asset_materialization/raw_comments HTTP/1.1", *headers)[0] == 415


PERSISTED = quote('{"persistedQuery":{"version":1,"sha256Hash":"00"}}')


@pytest.mark.parametrize(
    "target",
    [
        "/graphql?query={mutation}",
        "/graphql/?query={mutation}",
        "/graphql?a=1&query={mutation}",
        "/graphql?%71uery={mutation}",
        "/%67raphql?query={mutation}",
        "/graphql%0A?query={mutation}",
        "/graphql%0a/?query={mutation}",
        "/graphql?query=query%20Q%7Bversion%7D%20{mutation}&operationName=",
        "/graphql?query=%23%0A{mutation}",
        "/graphql?query=%EF%BB%BF{mutation}",
        "/graphql?query={mutation}&query=%7Bversion%7D",
        "/graphql?query=%7Bversion%7D&query={mutation}",
        "/graphql?batch=%5B%7B%22query%22%3A%22{mutation}%22%7D%5D",
        "/graphql?extensions=" + PERSISTED + "&query={mutation}",
        "http://127.0.0.1:{port}/graphql?query={mutation}",
        "http://evil.example/graphql?query={mutation}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_no_address_changes_anything(ui: Ui, method: str, target: str):
    """What a link, an image or a redirection can ask."""
    target = target.format(mutation=quote(ui.mutation()), port=ui.port)
    status, _, _ = ui.ask(f"{method} {target} HTTP/1.1", "Accept: application/json")
    assert status in (400, 404, 405) and not ui.took_effect


def test_methods_are_not_what_a_header_says(ui: Ui):
    for header in ("X-HTTP-Method-Override: GET", "X-HTTP-Method: POST"):
        ui.ask(f"GET /graphql?query={quote(ui.mutation())} HTTP/1.1", header)
        assert not ui.took_effect
    assert ui.ask("GET /graphql HTTP/1.1", JSON, body=posted(ui.mutation()))[0] == 400
    assert not ui.took_effect


def test_a_list_of_mutations_is_nothing_that_is_carried_out(ui: Ui):
    status, _, _ = ui.ask("POST /graphql HTTP/1.1", JSON, body=json.dumps([{"query": ui.mutation()}]).encode())
    assert status in (400, 500) and not ui.took_effect


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://evil.example", None),
        ("null", None),
        ("http://127.0.0.1", None),
        (None, "evil.example"),
        ("http://evil.example", "evil.example"),
    ],
)
def test_a_page_of_another_site_opens_no_socket(ui: Ui, origin: str | None, host: str | None):
    with socket.create_connection((ui.host, ui.port), timeout=20) as connection:
        headers = [f"Host: {host or ui.place}", *([f"Origin: {origin}"] if origin else [])]
        headers += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        headers += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: graphql-ws"]
        connection.sendall("\r\n".join(["GET /graphql HTTP/1.1", *headers, "", ""]).encode())
        assert connection.recv(4096).split()[1] == b"403"
    with pytest.raises(InvalidStatus):
        connect(f"ws://{ui.place}/graphql", origin="http://evil.example", subprotocols=["graphql-ws"])


def test_a_socket_carries_no_mutation_out(ui: Ui):
    """Not that its own pages could not ask otherwise; but what a socket is opened for is to listen."""
    with connect(f"ws://{ui.place}/graphql", origin=ui.origin, subprotocols=["graphql-ws"]) as opened:
        opened.send(json.dumps({"type": "connection_init"}))
        assert json.loads(opened.recv(timeout=20)) == {"type": "connection_ack"}
        asked = {"type": "start", "id": "1", "payload": {"query": ui.mutation()}}
        opened.send(json.dumps(asked))
        assert json.loads(opened.recv(timeout=20))["type"] in ("error", "complete")
    assert not ui.took_effect


@pytest.mark.parametrize(
    "target",
    [
        "/outputs/../secret.txt",
        "/outputs/%2e%2e/secret.txt",
        "/outputs/%2e%2e%2fsecret.txt",
        "/outputs/..%5csecret.txt",
        "/outputs/%252e%252e/secret.txt",
        "/outputs/norte/../../secret.txt",
        "/outputs/out.txt",
        "/outputs/up/secret.txt",
        "/outputs/%00",
        "/outputs/fiber_report.html%00.txt",
        "/outputs/fiber_report.html%0a",
        "/outputs//etc/hostname",
        "/outputs/%2fetc/hostname",
        "/outputs/" + "a" * 300,
        "/outputs/",
        "http://127.0.0.1/outputs/../secret.txt",
        "/outputs/norte",
        "/OUTPUTS/../secret.txt",
    ],
)
def test_nothing_but_outputs_is_read(ui: Ui, target: str):
    status, _, content = ui.ask(f"GET {target} HTTP/1.1")
    assert "planted-secret" not in content and OPEN not in content
    assert status in (400, 404) or "<!doctype html>" in content.lower()


def test_outputs_are_read(ui: Ui):
    assert ui.ask("GET /outputs/fiber_report.html HTTP/1.1")[2] == OPEN


def test_the_guard_stands_before_an_ipv6_loopback_too(tmp_path: Path):
    for ui in serving(tmp_path, "::1"):
        assert ui.ask("POST /graphql HTTP/1.1", JSON, body=posted(ui.mutation()))[0] == 200
        assert ui.took_effect
        assert ui.ask("POST /graphql HTTP/1.1", JSON, body=posted(ui.mutation()), host=f"::1:{ui.port}")[0] == 421
        assert ui.ask("POST /graphql HTTP/1.1", JSON, "Origin: null", body=posted(ui.mutation()))[0] == 403
        assert not ui.took_effect
