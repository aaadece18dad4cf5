import json

from fiber_pipeline.annotation.themes import load_taxonomy
from fiber_pipeline.services.openai.endpoints import endpoints_of, is_configured, model_of
from fiber_pipeline.services.openai.from_settings import annotation_services
from fiber_pipeline.settings import Settings


def settings(*endpoints: dict, **variables: str) -> Settings:
    listed = {"FIBER_OPENAI_ENDPOINTS": json.dumps(endpoints)} if endpoints else {}
    return Settings.from_environment({**listed, **variables})


def test_a_key_alone_is_openai_itself():
    configured = settings(OPENAI_API_KEY="sk-1")
    (endpoint,) = endpoints_of(configured)
    assert is_configured(configured) and not is_configured(settings())
    assert (endpoint.base_url, endpoint.host) == ("https://api.openai.com/v1", "api.openai.com")
    assert endpoint.served_as == model_of(configured) == "gpt-4.1-mini"
    assert "sk-1" not in repr(endpoint)


def test_a_compatible_server_needs_no_key():
    configured = settings(
        OPENAI_BASE_URL="http://gpu-1:8000/v1/", FIBER_UNENCRYPTED_HOSTS="gpu-1", FIBER_OPENAI_MODEL="llama-3.3-70b"
    )
    (endpoint,) = endpoints_of(configured)
    assert is_configured(configured)
    assert (endpoint.host, endpoint.served_as, endpoint.api_key) == ("gpu-1:8000", "llama-3.3-70b", None)


def test_listed_endpoints_share_an_operation_and_keep_their_own_names_keys_and_quotas():
    configured = settings(
        {"base_url": "https://a.example/v1", "model": "my-deployment", "requests_per_minute": 60},
        {"base_url": "https://b.example/v1", "api_key": "sk-2", "api": "responses"},
        {"base_url": "https://b.example/v1", "api_key": "sk-3"},
        OPENAI_API_KEY="sk-1",
        FIBER_OPENAI_MODEL="gpt-4.1",
        FIBER_OPENAI_ITEMS_PER_REQUEST="20",
    )
    services = annotation_services(configured, load_taxonomy().descriptions)
    assert len({service.operation.fingerprint for service in services}) == 1
    assert services[0].operation.model == "gpt-4.1"
    assert services[0].operation.parameters["served_as"] == ["my-deployment"]
    assert [endpoint.api_key for endpoint in endpoints_of(configured)] == ["sk-1", "sk-2", "sk-3"]
    assert [service.quota for service in services] == [
        "openai:a.example:my-deployment",
        "openai:b.example#2:gpt-4.1",
        "openai:b.example#3:gpt-4.1",
    ]
    assert services[0].limits.requests_per_minute == 60
    assert services[0].limits.items == 20
