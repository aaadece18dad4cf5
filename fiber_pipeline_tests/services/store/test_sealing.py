"""What can be read of a store by who has it, and who is let in."""

import hmac
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from fiber_pipeline.services.operation import Item, Operation, text_hash
from fiber_pipeline.services.store import sqlite as sqlite_store
from fiber_pipeline.services.store import sqlite_schema
from fiber_pipeline.services.store.answers import write_answer
from fiber_pipeline.services.store.errors import KeyMismatch, StoreError
from fiber_pipeline.services.store.opening import FILE_NAME, open_store
from fiber_pipeline.services.store.protocol import Kept, ResponseStore
from fiber_pipeline.services.store.redis import RedisStore
from fiber_pipeline.services.store.resealing import reseal_store
from fiber_pipeline.services.store.sealing import Sealed, Unsealed, matching_seal, new_seal
from fiber_pipeline.services.store.sqlite import SqliteStore
from fiber_pipeline_tests.services.store.conftest import Open
from fiber_pipeline_tests.services.store.requests import NO_BUDGET, answered, intent, keep

KEY = "planted-key ñ"
TEXT = "planted text: se corta todas las noches"
OPERATION = Operation("openai", "annotate", "gpt-5-mini", "1", {"temperature": 0})
NAMES = (TEXT.encode(), OPERATION.key(Item(TEXT)).encode(), bytes.fromhex(OPERATION.key(Item(TEXT))))


def ask_about_the_text(store: ResponseStore) -> None:
    asked = intent(OPERATION.key(Item(TEXT)))
    store.intend(asked, NO_BUDGET)
    store.settle(
        asked.call_id,
        answered(),
        [Kept(asked.keys[0], text_hash(TEXT), write_answer({"evidence": "planted evidence", "n": 1}))],
    )


def test_without_a_key_texts_are_nowhere(open_one: Open, kept_bytes: Callable[[], bytes]):
    ask_about_the_text(open_one())
    on_disk = kept_bytes()
    assert b"planted evidence" in on_disk
    assert TEXT.encode() not in on_disk


@pytest.mark.parametrize("length", [1, 100])
def test_with_a_key_neither_answers_nor_what_they_are_about_can_be_read(
    open_one: Open, kept_bytes: Callable[[], bytes], length: int
):
    plain, sealed = new_seal(None), open_one(KEY)
    ask_about_the_text(sealed)
    keep(sealed, {"long": ["planted evidence"] * length})
    on_disk = kept_bytes()
    guesses = [plain.digest(name) for name in (OPERATION.key(Item(TEXT)), text_hash(TEXT))]
    for secret in (b"planted", *NAMES, *guesses, KEY.encode()):
        assert secret not in on_disk
    again = open_one(KEY)
    assert again.find([OPERATION.key(Item(TEXT)), "long"]) == {
        OPERATION.key(Item(TEXT)): {"evidence": "planted evidence", "n": 1},
        "long": ["planted evidence"] * length,
    }
    assert again.forget([text_hash(TEXT)]) == 1


@pytest.mark.parametrize(
    ("made_with", "opened_with", "complaint"),
    [
        (KEY, None, "no key is set"),
        (KEY, "planted-other", "another key"),
        (None, KEY, "is not sealed"),
    ],
)
def test_a_key_that_does_not_fit_is_said_plainly_and_never_shown(
    open_one: Open, made_with: str | None, opened_with: str | None, complaint: str
):
    ask_about_the_text(open_one(made_with))
    with pytest.raises(KeyMismatch, match=complaint) as raised:
        open_one(opened_with)
    assert "FIBER_WAREHOUSE_KEY" in str(raised.value)
    assert "planted" not in "".join(traceback.format_exception(raised.value, chain=True)).replace("planted-other", "")
    assert open_one(made_with).find([OPERATION.key(Item(TEXT))])


def test_two_stores_with_the_same_key_share_no_digest():
    assert new_seal(KEY).digest("x") != new_seal(KEY).digest("x")
    assert KEY not in repr(new_seal(KEY))


@pytest.mark.parametrize("old", [None, KEY])
def test_a_store_that_is_there_gets_another_key(
    open_one: Open, store_url: str | None, tmp_path: Path, kept_bytes: Callable[[], bytes], old: str | None
):
    if old is None and store_url is not None:
        ask_about_the_text(open_one())
        with pytest.raises(StoreError, match="cannot be sealed later"):
            reseal_store(store_url, tmp_path, None, KEY)
        return
    store = open_one(old)
    ask_about_the_text(store)
    store.close()
    assert reseal_store(store_url, tmp_path, old, "another key")
    assert not reseal_store(store_url, tmp_path, old, "another key")
    again, asked = open_one("another key"), OPERATION.key(Item(TEXT))
    assert again.find([asked]) == {asked: {"evidence": "planted evidence", "n": 1}}
    assert again.forget([text_hash(TEXT)]) == 1
    with pytest.raises(KeyMismatch):
        open_one(old)
    on_disk = kept_bytes()
    for secret in (b"planted evidence", Unsealed().digest(OPERATION.key(Item(TEXT))), b"another key"):
        assert secret not in on_disk


def test_neither_key_is_taken_for_the_stores(open_one: Open, store_url: str | None, tmp_path: Path):
    ask_about_the_text(open_one(KEY))
    with pytest.raises(KeyMismatch):
        reseal_store(store_url, tmp_path, "wrong", "another key")
    assert open_one(KEY).find([OPERATION.key(Item(TEXT))])


def test_a_store_sealed_as_before_is_opened_and_gets_another_key(tmp_path: Path):
    """Its keys were what is derived from the user's, and its digests those of names."""
    salt = b"s" * 16
    derived = Scrypt(salt=salt, length=64, n=2**14, r=8, p=1).derive(KEY.encode())
    mark = {"salt": salt, "proof": hmac.digest(derived[32:], b"fiber_pipeline store", "sha256")}
    before = matching_seal(KEY, mark, "a store")
    assert before.digest("x") == hmac.digest(derived[32:], b"x", "sha256")[:16]
    assert isinstance(before, Sealed)
    after = matching_seal("another key", before.under("another key").mark, "a store")
    assert after.digest("x") == before.digest("x")
    assert after.open(before.close(b"body", b"d"), b"d") == b"body"
    with pytest.raises(KeyMismatch):
        matching_seal(KEY, after.mark, "a store")


def test_an_answer_put_in_the_place_of_another_is_not_taken_for_it(tmp_path: Path):
    store = SqliteStore(tmp_path / FILE_NAME, KEY)
    keep(store, {"a": "good"})
    keep(store, {"b": "bad"})
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("UPDATE bodies SET body = (SELECT body FROM bodies WHERE answer = 1) WHERE answer = 2")
    with pytest.raises(KeyMismatch, match="tampered"):
        store.find(["b"])
    store.close()


def test_what_is_forgotten_is_gone_from_file_and_log(tmp_path: Path):
    store = SqliteStore(tmp_path / FILE_NAME)
    ask_about_the_text(store)
    keep(store, {f"{number}": f"other evidence {number}" for number in range(50)})
    assert store.forget([text_hash(TEXT)]) == 1
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"other evidence 7" in on_disk
    assert b"planted" not in on_disk
    store.close()


def test_many_may_open_a_store_that_is_not_there_yet(open_one: Open):
    problems, stores = [], []

    def open_and_ask() -> None:
        try:
            store = open_one(KEY)
            stores.append(store)
            store.note_cached(intent("a"))
        except StoreError as problem:
            problems.append(problem)

    threads = [threading.Thread(target=open_and_ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(list(stores[0].calls())) == 6


def test_a_write_waits_for_who_is_writing(tmp_path: Path):
    store = SqliteStore(tmp_path / FILE_NAME)
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    done = threading.Event()

    def note() -> None:
        store.note_cached(intent("a"))
        done.set()

    thread = threading.Thread(target=note)
    thread.start()
    assert not done.wait(0.3)
    assert store.spend().total_usd == 0
    other.execute("COMMIT")
    assert done.wait(30)
    thread.join()
    other.close()
    store.close()


def test_a_file_of_something_else_is_left_alone(tmp_path: Path):
    path = tmp_path / FILE_NAME
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="something else"):
        SqliteStore(path)
    assert path.read_bytes() == before
    path.write_bytes(b"not a database at all, but long enough to look like one" * 100)
    with pytest.raises(StoreError, match="not a database"):
        SqliteStore(path)


def test_a_place_that_cannot_be_used_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=FILE_NAME):
        SqliteStore(tmp_path / "file" / FILE_NAME)


def test_files_are_brought_up_to_date_step_by_step_and_newer_ones_refused(tmp_path: Path):
    path = tmp_path / FILE_NAME
    store = SqliteStore(path)
    keep(store, {"a": 1})
    store.close()
    connection = sqlite3.connect(path, isolation_level=None)
    steps = (*sqlite_schema.MIGRATIONS, "ALTER TABLE answers ADD COLUMN note TEXT", "CREATE TABLE more (x)")
    sqlite_schema.migrate(connection, "here", steps)
    assert connection.execute("SELECT note FROM answers").fetchall() == [(None,)]
    with pytest.raises(sqlite3.OperationalError):
        sqlite_schema.migrate(connection, "here", (*steps, "CREATE TABLE half (x); CREATE TABLE more (x)"))
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert "more" in tables
    assert "half" not in tables
    assert connection.execute("PRAGMA user_version").fetchone() == (len(steps),)
    connection.close()
    with pytest.raises(StoreError, match="update the program"):
        SqliteStore(path)


def test_a_store_whose_making_broke_off_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / FILE_NAME
    whole = new_seal(KEY)

    class Broken(Sealed):
        @property
        def mark(self) -> dict[str, Any]:
            return {**whole.mark, "broken": object()}

    with monkeypatch.context() as breaking:
        breaking.setattr(sqlite_store, "new_seal", lambda key: Broken(b"k" * 64, {}))
        with pytest.raises(StoreError):
            SqliteStore(path, KEY)
    store = SqliteStore(path, KEY)
    keep(store, {"a": 1})
    store.close()
    reopened = SqliteStore(path, KEY)
    assert reopened.find(["a"]) == {"a": 1}
    reopened.close()


def test_a_file_of_the_first_version_is_used_as_it_is(tmp_path: Path):
    path = tmp_path / FILE_NAME
    connection = sqlite3.connect(path, isolation_level=None)
    sqlite_schema.migrate(connection, "here", sqlite_schema.MIGRATIONS[:1])
    connection.executescript(
        "INSERT INTO meta VALUES ('made', x'31');"
        "INSERT INTO labels (provider, operation, model) VALUES ('openai', 'annotate', 'gpt-5-mini');"
    )
    digest = Unsealed().digest
    for number, key in enumerate(["a", "b"], start=1):
        connection.execute(
            "INSERT INTO answers VALUES (?, ?, ?, 1, 200, ?, ?)",
            (number, digest(key), digest(f"text of {key}"), int(time.time()), int(time.time())),
        )
        connection.execute("INSERT INTO bodies VALUES (?, ?)", (number, b"\x00" + key.join('""').encode()))
    connection.close()
    store = SqliteStore(path)
    assert store.find(["a", "b"]) == {"a": "a", "b": "b"}
    assert store.forget(["text of a"]) == 1
    assert store.find(["a", "b"]) == {"b": "b"}
    store.close()


def test_the_settings_say_where_the_store_is(tmp_path: Path, redis_url: str):
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    embedded = open_store(None, tmp_path / "cache")
    shared = open_store(redis_url, tmp_path / "unused")
    assert isinstance(embedded, SqliteStore)
    assert isinstance(shared, RedisStore)
    assert (tmp_path / "cache" / FILE_NAME).exists()
    assert not (tmp_path / "unused").exists()
    for store in (embedded, shared):
        store.close()


@pytest.mark.parametrize(
    "url", ["redis://someone:planted-secret@127.0.0.1:1/0", "planted-secret", "ftp://x:planted-secret@host/0"]
)
def test_a_redis_that_cannot_be_reached_is_said_without_its_password(url: str):
    with pytest.raises(StoreError) as raised:
        RedisStore(url)
    if "@" in url:
        assert "planted-secret" not in str(raised.value)
