"""The files of the Batch API: requests as JSON lines out, results as JSON lines back in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fiber_pipeline.services.doubt import Doubt
from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.messages import PATHS, Api, read_reply, usage_of, write_request
from fiber_pipeline.services.openai.operations import Question
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import Usage


@dataclass(frozen=True)
class Results:
    """What a batch brought.

    usage: of all results that say it, refusals and answers cut short among them.
    answers: with the texts they are about. doubted: texts of requests whose answers are not believed.
    unread: results that nobody can read, or that do not say what they used.
    """

    usage: Usage
    answers: Sequence[tuple[Item, Any]]
    unread: int
    doubted: Sequence[Item] = ()


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


def read_results(
    question: Question | None, sent: bytes, output: bytes, errors: bytes, doubt: Doubt | None = None
) -> Results:
    """Match results to requests by their names; results come in any order, and some not at all.

    question: None if what was asked is no longer known: then only the usage is read. doubt: see `services.doubt`.
    Raises ServiceFailure if what was sent did not come back whole.
    """
    asked: dict[str, list[Item]] = {}
    api: Api = "chat"
    for line in _lines(sent):
        if line is None:
            raise ServiceFailure("unavailable", "the file that was sent did not come back whole")
        asked[line["custom_id"]] = _items(line["body"])
        # As it was asked then; what the settings say now may be another.
        api = "responses" if line["url"] == batch_url("responses") else "chat"
    usage, unread = Usage(), 0
    doubted: list[Item] = []
    answers: list[tuple[Item, Any]] = []
    for result in (*_lines(output), *_lines(errors)):
        response = (result or {}).get("response") or {}
        body, is_answered = response.get("body"), response.get("status_code") == 200
        used = usage_of(body, api)
        usage += used or Usage()
        if result is None or (is_answered and used is None):
            unread += 1
            continue
        items = asked.pop(result["custom_id"], None) if is_answered else None
        if question is None or items is None:
            continue
        try:
            reply = read_reply(question, items, body, api)
        except ServiceFailure:
            # Cut short or refused together: whoever asks for the rest finds out about each text.
            continue
        if doubt is not None and len(items) > 1 and doubt(items, reply.answers) is not None:
            doubted += items
            continue
        answers += [(items[place], answer) for place, answer in reply.answers.items()]
    return Results(usage, answers, unread, doubted)


def _items(body: Mapping[str, Any]) -> list[Item]:
    messages = body.get("messages") or body["input"]
    return [Item(told["text"]) for told in json.loads(messages[-1]["content"])]


def _lines(content: bytes) -> Iterator[dict[str, Any] | None]:
    """The objects of a file, None for a line that is none."""
    for line in content.splitlines():
        if line.strip():
            try:
                read = json.loads(line)
            except ValueError:
                read = None
            yield read if isinstance(read, dict) else None
