"""How requests are written and replies are read, on both of OpenAI's wires.

Chat completions is what compatible servers speak too; the Responses API is for endpoints that are better or only
served there. Customers' words stand in JSON strings of the user's message, never among instructions.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.answers import sort_answers
from fiber_pipeline.services.openai.operations import Question
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import RateHints, Reply, Usage

Api = Literal["chat", "responses"]
PATHS: Mapping[Api, str] = {"chat": "/chat/completions", "responses": "/responses"}
_NO_REPLY = (KeyError, IndexError, TypeError, AttributeError, ValueError)
_NO_HINTS = RateHints()
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# Stands where a frame has a gap; no prompt holds it.
_GAP = "\x00"


def item_ids(items: Sequence[Item]) -> list[str]:
    """The ids of a request's items: their places, from 1, so that equal requests read the same."""
    return [str(number) for number in range(1, len(items) + 1)]


def write_request(question: Question, items: Sequence[Item], model: str, api: Api) -> dict[str, Any]:
    """The body of a request. model: as the endpoint calls it."""
    return _body(question, _write_comments(items), question.most_tokens_out(items), model, api)


class RequestFrame:
    """Bodies of requests that differ in their comments alone, as bytes.

    Prompt and schema, ten times as long as the comments, are encoded once.
    """

    def __init__(self, question: Question, model: str, api: Api) -> None:
        """model: as the endpoint calls it."""
        self._question = question
        whole = _encode(_body(question, _GAP, _GAP, model, api))
        self._before, self._between, self._after = whole.split(_encode(_GAP))

    def write(self, items: Sequence[Item]) -> bytes:
        """`write_request` as JSON in UTF-8."""
        most = self._question.most_tokens_out(items)
        return b"%b%b%b%d%b" % (self._before, _encode(_write_comments(items)), self._between, most, self._after)


def _write_comments(items: Sequence[Item]) -> str:
    told = [{"id": id_, "text": item.text} for id_, item in zip(item_ids(items), items, strict=True)]
    return _JSON.encode(told)


def _encode(value: Any) -> bytes:
    # Half a character in a text must not fail its whole request.
    return _JSON.encode(value).encode("utf-8", "replace")


def _body(question: Question, comments: str, most_tokens_out: int | str, model: str, api: Api) -> dict[str, Any]:
    form = {"name": question.operation.name, "strict": True, "schema": question.schema}
    if api == "responses":
        return {
            "model": model,
            "instructions": question.instructions,
            "input": [{"role": "user", "content": comments}],
            "text": {"format": {"type": "json_schema", **form}},
            "max_output_tokens": most_tokens_out,
            "store": False,
            **({"reasoning": {"effort": "low"}} if question.reasons else {"temperature": 0}),
        }
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": question.instructions},
            {"role": "user", "content": comments},
        ],
        "response_format": {"type": "json_schema", "json_schema": form},
        "max_completion_tokens": most_tokens_out,
        **({"reasoning_effort": "low"} if question.reasons else {"temperature": 0}),
    }


def read_reply(
    question: Question,
    items: Sequence[Item],
    payload: Any,
    api: Api,
    hints: RateHints = _NO_HINTS,
    request_id: str | None = None,
) -> Reply:
    """Sort what a reply's body holds.

    Raises ServiceFailure: too_large for an answer cut short, rejected for several items refused together (asked
    again in halves, the one that was meant is found), unavailable for a body that is not the service's.
    """
    read = _read_response if api == "responses" else _read_chat
    try:
        content, refusal, ending, usage = read(payload)
    except _NO_REPLY:
        raise ServiceFailure("unavailable", "a body that is no reply", status=200, maybe_paid=True) from None
    if ending == "length":
        raise ServiceFailure("too_large", "the answer was cut short", status=200, maybe_paid=True, usage=usage)
    model = payload.get("model")
    if refusal is not None or ending == "content_filter":
        reason = "stopped by the content filter" if ending == "content_filter" else "the model would not answer"
        if len(items) > 1:
            raise ServiceFailure("rejected", reason, status=200, maybe_paid=True, usage=usage)
        return Reply({}, refused={0: reason}, usage=usage, hints=hints, request_id=request_id, model=model)
    kept, flawed = sort_answers(question.answer, items, item_ids(items), content or "")
    return Reply(kept, flawed=flawed, usage=usage, hints=hints, request_id=request_id, model=model)


def usage_of(payload: Any, api: Api) -> Usage | None:
    """What a reply's body says was used, whether or not there is an answer in it; None if it does not say."""
    count = _response_usage if api == "responses" else _chat_usage
    try:
        return count(payload) if payload["usage"] else None
    except _NO_REPLY:
        return None


def _read_chat(payload: Any) -> tuple[str | None, str | None, str, Usage]:
    choice = payload["choices"][0]
    message = choice["message"]
    ending = choice.get("finish_reason") or "stop"
    return message.get("content"), message.get("refusal"), ending, _chat_usage(payload)


def _chat_usage(payload: Any) -> Usage:
    usage = payload.get("usage") or {}
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    return Usage(
        tokens_in=int(usage.get("prompt_tokens") or 0),
        tokens_out=int(usage.get("completion_tokens") or 0),
        tokens_in_cached=int(cached),
    )


def _read_response(payload: Any) -> tuple[str | None, str | None, str, Usage]:
    content, refusal = None, None
    for output in payload["output"]:
        if output.get("type") == "message":
            for part in output["content"]:
                if part["type"] == "refusal":
                    refusal = part["refusal"]
                else:
                    content = (content or "") + part["text"]
    reason = (payload.get("incomplete_details") or {}).get("reason")
    ending = "length" if reason == "max_output_tokens" else reason or "stop"
    return content, refusal, ending, _response_usage(payload)


def _response_usage(payload: Any) -> Usage:
    usage = payload.get("usage") or {}
    cached = (usage.get("input_tokens_details") or {}).get("cached_tokens") or 0
    return Usage(
        tokens_in=int(usage.get("input_tokens") or 0),
        tokens_out=int(usage.get("output_tokens") or 0),
        tokens_in_cached=int(cached),
    )
