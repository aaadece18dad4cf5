"""A service's language detection, measured beside our own on what people reviewed."""

from dataclasses import replace

import pytest

from fiber_pipeline.annotation.chains import build_chains
from fiber_pipeline.annotation.engines import EngineUnavailable
from fiber_pipeline.assets.output_files import REVIEW_NAME
from fiber_pipeline.review.folder import keep
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.review.reviewers import fill_in
from fiber_pipeline_tests.servers.azure_server import AzureServer
from fiber_pipeline_tests.world import ROWS, World

JOPARA, PRAISE = ROWS[2][0], ROWS[1][0]
ACCURACY = (
    "SELECT engine, value FROM engine_accuracy "
    "WHERE kind = 'language' AND measure = 'accuracy' AND scope = 'all' ORDER BY engine"
)


def test_it_is_measured_and_no_comment_goes_by_it(world: World):
    with AzureServer() as server:
        settings = replace(
            world.settings,
            azure_language_endpoint=server.base_url,
            azure_language_key="key",
            engines_sentiment=("local",),
            engines_themes=("local",),
            language_second_opinion="azure",
        )
        asking = World(settings, world.instance)
        asking.drop("enero.csv")
        assert asking.analyse("enero.csv").success
        assert len(server.record) == 0
        assert asking.execute("compare_engines").success
        book = settings.outputs_dir / REVIEW_NAME
        fill_in(book, "Ana", {text: {"Revisado": "Sí"} for text in (JOPARA, PRAISE)})
        keep(book, settings.reviews_dir)
        assert asking.execute("take_in_reviews").success
        assert server.record.answered_items() == 2
    # The service calls the Jopara Guaraní, for it has no other word.
    assert asking.query(ACCURACY) == [("azure", 0.5), ("local", 1.0)]


def test_it_needs_a_key():
    with pytest.raises(EngineUnavailable, match="FIBER_LANGUAGE_SECOND_OPINION names azure, which needs AZURE"):
        build_chains(Settings(language_second_opinion="azure"))
