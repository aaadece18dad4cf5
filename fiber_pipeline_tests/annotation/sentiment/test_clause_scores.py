from fiber_pipeline.annotation.sentiment import score_clauses
from fiber_pipeline.text import split_clauses, tokenize


def test_clauses_are_those_of_the_text_without_gaps() -> None:
    tokens = tokenize("El técnico muy amable, pero se corta. Precio justo!")
    scores = score_clauses(tokens)
    assert [(score.first, score.last) for score in scores] == split_clauses(tokens)
    assert scores[0].first == 0
    assert scores[-1].last == len(tokens)


def test_each_clause_has_its_own_score() -> None:
    praise, blame, nothing = score_clauses(tokenize("iporã la señal, pero hepyeterei; soy cliente"))
    assert praise.score > 0.5
    assert praise.negative == 0
    assert blame.score < -0.5
    assert blame.positive == 0
    assert (nothing.positive, nothing.negative, nothing.score) == (0, 0, 0)


def test_no_tokens_have_no_clauses() -> None:
    assert score_clauses([]) == []
