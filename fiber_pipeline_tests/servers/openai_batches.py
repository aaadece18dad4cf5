"""Files and batches of the OpenAI test server: what is uploaded, worked through, cut off, cancelled and deleted.

A batch goes the service's way (validating, in_progress, finalizing, completed), one step each time it is looked at, so
that tests need not wait; `held` batches stay in progress until they are let go.
"""

import email
import json
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

# The path of a batch's lines, for faults that befall them.
LINE_PATH = "/v1/batches/line"
_NEXT = {"validating": "in_progress", "in_progress": "finalizing", "finalizing": "completed", "cancelling": "cancelled"}
_MOST_LINES = 50_000

Complete = Callable[[str, Any, int, list[str]], tuple[int, Any]]


@dataclass
class Batches:
    """The desk that keeps files and batches.

    held: whether batches stay in progress. expires_after, cancels_after: how many lines are worked through before a
    batch expires or, once asked to, is cancelled. rejects: an error code with which every new batch fails validation.
    garbles: how many results are cut off in the middle.
    complete: answers one line, given the url, the body, its number and its texts; status and body.
    inputs: the input files of batches, deleted ones too. replies: the bodies of all results.
    """

    complete: Complete
    held: bool = False
    expires_after: int | None = None
    cancels_after: int = 0
    rejects: str | None = None
    garbles: int = 0
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    inputs: dict[str, bytes] = field(default_factory=dict)
    replies: list[dict[str, Any]] = field(default_factory=list)

    def routes(self) -> Iterable[web.RouteDef]:
        """The service's routes."""
        return [
            web.post("/v1/files", self._upload),
            web.get("/v1/files", self._list_files),
            web.get("/v1/files/{id}/content", self._content),
            web.delete("/v1/files/{id}", self._delete),
            web.post("/v1/batches", self._create),
            web.get("/v1/batches", self._list_batches),
            web.get("/v1/batches/{id}", self._retrieve),
            web.post("/v1/batches/{id}/cancel", self._cancel),
        ]

    def add_file(self, content: bytes, name: str, purpose: str) -> dict[str, Any]:
        """Keep a file."""
        id_ = f"file-{uuid.uuid4().hex}"
        self.contents[id_] = content
        self.files[id_] = {
            "id": id_,
            "object": "file",
            "bytes": len(content),
            "created_at": int(time.time()),
            "filename": name,
            "purpose": purpose,
            "status": "processed",
        }
        return self.files[id_]

    async def _upload(self, request: web.Request) -> web.Response:
        head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
        form = email.message_from_bytes(head + await request.read())
        fields: dict[str, tuple[str | None, bytes]] = {}
        for part in form.walk():
            name = part.get_param("name", header="content-disposition")
            if isinstance(name, str):
                content = part.get_payload(decode=True)
                fields[name] = (part.get_filename(), content if isinstance(content, bytes) else b"")
        name, content = fields["file"]
        return web.json_response(self.add_file(content, name or "upload", fields["purpose"][1].decode()))

    async def _list_files(self, request: web.Request) -> web.Response:
        purpose = request.query.get("purpose")
        files = [each for each in self.files.values() if purpose in (None, each["purpose"])]
        return web.json_response({"object": "list", "data": files, "has_more": False})

    async def _content(self, request: web.Request) -> web.Response:
        content = self.contents.get(request.match_info["id"])
        return _not_found() if content is None else web.Response(body=content, content_type="application/octet-stream")

    async def _delete(self, request: web.Request) -> web.Response:
        id_ = request.match_info["id"]
        if self.files.pop(id_, None) is None:
            return _not_found()
        del self.contents[id_]
        return web.json_response({"id": id_, "object": "file", "deleted": True})

    async def _create(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked["input_file_id"] not in self.files or asked["completion_window"] != "24h":
            return _not_found()
        now = int(time.time())
        batch = {
            "id": f"batch_{uuid.uuid4().hex}",
            "object": "batch",
            "endpoint": asked["endpoint"],
            "errors": None,
            "input_file_id": asked["input_file_id"],
            "completion_window": "24h",
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "created_at": now,
            "expires_at": now + 86_400,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "metadata": asked.get("metadata") or {},
        }
        self.batches[batch["id"]] = batch
        self.inputs[batch["input_file_id"]] = self.contents[batch["input_file_id"]]
        return web.json_response(batch)

    async def _list_batches(self, request: web.Request) -> web.Response:
        newest_first = list(reversed(self.batches.values()))
        after, limit = request.query.get("after"), int(request.query.get("limit", 20))
        if after is not None:
            place = next(place for place, each in enumerate(newest_first) if each["id"] == after)
            newest_first = newest_first[place + 1 :]
        page = newest_first[:limit]
        more = len(newest_first) > limit
        last = page[-1]["id"] if page else None
        return web.json_response({"object": "list", "data": page, "has_more": more, "last_id": last})

    async def _retrieve(self, request: web.Request) -> web.Response:
        batch = self.batches.get(request.match_info["id"])
        if batch is None:
            return _not_found()
        self._step(batch)
        return web.json_response(batch)

    async def _cancel(self, request: web.Request) -> web.Response:
        batch = self.batches.get(request.match_info["id"])
        if batch is None:
            return _not_found()
        if batch["status"] in ("validating", "in_progress", "finalizing"):
            batch["status"] = "cancelling"
            self._work(batch, self.cancels_after, "batch_cancelled")
        return web.json_response(batch)

    def _step(self, batch: dict[str, Any]) -> None:
        if batch["status"] == "validating" and (code := self.rejects or self._invalid(batch)):
            error = {"code": code, "line": None, "message": "It is not valid.", "param": None}
            batch.update(status="failed", errors={"object": "list", "data": [error]})
        elif batch["status"] == "in_progress" and self.held:
            return
        elif batch["status"] == "in_progress" and self.expires_after is not None:
            self._work(batch, self.expires_after, "batch_expired")
            batch["status"] = "expired"
        elif batch["status"] in _NEXT:
            batch["status"] = _NEXT[batch["status"]]
            if batch["status"] == "finalizing":
                self._work(batch, _MOST_LINES, "")

    def _lines(self, batch: dict[str, Any]) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.contents[batch["input_file_id"]].splitlines() if line]

    def _invalid(self, batch: dict[str, Any]) -> str | None:
        try:
            lines = self._lines(batch)
        except ValueError:
            return "invalid_json_line"
        if not lines:
            return "empty_file"
        if len(lines) > _MOST_LINES:
            return "too_many_tasks"
        if len({line["custom_id"] for line in lines}) < len(lines):
            return "duplicate_custom_id"
        if len({line["body"]["model"] for line in lines}) > 1:
            return "mismatched_model"
        if any(line["url"] != batch["endpoint"] or line["method"] != "POST" for line in lines):
            return "invalid_url"
        batch["request_counts"]["total"] = len(lines)
        return None

    def _work(self, batch: dict[str, Any], most: int, code_of_the_rest: str) -> None:
        done: list[dict[str, Any]] = []
        failed: list[dict[str, Any]] = []
        for number, line in enumerate(self._lines(batch), start=1):
            result: dict[str, Any] = {"id": f"batch_req_{number}", "custom_id": line["custom_id"]}
            if number > most:
                error = {"code": code_of_the_rest, "message": "This request could not be executed in time."}
                failed.append({**result, "response": None, "error": error})
                continue
            texts = [str(message.get("content")) for message in line["body"].get("messages") or line["body"]["input"]]
            status, body = self.complete(line["url"], line["body"], number, texts)
            self.replies.append(body)
            response = {"status_code": status, "request_id": f"req_{number}", "body": body}
            (done if status == 200 else failed).append({**result, "response": response, "error": None})
        # Results come in no order.
        done.reverse()
        batch["request_counts"].update(completed=len(done), failed=len(failed))
        for key, results in (("output_file_id", done), ("error_file_id", failed)):
            if results:
                told = [json.dumps(each) for each in results]
                told[: self.garbles] = [line[: len(line) // 2] for line in told[: self.garbles]]
                content = "".join(f"{line}\n" for line in told).encode()
                batch[key] = self.add_file(content, f"{batch['id']}_{key}.jsonl", "batch_output")["id"]


def _not_found() -> web.Response:
    error = {"message": "No such object.", "type": "invalid_request_error", "param": "id", "code": None}
    return web.json_response({"error": error}, status=404)
