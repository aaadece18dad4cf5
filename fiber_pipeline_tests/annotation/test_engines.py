import gc
from collections.abc import Callable, Sequence

import pandas as pd
import pytest

from fiber_pipeline.annotation.engines import (
    NONE,
    REQUEST_SIZE,
    Answers,
    EngineUnavailable,
    ask,
    collect,
    distinct_texts,
)
from fiber_pipeline.tables import SENTIMENT_SCORES


class Scripted:
    """An engine that labels what it knows and refuses the rest."""

    def __init__(self, name: str, knows: Callable[[str], bool]) -> None:
        self.name = name
        self.model = f"{name}-1"
        self.knows = knows
        self.asked: list[str] = []

    def answer(self, request: pd.DataFrame) -> Answers:
        texts: Sequence[str] = request["text"].tolist()
        self.asked.extend(texts)
        known = [item for item, text in enumerate(texts) if self.knows(text)]
        refused = {item: "refused" for item, text in enumerate(texts) if not self.knows(text)}
        frame = pd.DataFrame({"item": known, "sentiment": ["neutral"] * len(known), "score": [0.0] * len(known)})
        return Answers(frame, refused)


def request(texts: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"text": texts})


def test_the_first_engine_answers_and_is_no_fallback():
    engine = Scripted("first", lambda text: True)
    answers = collect(SENTIMENT_SCORES, [engine, Scripted("second", lambda text: True)], request(["a", "b"]))
    assert answers["item"].to_pylist() == [0, 1]
    assert answers["engine"].to_pylist() == ["first", "first"]
    assert answers["is_fallback"].to_pylist() == [False, False]


def test_what_the_first_leaves_goes_to_the_next_and_says_so():
    first = Scripted("first", lambda text: text != "b")
    second = Scripted("second", lambda text: True)
    answers = collect(SENTIMENT_SCORES, [first, second], request(["a", "b", "c"]))
    assert second.asked == ["b"]
    assert answers["item"].to_pylist() == [0, 1, 2]
    assert answers["engine"].to_pylist() == ["first", "second", "first"]
    assert answers["model"].to_pylist() == ["first-1", "second-1", "first-1"]
    assert answers["is_fallback"].to_pylist() == [False, True, False]
    assert answers["fallback_reason"].to_pylist() == [None, "first: refused", None]


def test_positions_survive_three_engines():
    chain = [Scripted("a", lambda t: t in "ad"), Scripted("b", lambda t: t in "c"), Scripted("c", lambda t: True)]
    answers = collect(SENTIMENT_SCORES, chain, request(list("abcde")))
    assert answers["engine"].to_pylist() == ["a", "c", "b", "a", "c"]
    assert answers["fallback_reason"].to_pylist()[1] == "a: refused; b: refused"


def test_a_text_nobody_answers_is_an_error_with_reasons():
    with pytest.raises(EngineUnavailable, match=r"1 texts .*only: refused"):
        list(ask([Scripted("only", lambda text: text != "b")], request(["a", "b"])))


def test_an_empty_chain_is_an_error():
    with pytest.raises(EngineUnavailable, match="empty"):
        list(ask([], request(["a"])))


def test_large_requests_are_asked_in_parts_and_tell_progress():
    count = REQUEST_SIZE + 7
    told: list[tuple[int, int]] = []
    answers = collect(
        SENTIMENT_SCORES,
        [Scripted("first", lambda text: True)],
        request([str(number) for number in range(count)]),
        lambda done, total: told.append((done, total)),
    )
    assert answers["item"].to_pylist() == list(range(count))
    assert told == [(REQUEST_SIZE, count), (count, count)]


def test_distinct_texts_lead_back_to_every_row():
    frame = pd.DataFrame({"text": ["x", "y", "x", "z", "y"], "language": ["es", "gn", "es", "en", "gn"]})
    distinct = distinct_texts(frame, ["text", "language"])
    assert distinct.request["text"].tolist() == ["x", "y", "z"]
    assert distinct.request["language"].tolist() == ["es", "gn", "en"]
    assert distinct.request["text"].iloc[distinct.item_of].tolist() == frame["text"].tolist()


def test_no_texts_make_no_request():
    distinct = distinct_texts(pd.DataFrame({"text": []}), ["text"])
    assert len(distinct.request) == 0
    assert collect(SENTIMENT_SCORES, [Scripted("first", lambda text: True)], distinct.request).num_rows == 0


def test_the_garbage_collector_is_on_again_even_after_a_failure():
    class Failing:
        name = "failing"
        model = "failing-1"

        def answer(self, request: pd.DataFrame) -> Answers:
            assert not gc.isenabled()
            raise OSError("the lexicon is gone")

    assert gc.isenabled()
    # No text is to blame for that, and none is given up for it.
    with pytest.raises(OSError, match="the lexicon is gone"):
        list(ask([Failing()], request(["a"])))
    assert gc.isenabled()


class Brittle(Scripted):
    """Breaks on some texts, in a request that holds any of them."""

    def __init__(self, name: str, breaks_on: set[str]) -> None:
        super().__init__(name, lambda text: True)
        self.breaks_on = breaks_on

    def answer(self, request: pd.DataFrame) -> Answers:
        broken = self.breaks_on & set(request["text"])
        if broken:
            raise IndexError(f"cannot read {sorted(broken)}")
        return super().answer(request)


BLANK = {"sentiment": "neutral", "score": 0.0}


@pytest.mark.parametrize("broken", [{"0"}, {"36"}, {"5", "6", "17"}, {str(number) for number in range(37)}])
def test_a_text_that_breaks_an_engine_costs_no_other(broken: set[str]):
    texts = [str(number) for number in range(37)]
    first, second = Brittle("first", broken), Scripted("second", lambda text: True)
    answers = collect(SENTIMENT_SCORES, [first, second], request(texts), blank=BLANK)
    assert answers["item"].to_pylist() == list(range(37))
    assert answers["engine"].to_pylist() == ["second" if text in broken else "first" for text in texts]
    assert set(second.asked) == broken


def test_what_breaks_every_engine_has_a_row_of_nobody_and_the_reason_quotes_nothing():
    chain = [Brittle("first", {"b"}), Brittle("second", {"b"})]
    answers = collect(SENTIMENT_SCORES, chain, request(["a", "b", "c"]), blank=BLANK)
    assert answers["engine"].to_pylist() == ["first", NONE, "first"]
    assert answers["is_fallback"].to_pylist() == [False, True, False]
    (reason,) = [reason for reason in answers["fallback_reason"].to_pylist() if reason]
    assert reason.count("broke on the text (IndexError in test_engines.py, line ") == 2
    assert "cannot read" not in reason


def test_a_text_that_a_service_may_answer_tomorrow_is_not_given_up():
    chain = [Brittle("first", {"b"}), Scripted("second", lambda text: False)]
    with pytest.raises(EngineUnavailable, match="second: refused"):
        collect(SENTIMENT_SCORES, chain, request(["a", "b"]), blank=BLANK)
