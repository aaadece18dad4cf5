"""The files of the Batch API: requests as JSON lines out, results as JSON lines back in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.messages import PATHS, Api, read_reply, usage_of, write_request
from fiber_pipeline.services.openai.operations import Question
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import Usage


@dataclass(frozen=True)
class Results:
    """What a batch brought: what it used, answers with the texts they are about, and texts that got none."""

    usage: Usage
    answers: Sequence[tuple[Item, Any]]
    unanswered: int


def batch_url(api: Api) -> str:
    """The service's own name of what each line asks, whatever address it is reached under."""
    return f"/v1{PATHS[api]}"


def write_lines(question: Question, endpoint: OpenAIEndpoint, packs: Sequence[Sequence[Item]]) -> bytes:
    """An input file: a request a line, named by its place."""
    lines = [
        {
            "custom_id": str(number),
            "method": "POST",
            "url": batch_url(endpoint.api),
            "body": write_request(question, items, endpoint.served_as, endpoint.api),
        }
        for number, items in enumerate(packs)
    ]
    return "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines).encode()


def read_results(question: Question | None, api: Api, sent: bytes, output: bytes, errors: bytes) -> Results:
    """Match results to requests by their names; results come in any order, and some not at all.

    question: None if what was asked is no longer known: then only the usage is read.
    """
    asked = {line["custom_id"]: _items(line["body"]) for line in _lines(sent)}
    total = sum(len(items) for items in asked.values())
    usage = Usage()
    answers: list[tuple[Item, Any]] = []
    for result in (*_lines(output), *_lines(errors)):
        response = result.get("response") or {}
        items = asked.get(result.get("custom_id"))
        if response.get("status_code") != 200 or items is None:
            continue
        payload = response.get("body")
        usage += usage_of(payload, api)
        if question is None:
            continue
        try:
            reply = read_reply(question, items, payload, api)
        except ServiceFailure:
            # Cut short or refused together: whoever asks for the rest finds out about each text.
            continue
        answers += [(items[place], answer) for place, answer in reply.answers.items()]
    return Results(usage, answers, total - len(answers))


def _items(body: Mapping[str, Any]) -> list[Item]:
    messages = body.get("messages") or body["input"]
    return [Item(told["text"]) for told in json.loads(messages[-1]["content"])]


def _lines(content: bytes) -> Iterator[dict[str, Any]]:
    for line in content.splitlines():
        if line.strip():
            yield json.loads(line)
