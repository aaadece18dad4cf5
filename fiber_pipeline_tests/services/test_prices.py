from pathlib import Path

import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import TieredPrices

from fiber_pipeline.services.failures import UnknownPrice
from fiber_pipeline.services.prices import PriceFileError, Prices
from fiber_pipeline.services.service import Usage

MILLION = 1_000_000


def override(tmp_path: Path, text: str) -> Prices:
    path = tmp_path / "prices.yaml"
    path.write_text(text, encoding="utf-8")
    return Prices(path)


def test_openai_models_cost_what_the_published_table_says_and_half_in_a_batch():
    usage = Usage(tokens_in=MILLION, tokens_out=MILLION, tokens_in_cached=MILLION // 2)
    cost = Prices().cost("openai", "gpt-4o-mini", "annotate", usage)
    assert cost == pytest.approx(0.5 * 0.15 + 0.5 * 0.075 + 0.60)
    assert Prices().cost("openai", "gpt-4o-mini-2024-07-18", "annotate", usage) == cost
    assert Prices().cost("openai", "gpt-4o-mini", "annotate", usage, batch_api=True) == pytest.approx(cost / 2)


def test_a_price_that_depends_on_the_length_of_a_request_is_that_of_its_length():
    (openai,) = [provider for provider in get_snapshot().providers if provider.id == "openai"]
    tiered = [
        (model.id, model.prices.input_mtok)
        for model in openai.models
        if not isinstance(model.prices, list) and isinstance(model.prices.input_mtok, TieredPrices)
    ]
    assert tiered
    for model, price in tiered:
        first = price.tiers[0]
        short = Prices().cost("openai", model, "annotate", Usage(tokens_in=first.start))
        long = Prices().cost("openai", model, "annotate", Usage(tokens_in=first.start + 1))
        assert short == pytest.approx(float(price.base) * first.start / MILLION)
        assert long == pytest.approx(float(first.price) * (first.start + 1) / MILLION)
        longest = Prices().cost("openai", model, "annotate", Usage(tokens_in=100 * MILLION))
        assert longest == pytest.approx(100 * float(price.tiers[-1].price))


def test_azure_charges_by_record_and_google_by_character():
    assert Prices().cost("azure", "latest", "sentiment", Usage(records=1_500)) == pytest.approx(1.5)
    assert Prices().cost("google", "general/nmt", "translate", Usage(characters=50_000)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("provider", "model", "operation"),
    [
        ("openai", "llama-of-my-own", "annotate"),
        ("openai", "gpt-4o-mini-of-my-own", "annotate"),
        ("azure", "latest", "summary"),
        ("google", "projects/p/locations/l/models/m", "translate"),
        ("elsewhere", "gpt-4o-mini", "annotate"),
    ],
)
def test_what_has_no_price_is_refused_even_where_nothing_was_used(provider: str, model: str, operation: str):
    with pytest.raises(UnknownPrice, match="FIBER_PRICES"):
        Prices().cost(provider, model, operation, Usage())


def test_a_unit_without_a_price_is_refused():
    with pytest.raises(UnknownPrice, match="sentiment"):
        Prices().cost("azure", "latest", "sentiment", Usage(records=1, tokens_in=1))


def test_the_users_file_comes_first_and_leaves_the_rest(tmp_path: Path):
    prices = override(
        tmp_path,
        """
        openai:
          llama: {per_million_tokens_in: 0, per_million_tokens_out: 0}
          gpt-4o-mini: {per_million_tokens_in: 1.5, per_million_tokens_out: 2}
        azure:
          "*":
            operations:
              sentiment: {per_1000_records: 0.25}
        """,
    )
    used = Usage(tokens_in=MILLION, tokens_out=MILLION, tokens_in_cached=MILLION)
    assert prices.cost("openai", "llama", "annotate", used) == 0
    # Without a rate of their own, cached tokens cost what others do.
    assert prices.cost("openai", "gpt-4o-mini", "annotate", used) == pytest.approx(3.5)
    assert prices.cost("azure", "any", "sentiment", Usage(records=1_000)) == pytest.approx(0.25)
    assert prices.cost("azure", "any", "pii", Usage(records=1_000)) == pytest.approx(1.0)
    assert prices.cost("openai", "gpt-4.1-mini", "annotate", used) > 0


def test_every_mistake_of_the_users_file_is_named_with_its_line(tmp_path: Path):
    with pytest.raises(PriceFileError) as raised:
        override(
            tmp_path,
            "openai:\n"
            "  a: {per_million_tokens_in: much}\n"
            "  b: {per_token: 1}\n"
            "  b: {per_million_tokens_in: 1}\n"
            "  c: {per_million_tokens_in: -1, per_million_tokens_out: .inf, per_1000_records: yes}\n"
            "azure: [1]\n"
            "google:\n"
            "  m: {operations: {translate: {per_million_characters: }}}\n",
        )
    told = str(raised.value).splitlines()
    assert [line.split(", line ")[1].split(":")[0] for line in told] == ["2", "3", "4", "5", "5", "5", "6", "8"]
    assert "'per_token' is no rate" in told[1]
    assert "twice" in told[2]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"", "mapping of providers"), (b"openai: {", "line 1"), (b"\xff\xfe\xff", "UTF-8")],
)
def test_a_file_that_is_no_price_list_is_refused(tmp_path: Path, content: bytes, complaint: str):
    path = tmp_path / "prices.yaml"
    path.write_bytes(content)
    with pytest.raises(PriceFileError, match=complaint):
        Prices(path)


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(PriceFileError, match="No such file"):
        Prices(tmp_path / "none.yaml")
