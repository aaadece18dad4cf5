"""Engines over the OpenAI test server, with a store, books and prices of their own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fiber_pipeline.annotation.sentiment import LocalSentimentEngine
from fiber_pipeline.annotation.sentiment.openai_engine import OpenAISentimentEngine
from fiber_pipeline.annotation.themes.openai_engine import OpenAIThemeEngine
from fiber_pipeline.annotation.translation.openai_engine import OpenAITranslationEngine
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.openai.from_settings import annotation_services, translation_services
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.services.store.protocol import Budget, ResponseStore
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.openai.asking import KEY, taxonomy


@dataclass
class Bench:
    """What a run has: settings that name the server, a store and an enricher."""

    settings: Settings
    store: ResponseStore
    enricher: Enricher

    @property
    def sentiment(self) -> OpenAISentimentEngine:
        services = annotation_services(self.settings, taxonomy().descriptions)
        return OpenAISentimentEngine(self.enricher, services, LocalSentimentEngine())

    @property
    def themes(self) -> OpenAIThemeEngine:
        services = annotation_services(self.settings, taxonomy().descriptions)
        return OpenAIThemeEngine(self.enricher, services, taxonomy(), LocalSentimentEngine())

    def translation(self, *, with_english: bool = False) -> OpenAITranslationEngine:
        services = translation_services(self.settings, with_english=with_english)
        return OpenAITranslationEngine(self.enricher, services, LocalSentimentEngine())


@contextmanager
def bench(folder: Path, server: OpenAIServer, budget: Budget | None = None, **variables: str) -> Iterator[Bench]:
    settings = Settings.from_environment(
        {"OPENAI_BASE_URL": f"{server.base_url}/v1", "OPENAI_API_KEY": KEY, "FIBER_DATA_DIR": str(folder), **variables}
    )
    folder.mkdir(parents=True, exist_ok=True)
    store = open_store(None, folder)
    policy = Policy(first_pause_seconds=0.01, longest_pause_seconds=0.02, item_seconds=5, request_seconds=5)
    try:
        yield Bench(settings, store, Enricher(store, Prices(), budget, policy))
    finally:
        store.close()


def request(texts: Sequence[str], **columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"text": list(texts), "text_es": list(texts), "language": "es", **columns})
