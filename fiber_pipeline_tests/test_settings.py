from pathlib import Path

import pytest

from fiber_pipeline.settings import Settings, SettingsError, unknown_names


def test_defaults_need_no_environment():
    settings = Settings.from_environment({})
    assert settings.data_dir == Path("data")
    assert settings.inbox_url == "data/inbox"
    assert settings.warehouse_location == "data/warehouse/fiber.duckdb"
    assert settings.engines_sentiment == ("auto",)
    assert settings.budget_usd is None


def test_places_follow_the_data_dir_unless_set_apart():
    settings = Settings.from_environment({"FIBER_DATA_DIR": "/srv/fiber", "FIBER_INBOX": "s3://bucket/in"})
    assert settings.inbox_url == "s3://bucket/in"
    assert settings.warehouse_location == "/srv/fiber/warehouse/fiber.duckdb"
    assert settings.outputs_dir == Path("/srv/fiber/outputs")


def test_an_empty_variable_counts_as_unset():
    assert Settings.from_environment({"FIBER_BUDGET_USD": " ", "FIBER_WAREHOUSE": ""}) == Settings()


def test_chains_are_ordered_names():
    settings = Settings.from_environment({"FIBER_ENGINES_SENTIMENT": "Azure, openai ,local"})
    assert settings.engines_sentiment == ("azure", "openai", "local")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FIBER_ENGINES_SENTIMENT", "google"),
        ("FIBER_ENGINES_TRANSLATION", "local,local"),
        ("FIBER_BUDGET_USD", "-1"),
        ("FIBER_BUDGET_USD_MONTH", "ten"),
        ("FIBER_BUDGET_USD", "nan"),
        ("FIBER_BUDGET_USD", "inf"),
        ("FIBER_ITEM_SECONDS", "Infinity"),
        ("FIBER_OPENAI_ENDPOINTS", '[{"base_url": "http://a", "tokens_per_minute": NaN}]'),
        ("FIBER_BATCHES_PER_TICK", "2.5"),
        ("FIBER_OPENAI_ENDPOINTS", '{"base_url": 1}'),
        ("FIBER_OPENAI_ENDPOINTS", '[{"base_url": "localhost:8000"}]'),
        ("FIBER_OPENAI_ENDPOINTS", '[{"base_url": "http://a", "requests_per_minute": 0}]'),
        ("FIBER_OPENAI_ENDPOINTS", '[{"base_url": "http://a", "api": "completions"}]'),
        ("FIBER_OPENAI_ENDPOINTS", '[{"base_url": "http://a", "rpm": 60}]'),
        ("FIBER_OPENAI_MODE", "slow"),
        ("FIBER_OPENAI_ITEMS_PER_REQUEST", "0"),
    ],
)
def test_a_wrong_value_is_refused_by_name(variable, value):
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environment({variable: value})


def test_all_problems_are_told_at_once():
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"FIBER_BUDGET_USD": "x", "FIBER_MAX_FILE_MB": "0"})
    assert "FIBER_BUDGET_USD" in str(caught.value)
    assert "FIBER_MAX_FILE_MB" in str(caught.value)


def test_secrets_stay_out_of_reprs_and_messages():
    secret = "planted-test-secret"
    settings = Settings.from_environment({"FIBER_WAREHOUSE_KEY": secret, "OPENAI_API_KEY": secret})
    assert settings.warehouse_key == secret
    assert secret not in repr(settings)
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"FIBER_OPENAI_ENDPOINTS": secret})
    assert secret not in str(caught.value)


def test_auto_asks_the_services_that_have_keys_then_local():
    settings = Settings.from_environment(
        {
            "OPENAI_API_KEY": "k",
            "AZURE_LANGUAGE_ENDPOINT": "https://here",
            "AZURE_LANGUAGE_KEY": "k",
            "GOOGLE_CLOUD_PROJECT": "p",
            "FIBER_ENGINES_THEMES": "local",
        }
    )
    assert settings.chain("sentiment") == ("openai", "azure", "local")
    assert settings.chain("translation") == ("google", "openai", "local")
    assert settings.chain("themes") == ("local",)
    assert Settings().chain("sentiment") == ("local",)


def test_a_table_depends_on_what_decides_its_rows_and_nothing_else(tmp_path: Path):
    taxonomy = tmp_path / "themes.yaml"
    taxonomy.write_text("themes: {}")
    settings = Settings.from_environment(
        {"FIBER_TAXONOMY": str(taxonomy), "FIBER_ENGINES_SENTIMENT": "openai,local", "OPENAI_API_KEY": "planted"}
    )
    first = {table: settings.deciding(table) for table in ("comments", "sentiment_scores", "comment_themes")}
    assert first["comments"] == ""
    assert '"openai", "local"' in first["sentiment_scores"]
    assert "planted" not in "".join(first.values())
    taxonomy.write_text("themes: {speed: {}}")
    assert settings.deciding("comment_themes") != first["comment_themes"]
    assert settings.deciding("sentiment_scores") == first["sentiment_scores"]


def test_a_services_model_decides_only_where_the_service_is_asked():
    asked = Settings.from_environment({"FIBER_OPENAI_MODEL": "m", "FIBER_ENGINES_SENTIMENT": "openai,local"})
    assert '"m"' in asked.deciding("sentiment_scores")
    assert asked.deciding("comment_themes") == ""
    assert Settings().deciding("sentiment_scores") == ""


def test_the_words_depend_on_the_service_that_writes_them_whatever_the_chains_say():
    asked = Settings.from_environment({"OPENAI_API_KEY": "planted", "FIBER_OPENAI_MODEL": "m"})
    for table in ("executive_summary", "recommendations"):
        assert '"openai", "local"' in asked.deciding(table) and '"m"' in asked.deciding(table)
        assert Settings(openai_model="m").deciding(table) == ""
    assert "planted" not in asked.deciding("executive_summary")


def test_an_address_that_would_send_a_key_in_the_open_is_refused():
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(
            {
                "AZURE_LANGUAGE_ENDPOINT": "fiber.cognitiveservices.azure.com",
                "FIBER_GOOGLE_TRANSLATE_ENDPOINT": "http://translate.example.com",
            }
        )
    assert "AZURE_LANGUAGE_ENDPOINT" in str(caught.value) and "FIBER_GOOGLE_TRANSLATE_ENDPOINT" in str(caught.value)
    well = Settings.from_environment(
        {
            "AZURE_LANGUAGE_ENDPOINT": "http://127.0.0.1:80",
            "FIBER_GOOGLE_TRANSLATE_ENDPOINT": "translate.example.com:443",
        }
    )
    assert well.google_translate_endpoint == "translate.example.com:443"


def test_names_that_are_no_settings_are_told_with_the_nearest_that_is_one():
    environment = {
        "FIBER_BUGET_USD": "5",
        "FIBER_BUDGET_MONTH": "5",
        "fiber_inbox": "here",
        "FIBER_ENGINE_SENTIMENT": "local",
        "FIBER_INBOX": "here",
        "FIBER_UNSET": " ",
        "FIBER_BENCH_DATA": "there",
        "FIBRE_INBOX": "another tool's",
        "DAGSTER_HOME": "/srv",
    }
    assert unknown_names(environment) == {
        "FIBER_BUDGET_MONTH": "FIBER_BUDGET_USD_MONTH",
        "FIBER_BUGET_USD": "FIBER_BUDGET_USD",
        "FIBER_ENGINE_SENTIMENT": "FIBER_ENGINES_SENTIMENT",
        "fiber_inbox": "FIBER_INBOX",
    }
