"""Other ways to send the same requests, to measure beside ours: `python -m bench.api_clients CLIENT URL BODIES N`.

BODIES is a file of request bodies, one JSON object a line; N is how many are under way at once. Prints a JSON object:
wall and CPU seconds of the asking alone, peak memory in megabytes and the answers that came. Runs in any environment
that has the client's own package, without fiber_pipeline.

bare: aiohttp alone, which parses the reply and no more. sdk: OpenAI's package as its guide shows it. instructor: the
public package of that name, in its mode for JSON schemas, with a model of the same answers.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

_KEY = "sk-bench"
Ask = Callable[[dict[str, Any]], Awaitable[int]]


@asynccontextmanager
async def bare(url: str, concurrency: int):  # type: ignore[no-untyped-def]
    """Yields what asks for one body and counts its answers."""
    import aiohttp

    connector = aiohttp.TCPConnector(limit=concurrency)
    headers = {"Authorization": f"Bearer {_KEY}"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def ask(body: dict[str, Any]) -> int:
            async with session.post(f"{url}/v1/chat/completions", json=body) as response:
                reply = await response.json()
            return len(json.loads(reply["choices"][0]["message"]["content"])["answers"])

        yield ask


@asynccontextmanager
async def sdk(url: str, concurrency: int):  # type: ignore[no-untyped-def]
    """As `bare`."""
    from openai import AsyncOpenAI

    async with AsyncOpenAI(api_key=_KEY, base_url=f"{url}/v1") as client:

        async def ask(body: dict[str, Any]) -> int:
            reply = await client.chat.completions.create(**body)
            return len(json.loads(reply.choices[0].message.content or "")["answers"])

        yield ask


@asynccontextmanager
async def instructor(url: str, concurrency: int):  # type: ignore[no-untyped-def]
    """As `bare`."""
    import instructor as package
    from openai import AsyncOpenAI
    from pydantic import BaseModel, ConfigDict, create_model

    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid")

    class Emotion(Strict):
        emotion: str
        strength: float
        evidence: list[str]

    class Theme(Strict):
        theme: str
        relevance: float
        sentiment: str
        score: float
        evidence: list[str]

    class Answer(Strict):
        id: str
        sentiment: str
        score: float
        intensity: str
        confidence: float
        evidence: list[str]
        emotions: list[Emotion]
        urgency: str
        urgency_evidence: list[str]
        themes: list[Theme]

    # The server finds its answers by the schema's name, which this package takes from the model's.
    reply_model = create_model("annotate", __base__=Strict, answers=(list[Answer], ...))
    async with AsyncOpenAI(api_key=_KEY, base_url=f"{url}/v1") as client:
        # Its provider of strict schemas; the request is OpenAI's.
        patched = package.v2.from_openrouter(client, mode=package.Mode.OPENROUTER_STRUCTURED_OUTPUTS)

        async def ask(body: dict[str, Any]) -> int:
            asked = {name: body[name] for name in ("model", "messages", "temperature", "max_completion_tokens")}
            reply = await patched.chat.completions.create(response_model=reply_model, **asked)
            return len(reply.answers)

        yield ask


CLIENTS = {client.__name__: client for client in (bare, sdk, instructor)}


def peak_megabytes() -> float:
    """Of this process; what `getrusage` tells of a child begins with its parent's."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


async def measure(
    client: AbstractAsyncContextManager[Ask], bodies: list[dict[str, Any]], concurrency: int
) -> dict[str, float]:
    """Send every body, so many at once. client: yields what asks for one body, as `bare` does."""
    under_way = asyncio.Semaphore(concurrency)
    async with client as ask:

        async def ask_in_turn(body: dict[str, Any]) -> int:
            async with under_way:
                return int(await ask(body))

        await ask(bodies[0])
        wall, cpu = time.perf_counter(), time.process_time()
        answers = await asyncio.gather(*[ask_in_turn(body) for body in bodies])
        return {
            "wall_seconds": time.perf_counter() - wall,
            "cpu_seconds": time.process_time() - cpu,
            "peak_megabytes": peak_megabytes(),
            "answers": sum(answers),
        }


if __name__ == "__main__":
    name, address, file, most = sys.argv[1:]
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    asked = CLIENTS[name](address, int(most))
    print(json.dumps(asyncio.run(measure(asked, [json.loads(line) for line in lines], int(most)))))
