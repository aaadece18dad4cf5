from fiber_pipeline.annotation.language.tagging import smooth, tag


def languages(text: str) -> list[str]:
    return [word.language for word in tag(text)]


def test_smoothing_carries_weak_words_along() -> None:
    assert smooth([3.0, -0.4, 3.0]) == [True, True, True]
    assert smooth([-3.0, 0.6, -3.0]) == [False, False, False]


def test_smoothing_lets_a_clear_word_stand() -> None:
    assert smooth([-3.0, 3.5, -3.0]) == [False, True, False]
    assert smooth([]) == []


def test_ha_follows_its_neighbours() -> None:
    assert languages("ha sido caro") == ["es", "es", "es"]
    assert languages("oky ha ndoikói") == ["gn", "gn", "gn"]


def test_a_suffix_after_a_hyphen_is_guarani_and_the_name_before_it_says_nothing() -> None:
    assert languages("Brukenfeld-pe ndaipóri") == ["", "gn", "gn"]


def test_capitals_throughout_hide_no_names() -> None:
    assert languages("PESIMA ATENCION") == ["es", "es"]


def test_title_case_hides_no_words() -> None:
    assert languages("Iporã Pero Caro") == ["gn", "es", "es"]


def test_links_inside_a_name_say_nothing() -> None:
    assert languages("omomarandu Ministerio de la Hacienda Nacional rupi") == ["gn", "", "", "", "", "", "gn"]
