import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiber_pipeline.inbox import InboxFile, Seen, find_arrivals
from fiber_pipeline.inbox.arrivals import dump_seen, load_seen

NOW = 1_000_000.0


class Look:
    """An inbox looked at again and again, as a sensor does; content is the SHA-256 itself."""

    def __init__(self, limit: int = 100, settle: float = 10.0) -> None:
        self.files: dict[str, tuple[InboxFile, str]] = {}
        self.seen: dict[str, Seen] = {}
        self.now = NOW
        self.limit = limit
        self.settle = settle
        self.hashed: list[str] = []

    def drop(self, batch: str, content: str, age: float = 100.0) -> None:
        self.files[batch] = (InboxFile(batch, len(content), self.now - age), content)

    def __call__(self) -> list[str]:
        def sha256(batch: str) -> str:
            self.hashed.append(batch)
            return self.files[batch][1]

        arrivals, seen = find_arrivals(
            [file for file, _ in self.files.values()],
            self.seen,
            now=self.now,
            settle_seconds=self.settle,
            limit=self.limit,
            sha256=sha256,
        )
        self.seen = load_seen(dump_seen(seen))
        self.now += 30
        return [arrival.batch for arrival in arrivals]


def test_a_new_file_arrives_once():
    look = Look()
    look.drop("a", "one")
    assert look() == ["a"]
    assert look() == []
    assert look.hashed == ["a"]


def test_a_changed_file_arrives_again_even_with_an_earlier_content():
    look = Look()
    arrived = []
    for content, age in (("one", 100), ("two!", 50), ("one", 20)):
        look.drop("a", content, age)
        arrived += look()
    assert arrived == ["a", "a", "a"]


def test_a_touched_file_does_not_arrive():
    look = Look()
    look.drop("a", "one", age=100)
    look()
    look.drop("a", "one", age=20)
    assert look() == []


def test_a_file_being_written_waits_until_it_rests():
    look = Look()
    look.drop("a", "on", age=1)
    assert look() == []
    look.drop("a", "one", age=1)
    assert look() == []
    assert look.hashed == []
    assert look() == ["a"]


def test_a_rewritten_file_waits_too_and_a_clock_ahead_does_not_stop_it():
    look = Look()
    look.drop("a", "one")
    look()
    look.drop("a", "two!", age=-5000)
    assert look() == []
    assert look() == ["a"]


def test_work_per_look_is_bounded_and_nothing_is_lost():
    look = Look(limit=3)
    for number in range(10):
        look.drop(f"{number}", f"content {number}")
    arrived = [look() for _ in range(5)]
    assert [len(batches) for batches in arrived] == [3, 3, 3, 1, 0]
    assert sorted(batch for batches in arrived for batch in batches) == [str(number) for number in range(10)]


def test_a_file_that_disappears_is_left_out():
    def gone(batch: str) -> str:
        raise FileNotFoundError(batch)

    arrivals, seen = find_arrivals([InboxFile("a", 1, 0.0)], {}, now=NOW, settle_seconds=10, limit=5, sha256=gone)
    assert arrivals == []
    assert seen == {}


def test_a_file_taken_away_and_dropped_again_arrives_again():
    look = Look()
    look.drop("a", "one")
    look()
    dropped = look.files.pop("a")
    look()
    look.files["a"] = dropped
    assert look() == ["a"]


def test_fifty_files_at_once_arrive_once_each():
    look = Look(limit=20)
    for number in range(50):
        look.drop(f"{number:02}.csv", str(number))
    arrived = look() + look() + look() + look()
    assert sorted(arrived) == [f"{number:02}.csv" for number in range(50)]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "yy", "zzz"])), max_size=12))
def test_whatever_happens_the_last_content_arrives_last(drops):
    look = Look(settle=1000.0)
    last: dict[str, str] = {}
    for batch, content in drops:
        look.drop(batch, content, age=0)
        for name in look():
            last[name] = look.files[name][1]
    for _ in range(3):
        for name in look():
            last[name] = look.files[name][1]
    assert last == {batch: content for batch, (_, content) in look.files.items()}


def test_no_cursor_means_nothing_seen():
    assert load_seen(None) == {}
    with pytest.raises(ValueError, match="Expecting value"):
        load_seen("not json")
