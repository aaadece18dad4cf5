from hypothesis import given
from hypothesis import strategies as st

from fiber_pipeline.annotation.sentiment.confidence import confidence, interpolated
from fiber_pipeline.annotation.sentiment.judgement import judge
from fiber_pipeline.annotation.sentiment.knowledge import default_knowledge
from fiber_pipeline.annotation.sentiment.reading import CommentReader

READER = CommentReader(default_knowledge())
POINTS = ((0.0, 0.2), (1.0, 0.5), (3.0, 0.9))


def sure(text: str) -> float:
    judgement = judge(READER, text)
    return confidence(judgement.reading, judgement.verdict, judgement.words)


@given(st.floats(-5, 8), st.floats(-5, 8))
def test_more_evidence_is_never_less_sure(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert 0.2 <= interpolated(POINTS, low) <= interpolated(POINTS, high) <= 0.9


def test_the_points_themselves_are_met() -> None:
    assert [interpolated(POINTS, at) for at, _ in POINTS] == [0.2, 0.5, 0.9]
    assert interpolated(POINTS, 2.0) == 0.7


def test_stronger_clearer_and_shorter_texts_are_surer() -> None:
    assert sure("excelente, muy contento, lo recomiendo") > sure("me gusta")
    assert sure("me gusta") > sure("me gusta pero tiene algún detalle feo")
    assert sure("me gusta") > sure(
        "me gusta que en la oficina de la esquina de mi casa pongan ahora las sillas del lado de la ventana"
    )
    assert sure("Bien") > sure("me gusta")
