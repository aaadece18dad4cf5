from pathlib import Path

import pandas as pd

from fiber_pipeline.annotation.engines import collect
from fiber_pipeline.annotation.language import LocalLanguageEngine
from fiber_pipeline.annotation.language.azure_engine import AzureLanguageEngine
from fiber_pipeline.services.azure import AzureResource, language_service
from fiber_pipeline.tables import TRANSLATED_COMMENTS
from fiber_pipeline_tests.servers import azure_server
from fiber_pipeline_tests.servers.azure_server import AzureServer
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.services.embedded import embedded_enricher

TEXTS = ["El internet anda", "the service", "Ndaipóri señal", "123"]


def engine(server: AzureServer, folder: Path) -> AzureLanguageEngine:
    return AzureLanguageEngine(embedded_enricher(folder), [language_service(AzureResource(server.base_url, "key"))])


def test_languages_are_named_as_the_table_names_them_and_span_the_text(tmp_path: Path):
    with AzureServer(model_version="2026-06-01") as server:
        answers = collect(TRANSLATED_COMMENTS, [engine(server, tmp_path)], pd.DataFrame({"text": TEXTS}))
    assert answers["language"].to_pylist() == ["es", "en", "gn", "und"]
    assert answers["language_confidence"].to_pylist() == [0.99, 0.9, 0.9, 0.0]
    assert answers["language_spans"].to_pylist() == [
        [{"start": 0, "end": 16, "language": "es"}],
        [{"start": 0, "end": 11, "language": "en"}],
        [{"start": 0, "end": 14, "language": "gn"}],
        [],
    ]
    assert set(answers["model"].to_pylist()) == {"2026-06-01"}


def test_a_country_makes_no_other_language_and_an_unknown_one_is_other(tmp_path: Path):
    with AzureServer() as server:
        made = engine(server, tmp_path)
        told = {row: {"language": code, "confidence": 1.0, "model": "m"} for row, code in enumerate(["pt_br", "qu"])}
        frame = made.read(pd.DataFrame({"text": ["a", "b"]}), told).frame
    assert frame["language"].tolist() == ["pt", "other"]


def test_a_refused_text_goes_to_the_local_tagger(tmp_path: Path):
    faults = [Fault(azure_server.DOCUMENT_ERROR, code="InvalidDocument", containing="Ndaipóri")]
    with AzureServer(faults=faults) as server:
        chain = [engine(server, tmp_path), LocalLanguageEngine()]
        answers = collect(TRANSLATED_COMMENTS, chain, pd.DataFrame({"text": TEXTS}))
    assert answers["is_fallback"].to_pylist() == [False, False, True, False]
    assert answers["language"].to_pylist()[2] in ("gn", "mixed")
