from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.packing import common_limits, halves, pack, too_long
from fiber_pipeline.services.service import Limits
from fiber_pipeline_tests.services.scripted import ScriptedService

LIMITS = Limits(items=5, item_characters=20, request_characters=40)


def test_ten_texts_a_request_or_fewer_where_the_service_takes_fewer():
    items = [Item(str(number)) for number in range(23)]
    roomy = replace(LIMITS, items=1000)
    assert [len(members) for members in pack(items, range(23), roomy, 10)] == [10, 10, 3]
    assert [len(members) for members in pack(items, range(23), LIMITS, 10)] == [5, 5, 5, 5, 3]


def test_a_request_keeps_to_its_characters():
    items = [Item("x" * 15) for _ in range(4)]
    assert pack(items, range(4), LIMITS, 10) == [(0, 1), (2, 3)]


def test_a_request_holds_one_language():
    items = [Item("a", "es"), Item("b", "gn"), Item("c", "es"), Item("d"), Item("e", "gn")]
    assert pack(items, range(5), LIMITS, 10) == [(0, 2), (1, 4), (3,)]


def test_a_text_is_too_long_by_either_limit():
    assert too_long(Item("x" * 20), LIMITS) is None
    assert too_long(Item("x" * 21), LIMITS) == "too long: 21 characters, where the service takes 20"
    assert too_long(Item("x" * 50), replace(LIMITS, item_characters=100)) is not None


def test_limits_hold_at_every_endpoint():
    tight = ScriptedService(limits=Limits(items=7, item_characters=100, request_characters=900))
    wide = ScriptedService(limits=Limits(items=9, item_characters=50, request_characters=1000))
    assert common_limits([tight, wide]) == Limits(items=7, item_characters=50, request_characters=900)


def test_halves_of_an_odd_number():
    assert halves((1, 2, 3)) == [(1,), (2, 3)]


@given(
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from([None, "es", "gn"])), max_size=60),
    st.integers(1, 12),
)
def test_every_text_is_in_one_request_and_no_request_is_too_large(shapes: list[tuple[int, str | None]], size: int):
    items = [Item("x" * length, language) for length, language in shapes]
    packs = pack(items, range(len(items)), LIMITS, size)
    assert sorted(number for members in packs for number in members) == list(range(len(items)))
    for members in packs:
        assert 0 < len(members) <= min(size, LIMITS.items)
        assert sum(len(items[number].text) for number in members) <= LIMITS.request_characters
        assert len({items[number].language for number in members}) == 1
