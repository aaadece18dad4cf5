"""Who may ask the UI, and what of the outputs there is to get, over ASGI; the whole of it runs in `ui/test_ui.py`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from fiber_pipeline.web.guard import Guard, own_names
from fiber_pipeline.web.outputs import WithOutputs

HERE = "127.0.0.1:3000"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    outputs = tmp_path / "outputs"
    (outputs / "norte").mkdir(parents=True)
    (outputs / "fiber_report.html").write_text("<p>Informe</p>")
    (outputs / "norte" / "fiber_insights.xlsx").write_bytes(b"PK")
    (outputs / ".fiber_report-half.html").write_text("half")
    (tmp_path / "secret.txt").write_text("secret")
    (outputs / "link.txt").symlink_to(tmp_path / "secret.txt")

    async def everything(request: Request) -> PlainTextResponse:
        return PlainTextResponse("dagster")

    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("dagster")
        await websocket.close()

    methods = ["GET", "POST"]
    dagster = Starlette(routes=[WebSocketRoute("/graphql", talk), Route("/{rest:path}", everything, methods=methods)])
    app = Guard(WithOutputs(dagster, outputs), own_names("127.0.0.1", 3000, ["fiber.example.com.py"]))
    with TestClient(app, base_url=f"http://{HERE}") as client:
        yield client


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "LOCALHOST:3000"}, 200),
        ({"Host": "fiber.example.com.py"}, 200),
        ({"Host": "evil.example:3000"}, 421),
        ({"Host": "127.0.0.1:3001"}, 421),
        ({"Host": ""}, 421),
        ({"Origin": f"http://{HERE}"}, 200),
        ({"Origin": "https://fiber.example.com.py"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:3000.evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_its_own_pages_under_its_own_names_may_ask(client: TestClient, headers: dict[str, str], status: int):
    for path in ("/graphql", "/outputs/fiber_report.html"):
        assert client.get(path, headers=headers).status_code == status, path
    assert client.post("/graphql", headers=headers, json={"query": "mutation"}).status_code == status


def test_a_link_asks_nothing_of_graphql(client: TestClient):
    assert client.get("/graphql?query=mutation").status_code == 405
    assert client.get("/graphql/?variables=%7B%7D&query=x").status_code == 405
    assert client.get("/runs?query=x").status_code == 200


def test_a_page_of_another_site_opens_no_socket(client: TestClient):
    with client.websocket_connect("/graphql", headers={"Origin": f"http://{HERE}", "Host": HERE}) as own:
        assert own.receive_text() == "dagster"
    for headers in ({"Origin": "http://evil.example", "Host": HERE}, {"Host": "evil.example"}):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/graphql", headers=headers):
            pass


def test_outputs_are_read_and_nothing_else_is(client: TestClient):
    page = client.get("/outputs/fiber_report.html")
    assert page.text == "<p>Informe</p>"
    assert page.headers["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-same-origin" not in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/outputs/norte/fiber_insights.xlsx").content == b"PK"
    for path in (
        "/outputs/",
        "/outputs/norte",
        "/outputs/link.txt",
        "/outputs/.fiber_report-half.html",
        "/outputs/%2e%2e/secret.txt",
        "/outputs/norte/%2e%2e/%2e%2e/secret.txt",
        "/outputs/..%2fsecret.txt",
        "/outputs/%2fetc/hostname",
        "/outputs//etc/hostname",
    ):
        refused = client.get(path)
        assert (refused.status_code, refused.content) == (404, b""), path
    assert client.post("/outputs/fiber_report.html", json={}).status_code == 405
    assert client.put("/outputs/neu.html", json={}).status_code == 405
    assert client.get("/outputs").text == "dagster"
