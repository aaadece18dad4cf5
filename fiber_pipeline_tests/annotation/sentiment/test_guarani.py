import pytest

from fiber_pipeline.annotation.sentiment.guarani import analyses


def stems(word: str) -> set[tuple[str, bool]]:
    return {(form.stem, form.is_negated) for form in analyses(word)}


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("naiporai", "ipora"),
        ("ndovalei", "vale"),
        ("ndahepyi", "hepy"),
        ("nonekytiri", "onekyti"),
        ("ndoikoi", "oiko"),
        ("ndogustai", "gusta"),
        ("naiporaiterei", "ipora"),
    ],
)
def test_the_circumfix_denies_its_stem(word: str, stem: str) -> None:
    assert (stem, True) in stems(word)


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("ivaieterei", "ivai"),
        ("iporaite", "ipora"),
        ("mondahakuera", "mondaha"),
        ("oguahema", "oguahe"),
        ("iporave", "ipora"),
    ],
)
def test_suffixes_come_off(word: str, stem: str) -> None:
    assert (stem, False) in stems(word)


def test_an_intensifying_suffix_strengthens() -> None:
    strengths = {form.stem: form.strength for form in analyses("hepyeterei")}
    assert strengths["hepy"] > 1


def test_a_word_without_the_whole_circumfix_is_not_denied() -> None:
    assert not any(is_denied for _, is_denied in stems("nandu"))
    assert not any(is_denied for _, is_denied in stems("vale"))
