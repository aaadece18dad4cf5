from fiber_pipeline.annotation.language import explain


def test_every_word_is_explained() -> None:
    text = "Pésimo, ndafuncionái ko wifi Brukenfeld!"
    explanation = explain(text)
    assert [text[token.start : token.end] for token in explanation.tokens] == [
        token.text for token in explanation.tokens
    ]
    assert [(token.text, token.tag) for token in explanation.tokens] == [
        ("Pésimo", "es"),
        ("ndafuncionái", "gn"),
        ("ko", "gn"),
        ("wifi", ""),
        ("Brukenfeld", ""),
    ]
    assert explanation.decision.language == "mixed"


def test_rules_say_what_spoke() -> None:
    rules = {token.text: token.rule for token in explain("ndoguahẽi lentoiterei servicio yvykua tigo la").tokens}
    assert rules["ndoguahẽi"] == "Guaraní ndo- + guahẽ (negated)"
    assert rules["lentoiterei"] == "Spanish root in Guaraní form: lento + -iterei"
    assert rules["servicio"] == "Spanish vocabulary"
    assert rules["yvykua"] == "Guaraní dictionary"
    assert rules["tigo"] == "brand or technical word"
    assert rules["la"] == "word of both languages"


def test_weights_point_at_the_language() -> None:
    guarani, spanish = explain("oñembyai servicio").tokens
    assert guarani.weight > 0 > spanish.weight


def test_nothing_to_explain() -> None:
    explanation = explain("…")
    assert explanation.tokens == ()
    assert explanation.decision.language == "und"


def test_an_explanation_reads_as_lines() -> None:
    told = str(explain("Iporã la señal"))
    assert told.splitlines()[0].startswith("mixed, confidence ")
    assert "  Iporã: gn +" in told
    assert "  señal: es -" in told
