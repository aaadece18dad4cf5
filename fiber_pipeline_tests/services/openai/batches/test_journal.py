"""What every journal promises, wherever it lives."""

import multiprocessing
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fiber_pipeline.services.openai.batches.journal.opening import FILE_NAME, is_there, open_journal
from fiber_pipeline.services.openai.batches.journal.protocol import BatchJournal, Submission, Waiting
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline_tests.services.openai.batches.claimer import claim_at_once

KEY = "4f" * 32
FIRST = Submission(
    id="a",
    call_id="call",
    state="intended",
    endpoint="api.openai.com",
    operation="annotate",
    fingerprint="f",
    model="gpt-4.1-mini",
    prompt_version="annotate-v1",
    batch="norte/enero.csv",
    created_at=1764000000.1234567,
    requests=2,
    items=20,
    reserved_usd=0.1 + 0.2,
)
SECOND = replace(FIRST, id="b", batch=None, created_at=FIRST.created_at + 1, detail="é 😡", answered=0)
Open = Callable[..., BatchJournal]


@pytest.fixture
def open_one(cache_url: str | None, tmp_path: Path) -> Iterator[Open]:
    """Opens the journal, as often as asked."""
    opened = []

    def open_it(key: str | None = None) -> BatchJournal:
        opened.append(open_journal(cache_url, tmp_path, key))
        return opened[-1]

    yield open_it
    for journal in opened:
        journal.close()


def test_submissions_are_read_as_they_were_written_by_whoever_opens_the_journal(open_one: Open):
    journal = open_one()
    journal.begin(SECOND, ["c"])
    journal.begin(FIRST, ["a", "b"])
    assert open_one().submissions() == [FIRST, SECOND]
    assert journal.submissions("submitted") == [] and journal.submissions("intended", "lost") == [FIRST, SECOND]
    assert journal.submissions(since=SECOND.created_at) == [SECOND]


def test_a_text_is_claimed_by_one_open_submission(open_one: Open):
    journal = open_one()
    assert journal.begin(FIRST, ["a", "b"]) == {}
    assert open_one().begin(SECOND, ["b", "c"]) == {"b": "a"}
    assert journal.outstanding(["a", "b", "c", "d"]) == {"a": "a", "b": "a", "c": "b"}
    journal.change("b", state="lost")
    assert journal.outstanding(["a", "b", "c"]) == {"a": "a", "b": "a"}
    journal.change("a", state="ended")
    assert journal.outstanding(["a"]) == {"a": "a"}
    journal.change("a", state="settled")
    assert journal.outstanding(["a", "b", "c"]) == {}
    assert journal.begin(replace(FIRST, id="c"), ["a", "b", "c"]) == {}


def test_a_claim_of_many_texts_is_one_step(open_one: Open):
    journal = open_one()
    keys = [f"key {number}" for number in range(20_000)]
    assert journal.begin(FIRST, keys) == {}
    assert journal.begin(SECOND, keys[::2]) == dict.fromkeys(keys[::2], "a")
    assert len(journal.outstanding(keys)) == 20_000
    journal.change("a", state="lost")
    assert journal.outstanding(keys) == {}


def test_of_two_that_claim_at_once_one_gets_each_text(open_one: Open, cache_url: str | None, tmp_path: Path):
    open_one()
    context = multiprocessing.get_context("spawn")
    barrier, told = context.Barrier(3), context.Queue()
    processes = [
        context.Process(target=claim_at_once, args=(cache_url, tmp_path, str(number), barrier, told))
        for number in range(3)
    ]
    for process in processes:
        process.start()
    got = [told.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    mine = [key for keys in got for key in keys]
    assert len(mine) == len(set(mine)) == 500


def test_states_only_go_forward_and_a_change_is_made_whole_or_not_at_all(open_one: Open):
    journal = open_one()
    journal.begin(FIRST, ["a"])
    assert journal.change("a", state="ended", remote_id="batch_1", completed=2)
    # Another process that looked earlier says so later.
    assert not journal.change("a", state="submitted", completed=1)
    assert journal.change("a", state="settled", cost_usd=0.0125, answered=19)
    for late in ("intended", "submitted", "ended", "lost"):
        assert not journal.change("a", state=late, detail="late")
    assert journal.change("a", state="collected") and not journal.change("a", state="settled")
    assert journal.submissions() == [
        replace(FIRST, state="collected", remote_id="batch_1", completed=2, cost_usd=0.0125, answered=19)
    ]
    assert journal.change("a", fingerprint="")


def test_what_is_no_field_or_no_submission_is_refused(open_one: Open):
    journal = open_one()
    journal.begin(FIRST, ["a"])
    for field in ("nothing", "id", "created_at"):
        with pytest.raises(ValueError, match=field):
            journal.change("a", **{field: "b"})
    with pytest.raises(StoreError, match="b"):
        journal.change("b", state="ended")


def test_a_batch_waits_until_it_is_let_go_or_waits_anew(open_one: Open):
    journal = open_one()
    january, february = Waiting("enero.csv", "1", ("a", "b"), 100.25), Waiting("febrero.csv", "2", (), 200.0, "over")
    journal.wait(january)
    journal.wait(february)
    assert open_one().waiting() == [january, february]
    again = replace(january, token="3", submissions=("c",))
    journal.wait(again)
    # Let go by who has not heard of it.
    journal.forget_waiting(["1", "2", "nothing"])
    assert journal.waiting() == [again]


def test_endpoints_without_a_batch_api_are_remembered(open_one: Open):
    journal = open_one()
    journal.note_no_batch_api("127.0.0.1:8000/v1", 100.5)
    journal.note_no_batch_api("127.0.0.1:8000/v1", 200.5)
    assert open_one().no_batch_api() == {"127.0.0.1:8000/v1": 200.5}


@pytest.mark.parametrize("key", [None, "planted-warehouse-key"])
def test_no_key_of_a_text_can_be_read_or_guessed(
    open_one: Open, cache_url: str | None, tmp_path: Path, key: str | None
):
    journal = open_one(key)
    journal.begin(FIRST, [KEY])
    folder = tmp_path if cache_url is None else Path(urlsplit(cache_url).path).parent / "appendonlydir"
    content = b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())
    # What Redis wrote for earlier tests stands before.
    content = content.rpartition(b"FLUSHALL")[2]
    assert b"norte/enero.csv" in content
    assert not [
        planted for planted in (KEY.encode(), bytes.fromhex(KEY), b"planted-warehouse-key") if planted in content
    ]
    assert open_one(key).outstanding([KEY]) == {KEY: "a"}
    assert open_one("another").outstanding([KEY]) == {}


def test_what_was_begun_in_a_file_moves_into_redis(empty_redis: str, tmp_path: Path):
    local = open_journal(None, tmp_path)
    local.begin(FIRST, ["a", "b"])
    local.begin(SECOND, ["c"])
    local.change("b", state="lost")
    local.wait(Waiting("enero.csv", "1", ("a",), 100.0))
    shared = open_journal(empty_redis, tmp_path)
    assert shared.submissions() == [FIRST, replace(SECOND, state="lost")]
    assert shared.outstanding(["a", "b", "c"]) == {"a": "a", "b": "a"}
    assert shared.waiting() == [Waiting("enero.csv", "1", ("a",), 100.0)]
    assert open_journal(None, tmp_path).submissions() == [] and not local.waiting() and not local.outstanding(["a"])
    shared.close()


def test_a_move_that_is_cut_off_is_repeated_and_takes_nothing_back(
    empty_redis: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    local = open_journal(None, tmp_path)
    local.begin(FIRST, ["a"])
    local.wait(Waiting("enero.csv", "1", ("a",), 100.0))
    kept = (tmp_path / FILE_NAME).read_bytes()
    shared = open_journal(empty_redis, tmp_path)
    shared.change("a", state="lost", detail="meanwhile")
    shared.wait(Waiting("enero.csv", "2", ("b",), 200.0))
    # As a process leaves the file that is killed after Redis has all and before the file says so.
    (tmp_path / FILE_NAME).write_bytes(kept)
    again = open_journal(empty_redis, tmp_path)
    assert again.submissions() == [replace(FIRST, state="lost", detail="meanwhile")]
    assert again.outstanding(["a"]) == {}
    assert [each.token for each in again.waiting()] == ["2"]
    assert open_journal(None, tmp_path).submissions() == []
    shared.close()
    again.close()


def test_a_redis_that_cannot_be_reached_takes_nothing_from_the_file(tmp_path: Path):
    local = open_journal(None, tmp_path)
    local.begin(FIRST, ["a"])
    with pytest.raises(StoreError, match=r"redis://\*\*\*@127\.0\.0\.1:1/0") as told:
        open_journal("redis://user:planted@127.0.0.1:1/0", tmp_path)
    assert "planted" not in str(told.value)
    assert local.submissions() == [FIRST]


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path):
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.executescript("""
            CREATE TABLE submissions (
                id TEXT PRIMARY KEY, call_id TEXT NOT NULL, state TEXT NOT NULL, endpoint TEXT NOT NULL, operation TEXT
                NOT NULL, fingerprint TEXT NOT NULL, model TEXT NOT NULL, batch TEXT, created_at REAL NOT NULL,
                requests INTEGER NOT NULL, items INTEGER NOT NULL, reserved_usd REAL NOT NULL, remote_id TEXT,
                remote_status TEXT, input_file TEXT, answered INTEGER, detail TEXT);
            CREATE TABLE asked (key BLOB NOT NULL, submission TEXT NOT NULL, PRIMARY KEY (key, submission))
            WITHOUT ROWID;
            CREATE TABLE waiting (batch TEXT PRIMARY KEY, token TEXT NOT NULL, submissions TEXT NOT NULL);
            INSERT INTO submissions VALUES ('a', 'call', 'submitted', 'api.openai.com', 'annotate', 'f',
                'gpt-4.1-mini', 'norte/enero.csv', 1764000000.5, 2, 20, 0.25, 'batch_1', 'in_progress', 'file_1',
                NULL, NULL);
            INSERT INTO asked VALUES (x'00', 'a'), (x'00', 'b'), (x'01', 'a');
            INSERT INTO waiting VALUES ('norte/enero.csv', '1', '["a"]');
        """)
    connection.close()
    for _ in range(2):
        journal = open_journal(None, tmp_path)
        (read,) = journal.submissions()
        assert read == replace(
            FIRST,
            state="submitted",
            created_at=1764000000.5,
            reserved_usd=0.25,
            prompt_version=None,
            remote_id="batch_1",
            remote_status="in_progress",
            input_file="file_1",
        )
        assert journal.waiting() == [Waiting("norte/enero.csv", "1", ("a",), 0.0)]
    assert journal.change("a", state="lost")


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path):
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="version 99"):
        open_journal(None, tmp_path)


def test_looking_for_a_journal_makes_none(tmp_path: Path):
    assert not is_there(None, tmp_path)
    assert not list(tmp_path.iterdir())
    open_journal(None, tmp_path)
    assert is_there(None, tmp_path) and is_there("redis://somewhere", tmp_path / "nowhere")
