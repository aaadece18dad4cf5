import hashlib
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fiber_pipeline.services.operation import Item, Operation, text_hash

OPERATION = Operation("openai", "annotate", "m-1", "v1", {"temperature": 0})
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def test_whatever_decides_an_answer_changes_its_key():
    item = Item("se corta", "es")
    others = [
        replace(OPERATION, provider="azure"),
        replace(OPERATION, name="translate"),
        replace(OPERATION, model="m-2"),
        replace(OPERATION, prompt_version="v2"),
        replace(OPERATION, prompt_version=None),
        replace(OPERATION, parameters={"temperature": 1}),
    ]
    keys = [operation.key(item) for operation in (OPERATION, *others)]
    keys += [
        OPERATION.key(Item("se cortan", "es")),
        OPERATION.key(Item("se corta", "gn")),
        OPERATION.key(Item("se corta")),
    ]
    assert len(set(keys)) == len(keys)


def test_the_order_of_parameters_changes_nothing():
    one, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert replace(OPERATION, parameters=one).fingerprint == replace(OPERATION, parameters=other).fingerprint


@given(ANY_TEXT)
def test_a_digest_is_that_of_the_parts_as_json(text: str):
    written = json.dumps([text], ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert text_hash(text) == hashlib.sha256(written).hexdigest()


@given(ANY_TEXT, st.none() | ANY_TEXT)
def test_a_key_is_the_digest_of_operation_text_and_language_as_json(text: str, language: str | None):
    written = json.dumps([OPERATION.fingerprint, text, language], ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert OPERATION.key(Item(text, language)) == hashlib.sha256(written).hexdigest()


@given(ANY_TEXT, ANY_TEXT)
def test_different_texts_have_different_keys(one: str, other: str):
    assert (OPERATION.key(Item(one)) == OPERATION.key(Item(other))) == (one == other)
