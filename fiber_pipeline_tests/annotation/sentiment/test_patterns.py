import pytest

from fiber_pipeline.annotation.sentiment.patterns import PatternIndex, compile_pattern, joined, spans
from fiber_pipeline.text import tokenize


def found(pattern: str, text: str) -> list[str]:
    tokens = tokenize(text)
    compiled = compile_pattern(pattern, None)
    return [
        text[tokens[first].start : tokens[last - 1].end]
        for first, last in spans(compiled, joined([token.folded for token in tokens]))
    ]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("se corta*", "No sé, se cortaba mucho", ["se cortaba"]),
        ("corte|caida", "Cortes y una CAÍDA", ["CAÍDA"]),
        ("me? cobr* mas", "cobran mas y me cobraron más", ["cobran mas", "me cobraron más"]),
        ("hace # dias", "hace 3 días, hace tres días, hace unos días", ["hace 3 días", "hace tres días"]),
        ("no ..2 anda", "no me anda. no sé si eso ya anda", ["no me anda"]),
        ("no ..2 anda", "no. anda", []),
        ("-nunca se corta", "nunca se corta", []),
        ("-nunca se corta", "siempre se corta", ["se corta"]),
        ("^ bien", "bien y bien", ["bien"]),
        ("nada $", "nada y nada!!", ["nada!!"]),
        ("vaya 🙄", "vaya 🙄", ["vaya 🙄"]),
        ("ni un", "ni un corte ni un drama", ["ni un", "ni un"]),
    ],
)
def test_a_pattern_matches_what_it_says(pattern: str, text: str, expected: list[str]) -> None:
    assert found(pattern, text) == expected


@pytest.mark.parametrize("pattern", ["", "..", "#", "me?", "a||b x", "se -no corta", "x|y?|z corta"])
def test_a_pattern_that_cannot_be_found_or_read_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"find|alternative|first"):
        compile_pattern(pattern, None)


def test_only_patterns_with_a_word_for_each_element_are_candidates() -> None:
    both, one = compile_pattern("no anda|funciona", 1), compile_pattern("and*", 2)
    index = PatternIndex([both, one])
    assert index.candidates([index.matches(word) for word in ("no", "andaba")]) == [one]
    assert set(index.candidates([index.matches(word) for word in ("anda", "no")])) == {both, one}
    assert index.candidates([index.matches(word) for word in ("no", "hay")]) == []
