"""The engine over the wire: the SDK, a server that speaks the service's protocol, a real store."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from fiber_pipeline.annotation.engines import EngineUnavailable, collect
from fiber_pipeline.annotation.translation import GlossTranslationEngine
from fiber_pipeline.annotation.translation.google_engine import GoogleTranslationEngine
from fiber_pipeline.services.google import translation_services
from fiber_pipeline.settings import Settings, SettingsError
from fiber_pipeline.tables import TRANSLATED_COMMENTS
from fiber_pipeline_tests.servers.faults import STATUS, Fault
from fiber_pipeline_tests.servers.google_answers import LOST_MARK
from fiber_pipeline_tests.servers.google_server import GoogleGrpcServer
from fiber_pipeline_tests.services.embedded import embedded_enricher

ROWS = [
    ("Ndaipóri señal", "gn"),
    ("Iporã pero caro", "mixed"),
    ("Anda lento", "es"),
    ("so slow", "en"),
    ("", "und"),
]


def request(rows: Sequence[tuple[str, str]] = ROWS) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["text", "language"])
    return frame.assign(language_spans=[[] for _ in rows])


def engine(server: GoogleGrpcServer, folder: Path, **settings: str) -> GoogleTranslationEngine:
    given = {"GOOGLE_CLOUD_PROJECT": "p", "FIBER_GOOGLE_TRANSLATE_ENDPOINT": server.endpoint, **settings}
    services = translation_services(Settings.from_environment(given))
    return GoogleTranslationEngine(embedded_enricher(folder), services)


def test_guarani_and_jopara_become_spanish_and_spanish_stays(tmp_path: Path):
    with GoogleGrpcServer() as server:
        made = engine(server, tmp_path)
        answers = collect(TRANSLATED_COMMENTS, [made, GlossTranslationEngine()], request())
        said = [text for exchange in server.record for text in exchange.said]
    assert answers["text_es"].to_pylist() == ["no hay señal", "es lindo pero caro", "Anda lento", "so slow", ""]
    assert answers["text_en"].to_pylist() == [None] * 5
    assert answers["is_gloss"].to_pylist() == [False] * 5
    assert set(answers["engine"].to_pylist()) == {"google"}
    assert set(answers["model"].to_pylist()) == {"general/nmt"}
    assert "Anda lento" not in said, "what is Spanish already is not paid for"


def test_english_is_filled_where_it_is_asked_for(tmp_path: Path):
    with GoogleGrpcServer() as server:
        answers = collect(TRANSLATED_COMMENTS, [engine(server, tmp_path, FIBER_ENGLISH="yes")], request())
    assert answers["text_es"].to_pylist()[:2] == ["no hay señal", "es lindo pero caro"]
    assert answers["text_en"].to_pylist() == ["there is no señal", "is nice pero caro", "Anda slow", "so slow", None]


def test_without_english_alone_a_row_is_still_answered(tmp_path: Path):
    with GoogleGrpcServer(faults=[Fault(STATUS, status=403, requests=range(2, 99))]) as server:
        made = engine(server, tmp_path, FIBER_ENGLISH="yes")
        answers = made.answer(request(ROWS[:2]))
    assert answers.frame["text_es"].tolist() == ["no hay señal", "es lindo pero caro"]
    assert answers.frame["text_en"].isna().all()
    assert not answers.unanswered


def test_a_glossary_of_the_settings_is_used(tmp_path: Path):
    name = "projects/p/locations/us-central1/glossaries/trade"
    with GoogleGrpcServer(glossaries={name: {"señal": "cobertura"}}) as server:
        frame = engine(server, tmp_path, FIBER_GOOGLE_GLOSSARY=name).answer(request(ROWS[:1])).frame
    assert frame["text_es"].tolist() == ["no hay cobertura"]
    with pytest.raises(SettingsError, match="FIBER_GOOGLE_GLOSSARY"):
        Settings.from_environment({"FIBER_GOOGLE_GLOSSARY": "trade"})


def test_a_text_whose_mark_was_lost_is_glossed_instead_and_says_so(tmp_path: Path):
    rows = [("Ehenói [TELEFONO] iporã", "gn"), ("Iporã", "gn")]
    with GoogleGrpcServer(faults=[Fault(LOST_MARK)]) as server:
        answers = collect(
            TRANSLATED_COMMENTS, [engine(server, tmp_path), GlossTranslationEngine()], request(rows)
        ).to_pylist()
        asked = [exchange.items for exchange in server.record]
    assert [row["is_fallback"] for row in answers] == [True, False]
    assert "[TELEFONO]" in answers[0]["text_es"] and answers[0]["is_gloss"]
    assert "redaction mark" in answers[0]["fallback_reason"]
    assert asked == [2, 1, 1], "asked again alone, and not for ever"


def test_a_service_that_denies_leaves_everything_to_the_gloss(tmp_path: Path):
    with GoogleGrpcServer(projects=["another"]) as server:
        made = engine(server, tmp_path)
        answers = collect(TRANSLATED_COMMENTS, [made, GlossTranslationEngine()], request())
        # Spanish and blank texts were not the service's to deny.
        assert answers["engine"].to_pylist() == ["local", "local", "google", "local", "google"]
        with pytest.raises(EngineUnavailable, match="PERMISSION_DENIED"):
            collect(TRANSLATED_COMMENTS, [made], request())


def test_a_second_run_asks_nothing(tmp_path: Path):
    with GoogleGrpcServer() as server:
        made = engine(server, tmp_path)
        first = made.answer(request()).frame
        asked = len(server.record)
        pd.testing.assert_frame_equal(engine(server, tmp_path).answer(request()).frame, first)
        assert len(server.record) == asked


def test_progress_goes_once_through_the_texts_whatever_is_asked(tmp_path: Path):
    told: list[tuple[int, int]] = []
    with GoogleGrpcServer() as server:
        engine(server, tmp_path, FIBER_ENGLISH="yes").answer(request(), lambda done, total: told.append((done, total)))
    assert told == sorted(told) and told[-1] == (5, 5)
    assert {total for _, total in told} == {5}
