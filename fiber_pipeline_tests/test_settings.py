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
        ("FIBER_OPENAI_ENDPOINTS", '[{"base_url": "https://a", "requests_per_minute": 0}]'),
        ("FIBER_OPENAI_ENDPOINTS", '[{"base_url": "https://a", "api": "completions"}]'),
        ("FIBER_OPENAI_ENDPOINTS", '[{"base_url": "https://a", "rpm": 60}]'),
        ("FIBER_UI_NAMES", "https://fiber.example.com"),
        ("FIBER_UNENCRYPTED_HOSTS", "http://gpu-1"),
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


OPEN = {
    "OPENAI_BASE_URL": "http://gpu-1:8000/v1",
    "FIBER_OPENAI_ENDPOINTS": '[{"base_url": "https://gpu-1/v1"}, {"base_url": "http://gpu-1:8000/v1"}]',
    "AZURE_LANGUAGE_ENDPOINT": "http://gpu-1",
    "FIBER_GOOGLE_TRANSLATE_ENDPOINT": "http://gpu-1",
    "FIBER_ALERT_WEBHOOK": "http://gpu-1/T0/planted",
    "FIBER_CACHE_URL": "redis://:planted@gpu-1:6379/0",
    "FIBER_INBOX": "ftp://fiber:planted@gpu-1/exports",
}


def test_no_address_sends_anything_in_the_open_unless_its_host_is_named():
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(OPEN)
    for variable, line in zip(sorted(OPEN), sorted(str(caught.value).splitlines()), strict=True):
        assert line.startswith(f"{variable}: ") and "FIBER_UNENCRYPTED_HOSTS" in line
    assert "planted" not in str(caught.value)
    named = Settings.from_environment({**OPEN, "FIBER_UNENCRYPTED_HOSTS": "cache.example.com, GPU-1"})
    assert named.cache_url == OPEN["FIBER_CACHE_URL"]
    here = {name: value.replace("gpu-1", "127.0.0.1") for name, value in OPEN.items()}
    assert Settings.from_environment(here).openai_base_url == here["OPENAI_BASE_URL"]
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL"):
        Settings(openai_base_url="http://gpu-1/v1")


@pytest.mark.parametrize(
    "variable",
    ["OPENAI_BASE_URL", "AZURE_LANGUAGE_ENDPOINT", "FIBER_GOOGLE_TRANSLATE_ENDPOINT", "FIBER_ALERT_WEBHOOK"],
)
@pytest.mark.parametrize(
    "address", ["https://user:planted@h/v1", "user:planted@h", "https://h:planted@x", "https://u:pl/planted@h"]
)
def test_an_address_whose_password_would_make_every_request_fail_is_refused(variable: str, address: str):
    with pytest.raises(SettingsError, match=variable) as caught:
        Settings.from_environment({variable: address})
    assert "planted" not in str(caught.value)


def test_what_addresses_hold_to_sign_in_with_is_in_no_repr():
    settings = Settings.from_environment(
        {
            "FIBER_INBOX": "sftp://fiber:planted@h/exports",
            "FIBER_WAREHOUSE": "ducklake:postgresql://fiber:planted@h/d",
            "FIBER_OUTPUTS": "s3://key:planted@bucket/x",
            "FIBER_CACHE_URL": "rediss://:planted@h",
        }
    )
    assert "planted" not in repr(settings) and "planted" not in f"{settings}"
    assert "sftp://***@h/exports" in repr(settings)
    assert settings.inbox_url == "sftp://fiber:planted@h/exports"


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
