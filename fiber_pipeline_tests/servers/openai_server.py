"""A server that speaks OpenAI's protocol: chat completions, responses, models, files and batches.

It checks what the service checks: the key, the model, that every parameter is known and that a strict schema is one.
Answers are those of `openai_answers`, found by the name of the schema they are asked in.
"""

import json
import sys
import time
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from fiber_pipeline_tests.servers.faults import STATUS, Fault
from fiber_pipeline_tests.servers.openai_answers import RESPONDERS, Responder
from fiber_pipeline_tests.servers.openai_batches import LINE_PATH, Batches
from fiber_pipeline_tests.servers.openai_schema import schema_problem
from fiber_pipeline_tests.servers.quota import QuotaState
from fiber_pipeline_tests.servers.wire import BODY, EXCHANGE, FAULT, WireServer, serve_forever

# Faults of what the model says, beside those of the wire.
REFUSAL, CONTENT_FILTER, LENGTH, NO_JSON = "refusal", "content_filter", "length", "no_json"
MISSING, REPEATED, FOREIGN, GARBLED = "missing", "repeated", "foreign", "garbled"

_CHAT_PARAMETERS = frozenset(
    [
        "model",
        "messages",
        "response_format",
        "temperature",
        "top_p",
        "max_completion_tokens",
        "max_tokens",
        "seed",
        "n",
        "stop",
        "store",
        "metadata",
        "user",
        "reasoning_effort",
        "service_tier",
        "verbosity",
        "logprobs",
        "prompt_cache_key",
        "safety_identifier",
    ]
)
_RESPONSES_PARAMETERS = frozenset(
    [
        "model",
        "input",
        "instructions",
        "text",
        "temperature",
        "top_p",
        "max_output_tokens",
        "store",
        "metadata",
        "reasoning",
        "service_tier",
        "prompt_cache_key",
        "safety_identifier",
    ]
)
_TYPES = {400: "invalid_request_error", 401: "invalid_request_error", 403: "invalid_request_error", 429: "requests"}
_CONTEXT_TOKENS = 128_000


class Problem(Exception):  # noqa: N818 - an answer of the service
    """A request the service will not take."""

    def __init__(self, status: int, code: str | None, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Said:
    """What the model made of a request."""

    content: str | None
    refusal: str | None
    finish_reason: str
    tokens_in: int
    tokens_out: int


class OpenAIServer(WireServer):
    """OpenAI on loopback; its address for clients is `base_url + "/v1"`.

    keys, models: which are known; None for all. responders: what is said, by the name of the schema.
    takes_batches: whether there are files and batches, as there are not at most servers that are only compatible.
    """

    counts_rejected = True

    def __init__(
        self,
        *,
        keys: Collection[str] | None = None,
        models: Collection[str] | None = None,
        responders: Mapping[str, Responder] | None = None,
        takes_batches: bool = True,
        **wire: Any,
    ) -> None:
        super().__init__(**wire)
        self.keys = keys
        self.models = models
        self.responders = {**RESPONDERS, **(responders or {})}
        self._legal_schemas: set[str] = set()
        self.batches = Batches(self._complete_line)
        self._takes_batches = takes_batches

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.post("/v1/chat/completions", self._chat),
            web.post("/v1/responses", self._responses),
            web.get("/v1/models", self._models),
            *(self.batches.routes() if self._takes_batches else ()),
        ]

    def is_metered(self, request: web.Request) -> bool:
        return request.path in ("/v1/chat/completions", "/v1/responses")

    def count_tokens(self, request: web.Request, body: Any) -> int:
        # As its guide to rate limits says: the larger of what may be answered and what the characters come to.
        if not isinstance(body, dict):
            return 0
        most = body.get("max_completion_tokens") or body.get("max_tokens") or body.get("max_output_tokens") or 0
        return max(int(most), _tokens(_texts_of(body)))

    def quota_headers(self, state: QuotaState) -> dict[str, str]:
        headers = {"x-request-id": f"req_{uuid.uuid4().hex}"}
        for unit, limit, remaining, reset in (
            ("requests", self.quota.requests_per_minute, state.remaining_requests, state.reset_requests),
            ("tokens", self.quota.tokens_per_minute, state.remaining_tokens, state.reset_tokens),
        ):
            if limit is not None:
                headers[f"x-ratelimit-limit-{unit}"] = str(int(limit))
                headers[f"x-ratelimit-remaining-{unit}"] = str(remaining)
                headers[f"x-ratelimit-reset-{unit}"] = _duration(reset)
        return headers

    def problem(self, status: int, code: str | None, message: str, retry_after: float | None) -> web.Response:
        if status == 429 and code is None:
            code = "rate_limit_exceeded"
        kind = code if code == "insufficient_quota" else _TYPES.get(status, "server_error")
        headers = {}
        if retry_after is not None:
            headers = {"retry-after": str(max(1, round(retry_after))), "retry-after-ms": str(round(retry_after * 1000))}
        error = {"message": message, "type": kind, "param": None, "code": code}
        return web.json_response({"error": error}, status=status, headers=headers)

    async def _chat(self, request: web.Request) -> web.Response:
        return self._asked(request, self.chat_completion)

    async def _responses(self, request: web.Request) -> web.Response:
        return self._asked(request, self.response)

    def _asked(self, request: web.Request, ask: Any) -> web.Response:
        try:
            self.check_key(request)
            body = request[BODY]
            request[EXCHANGE].items = len(_items_of(body))
            return web.json_response(ask(body, request.get(FAULT)))
        except Problem as problem:
            return self.problem(problem.status, problem.code, problem.message, None)

    async def _models(self, request: web.Request) -> web.Response:
        try:
            self.check_key(request)
        except Problem as problem:
            return self.problem(problem.status, problem.code, problem.message, None)
        names = sorted(self.models or ["gpt-4.1-mini"])
        models = [{"id": name, "object": "model", "created": 1744316542, "owned_by": "system"} for name in names]
        return web.json_response({"object": "list", "data": models})

    def _complete_line(self, url: str, body: Any, number: int, texts: list[str]) -> tuple[int, Any]:
        fault = self.script.take(number, LINE_PATH, lambda: texts)
        if fault is not None and fault.kind == STATUS:
            return fault.status, {"error": {"message": "By script.", "type": "server_error", "code": fault.code}}
        try:
            answer = self.response if url == "/v1/responses" else self.chat_completion
            return 200, answer(body, fault)
        except Problem as problem:
            return problem.status, {"error": {"message": problem.message, "code": problem.code}}

    def check_key(self, request: web.Request) -> None:
        """Raise Problem for a request without a key, or with an unknown one."""
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not key or (self.keys is not None and key not in self.keys):
            raise Problem(401, "invalid_api_key", "Incorrect API key provided.")

    def chat_completion(self, body: Any, fault: Fault | None = None) -> dict[str, Any]:
        """The answer to a request for a chat completion. Raises Problem."""
        self._check_parameters(body, _CHAT_PARAMETERS, "messages")
        form = body.get("response_format") or {}
        said = self._say(
            body, form.get("type"), form.get("json_schema") or {}, body.get("max_completion_tokens"), fault
        )
        message = {"role": "assistant", "content": said.content, "refusal": said.refusal, "annotations": []}
        return {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": f"{body['model']}-2025-04-14",
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": said.finish_reason}],
            "usage": {
                "prompt_tokens": said.tokens_in,
                "completion_tokens": said.tokens_out,
                "total_tokens": said.tokens_in + said.tokens_out,
                "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
            },
            "service_tier": "default",
            "system_fingerprint": "fp_0",
        }

    def response(self, body: Any, fault: Fault | None = None) -> dict[str, Any]:
        """The answer to a request for a response. Raises Problem."""
        self._check_parameters(body, _RESPONSES_PARAMETERS, "input")
        form = (body.get("text") or {}).get("format") or {}
        said = self._say(body, form.get("type"), form, body.get("max_output_tokens"), fault)
        reasons = {"length": "max_output_tokens", "content_filter": "content_filter"}
        if said.refusal is not None:
            part = {"type": "refusal", "refusal": said.refusal}
        else:
            part = {"type": "output_text", "text": said.content or "", "annotations": []}
        incomplete = reasons.get(said.finish_reason)
        status = "incomplete" if incomplete else "completed"
        return {
            "id": f"resp_{uuid.uuid4().hex}",
            "object": "response",
            "created_at": int(time.time()),
            "status": status,
            "error": None,
            "incomplete_details": {"reason": incomplete} if incomplete else None,
            "model": f"{body['model']}-2025-04-14",
            "output": [
                {"id": "msg_0", "type": "message", "role": "assistant", "status": status, "content": [part]},
            ],
            "usage": {
                "input_tokens": said.tokens_in,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": said.tokens_out,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": said.tokens_in + said.tokens_out,
            },
        }

    def _check_parameters(self, body: Any, known: frozenset[str], asked_by: str) -> None:
        if not isinstance(body, dict):
            raise Problem(400, None, "We could not parse the JSON body of your request.")
        for name in sorted(body.keys() - known):
            raise Problem(400, "unknown_parameter", f"Unknown parameter: '{name}'.")
        for name in ("model", asked_by):
            if name not in body:
                raise Problem(400, "missing_required_parameter", f"Missing required parameter: '{name}'.")
        if self.models is not None and body["model"] not in self.models:
            raise Problem(404, "model_not_found", f"The model `{body['model']}` does not exist.")
        if _tokens(_texts_of(body)) > _CONTEXT_TOKENS:
            raise Problem(400, "context_length_exceeded", f"The maximum context length is {_CONTEXT_TOKENS} tokens.")

    def _say(self, body: Any, form: str | None, schema: Any, most: int | None, fault: Fault | None) -> Said:
        if form != "json_schema" or not schema.get("strict"):
            raise Problem(400, None, "This server answers in strict JSON schemas only.")
        name, written = schema.get("name", ""), json.dumps(schema.get("schema"), sort_keys=True)
        if written not in self._legal_schemas:
            problem = schema_problem(name, schema.get("schema"))
            if problem is not None:
                raise Problem(400, "invalid_json_schema", problem)
            self._legal_schemas.add(written)
        if name not in self.responders:
            raise Problem(400, None, f"This server knows no answers of the form {name!r}.")
        tokens_in = _tokens(_texts_of(body)) + _tokens([written])
        kind = fault.kind if fault else None
        if kind == REFUSAL:
            return Said(None, "I'm sorry, but I can't help with that.", "stop", tokens_in, 10)
        if kind == CONTENT_FILTER:
            return Said(None, None, "content_filter", tokens_in, 0)
        answer = _spoilt(self.responders[name](_items_of(body), schema["schema"]), kind)
        content = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        if kind == NO_JSON:
            content = "Claro, aquí está el análisis: " + content
        tokens_out = _tokens([content])
        if kind == LENGTH or (most is not None and tokens_out > most):
            return Said(content[: len(content) // 2], None, "length", tokens_in, most or tokens_out // 2)
        return Said(content, None, "stop", tokens_in, tokens_out)


def _spoilt(answer: Any, kind: str | None) -> Any:
    if kind not in (MISSING, REPEATED, FOREIGN, GARBLED):
        return answer
    answers = list(answer["answers"])
    if kind == MISSING:
        answers = answers[:-1]
    elif kind == REPEATED:
        answers.append(answers[0])
    elif kind == FOREIGN:
        answers[-1] = {**answers[-1], "id": "999"}
    else:
        first = dict(answers[0])
        del first[next(name for name in first if name != "id")]
        answers[0] = first
    return {"answers": answers}


def _items_of(body: Any) -> list[Mapping[str, str]]:
    """The comments of a request: the last message of the user is a JSON array of them."""
    messages = (body.get("messages") or body.get("input")) if isinstance(body, dict) else None
    if not isinstance(messages, list):
        return []
    told = [message["content"] for message in messages if message.get("role") == "user"]
    try:
        items = json.loads(told[-1]) if told else []
    except ValueError:
        return []
    return items if isinstance(items, list) else []


def _texts_of(body: Mapping[str, Any]) -> list[str]:
    messages = body.get("messages") or body.get("input") or []
    texts = [str(message.get("content", "")) for message in messages] if isinstance(messages, list) else [str(messages)]
    return [*texts, str(body.get("instructions") or "")]


def _tokens(texts: Iterable[str]) -> int:
    return sum(len(text) for text in texts) // 4


def _duration(seconds: float) -> str:
    """As the service writes it: 120ms, 1.5s, 6m0s."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}m{round(rest)}s" if minutes else f"{rest:.3g}s"


def main(arguments: Sequence[str]) -> None:
    """Run it as a process."""
    serve_forever(OpenAIServer, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
