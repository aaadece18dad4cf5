import pytest

from fiber_pipeline.annotation.language.vocabulary import load_vocabulary
from fiber_pipeline.text import fold


def test_lists_are_folded() -> None:
    vocabulary = load_vocabulary()
    for words in (vocabulary.spanish, vocabulary.ambiguous, vocabulary.names, vocabulary.international):
        assert all(word == fold(word) for word in words)


@pytest.mark.parametrize(
    "word", ["busqué", "pague", "alcanzaron", "funciona", "atendieron", "vivimos", "resolvieron", "cobrarme", "pagó"]
)
def test_regular_verb_forms_are_known(word: str) -> None:
    assert fold(word) in load_vocabulary().spanish


def test_ambiguous_words_carry_moderate_weights() -> None:
    assert all(-3.0 <= weight <= 3.0 for weight in load_vocabulary().ambiguous.values())


def test_no_shared_word_of_a_neighbour_is_also_its_own_only_word() -> None:
    for words in load_vocabulary().neighbours.values():
        assert words.own
        assert words.shared
