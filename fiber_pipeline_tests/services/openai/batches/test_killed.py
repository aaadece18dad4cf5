"""`kill -9` before each step of a batch's life: the rerun neither submits twice, nor loses, nor pays twice."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from fiber_pipeline.services.openai.batches.desk import BatchDesk
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.protocol import ResponseStore
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.openai.asking import MODEL
from fiber_pipeline_tests.services.openai.batches import life
from fiber_pipeline_tests.services.openai.batches.batching import TEXTS, sent_to

HOUR = 3600.0
EACH_KIND = {"begin", "change", "wait", "forget_waiting", "intend", "settle", "create", "content", "delete"}


def lives(
    folder: Path, empty_cache: Callable[[], str | None], *, since: str | None = None, is_cancelled: bool = False
) -> Iterator[tuple[OpenAIServer, BatchDesk, ResponseStore]]:
    """What processes leave, an hour later: one that lives to its end, and one killed before each step (`since` one)."""
    steps: Sequence[str] = ()
    moment: int | None = None
    while moment is None or moment < len(steps):
        home, cache_url = folder / str(moment), empty_cache()
        home.mkdir()
        with OpenAIServer() as server:
            server.batches.held, server.batches.cancels_after = is_cancelled, 1
            lived = life.live(server.base_url, home, cache_url, kill_before=moment, is_cancelled=is_cancelled)
            with life.desk(server.base_url, home, cache_url, ahead=HOUR) as (desk, store):
                yield server, desk, store
        if moment is None:
            steps, moment = lived, lived.index(since) if since else 0
            assert {name.partition(".")[2] for name in steps} >= EACH_KIND
        else:
            assert lived[-1] == steps[moment]
            moment += 1


def keys_of(desk: BatchDesk) -> set[str]:
    return {desk.questions[name].operation.key(Item(text)) for name, texts in life.ASKED.items() for text in texts}


def price_of(server: OpenAIServer) -> float:
    """Of all that was answered, as often as it was."""
    used = [reply["usage"] for reply in server.batches.replies]
    usage = sum((Usage(each["prompt_tokens"], each["completion_tokens"]) for each in used), Usage())
    return Prices().cost("openai", MODEL, "annotate", usage, batch_api=True)


def assert_nothing_is_left(server: OpenAIServer, desk: BatchDesk, store: ResponseStore) -> None:
    assert store.spend().open_usd == 0
    assert store.spend().settled_usd == pytest.approx(price_of(server))
    assert not server.batches.files
    assert {each.state for each in desk.journal.submissions()} <= {"collected", "lost"}


def test_a_rerun_ends_as_if_nothing_had_happened(empty_cache: Callable[[], str | None], tmp_path: Path):
    for server, desk, store in lives(tmp_path, empty_cache):
        life.submit(desk)
        look = life.follow(desk)
        assert [ready.waiting.batch for ready in look.ready] == [life.BATCH]
        # What never reached OpenAI was given up; now it is sent.
        life.submit(desk)
        life.follow(desk)
        assert sent_to(server) == dict.fromkeys(TEXTS, 1)
        assert store.find(list(keys_of(desk))).keys() == keys_of(desk)
        assert_nothing_is_left(server, desk, store)


def test_what_was_answered_before_it_was_stopped_is_kept(empty_cache: Callable[[], str | None], tmp_path: Path):
    for server, desk, store in lives(tmp_path, empty_cache, since="Batches.cancel", is_cancelled=True):
        life.submit(desk)
        life.cancel(desk)
        look = life.follow(desk)
        assert [ready.waiting.batch for ready in look.ready] == [life.BATCH]
        # Of each batch, its first request was answered; what was not may be submitted again.
        requests = [json.loads(lines.split(b"\n")[0])["body"] for lines in server.batches.inputs.values()]
        told = [one["text"] for body in requests for one in json.loads(body["messages"][-1]["content"])]
        assert len(set(told)) == len(told) == len(store.find(list(keys_of(desk))))
        assert_nothing_is_left(server, desk, store)
