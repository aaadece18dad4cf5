"""What a request costs, in US dollars; the same for estimates, reservations and the books.

Prices come, in this order, from the user's file (`FIBER_PRICES`), from `prices.yaml` beside this module (Azure AI
Language, Google Cloud Translation), and for OpenAI's models from the table that comes with genai-prices. That table is
only as new as the installed package: nothing is fetched. What none of them prices is refused, never free.

A price file is YAML. A model's name may be `"*"`, for all the provider's models that are not named; rates may be set
apart by operation:

    openai:
      my-own-llama: {per_million_tokens_in: 0, per_million_tokens_out: 0}
      gpt-5-mini: {per_million_tokens_in: 0.25, per_million_tokens_out: 2, per_million_tokens_in_cached: 0.025}
    azure:
      "*":
        operations:
          sentiment: {per_1000_records: 0.75}
    google:
      general/nmt: {per_million_characters: 18}
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from fiber_pipeline.problems import Problem
from fiber_pipeline.services.failures import UnknownPrice
from fiber_pipeline.services.service import Usage

BUILT_IN = Path(__file__).parent / "prices.yaml"
ANY_MODEL = "*"
_OPERATIONS = "operations"
_MILLION = 1_000_000
# OpenAI charges half for what may take a day: https://platform.openai.com/docs/guides/batch
_BATCH_API_SHARE = 0.5


class PriceFileError(Problem, ValueError):
    """A price file that cannot be used; the message names every mistake with its line and reason."""


@dataclass(frozen=True)
class Rates:
    """US dollars for each unit a service may charge by; None for units that have no price."""

    per_million_tokens_in: float | None = None
    per_million_tokens_out: float | None = None
    per_million_tokens_in_cached: float | None = None
    per_1000_records: float | None = None
    per_million_characters: float | None = None

    def cost(self, usage: Usage) -> float | None:
        """US dollars, or None if something was used that has no price. Cached tokens are among `tokens_in`."""
        cached_rate = self.per_million_tokens_in_cached
        cached = usage.tokens_in_cached if cached_rate is not None else 0
        charges = (
            (usage.tokens_in - cached, self.per_million_tokens_in, _MILLION),
            (cached, cached_rate, _MILLION),
            (usage.tokens_out, self.per_million_tokens_out, _MILLION),
            (usage.records, self.per_1000_records, 1_000),
            (usage.characters, self.per_million_characters, _MILLION),
        )
        total = 0.0
        for amount, rate, unit in charges:
            if amount and rate is None:
                return None
            total += amount * (rate or 0.0) / unit
        return total


_RATE_NAMES = tuple(item.name for item in fields(Rates))


@dataclass(frozen=True)
class _ModelPrice:
    rates: Rates | None
    operations: Mapping[str, Rates] = field(default_factory=dict)

    def of(self, operation: str) -> Rates | None:
        return self.operations.get(operation, self.rates)


_Table = Mapping[tuple[str, str], _ModelPrice]


class Prices:
    """The prices in force."""

    def __init__(self, override: Path | None = None) -> None:
        """Read the tables. Raises PriceFileError if the user's file will not do."""
        self._tables: list[_Table] = [*([_read(override)] if override is not None else []), _built_in()]

    def cost(self, provider: str, model: str, operation: str, usage: Usage, *, batch_api: bool = False) -> float:
        """US dollars for `usage`, that of one request; half of it through OpenAI's Batch API.

        Some models cost more in long requests, so that a sum over requests may come out above the bill, never below.
        Raises UnknownPrice for a model or an operation without a price, even where nothing was used, and for a unit
        that its price does not cover.
        """
        cost = self._rates(provider, model, operation, usage.tokens_in).cost(usage)
        if cost is None:
            raise UnknownPrice(
                f"{provider}/{model} has no price for all that {operation} uses (tokens, records or characters); "
                "complete it in the file that FIBER_PRICES names"
            )
        return cost * (_BATCH_API_SHARE if batch_api else 1.0)

    def _rates(self, provider: str, model: str, operation: str, tokens_in: int) -> Rates:
        for table in self._tables:
            for name in (model, ANY_MODEL):
                price = table.get((provider, name))
                rates = price.of(operation) if price else None
                if rates:
                    return rates
        rates = _published(model, tokens_in) if provider == "openai" else None
        if rates is None:
            raise UnknownPrice(
                f"{provider}/{model} has no price for {operation}, so nothing is asked of it; give it one in the file "
                "that FIBER_PRICES names (0 for a model of your own)"
            )
        return rates


@cache
def _built_in() -> _Table:
    return _read(BUILT_IN)


def _published(model: str, tokens_in: int) -> Rates | None:
    """OpenAI's price of a model in a request so long, as genai-prices has it; None if it does not."""
    fitting = [rates for start, rates in _published_by_length(model) if tokens_in > start or start == 0]
    return fitting[-1] if fitting else None


@cache
def _published_by_length(model: str) -> Sequence[tuple[int, Rates]]:
    """A model's prices by the tokens a request must exceed for them, the least first, from 0; empty if it has none."""
    # It takes a quarter of a second to import, which a run without keys need not spend.
    from datetime import UTC, datetime

    from genai_prices.data_snapshot import get_snapshot
    from genai_prices.types import TieredPrices

    try:
        _, found = get_snapshot().find_provider_model(model, None, "openai", None)
    except LookupError:
        return ()
    prices = found.get_prices(datetime.now(UTC))
    tokens_in, tokens_out, cached = prices.input_mtok, prices.output_mtok, prices.cache_read_mtok

    def dollars(price: Decimal | TieredPrices | None, start: int) -> float | None:
        if isinstance(price, TieredPrices):
            price = [price.base, *(tier.price for tier in price.tiers if tier.start <= start)][-1]
        return None if price is None else float(price)

    tiered = [price for price in (tokens_in, tokens_out, cached) if isinstance(price, TieredPrices)]
    starts = {tier.start for price in tiered for tier in price.tiers}
    return [
        (start, Rates(dollars(tokens_in, start), dollars(tokens_out, start), dollars(cached, start)))
        for start in sorted({0, *starts})
    ]


def _read(path: Path) -> _Table:
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise PriceFileError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PriceFileError(f"{path}: is not UTF-8 text") from None
    except yaml.YAMLError as error:
        raise PriceFileError(f"{path}: {error}") from None
    mistakes: list[str] = []
    table = {
        (provider, model): _model_price(node, mistakes)
        for provider, models, _ in _entries(root, "providers", mistakes)
        for model, node, _ in _entries(models, "models", mistakes)
    }
    if mistakes:
        raise PriceFileError("\n".join(f"{path}, {mistake}" for mistake in mistakes))
    return table


def _model_price(node: yaml.Node, mistakes: list[str]) -> _ModelPrice:
    rates: dict[str, float] = {}
    operations: dict[str, Rates] = {}
    for name, value, line in _entries(node, "rates", mistakes):
        if name == _OPERATIONS:
            for operation, given, _ in _entries(value, "operations", mistakes):
                own: dict[str, float] = {}
                for rate, amount, rate_line in _entries(given, "rates", mistakes):
                    _add_rate(own, rate, amount, rate_line, mistakes)
                operations[operation] = Rates(**own)
        else:
            _add_rate(rates, name, value, line, mistakes)
    return _ModelPrice(Rates(**rates) if rates else None, operations)


def _add_rate(rates: dict[str, float], name: str, node: yaml.Node, line: int, mistakes: list[str]) -> None:
    if name not in _RATE_NAMES:
        mistakes.append(f"line {line}: {name!r} is no rate; those are {', '.join(_RATE_NAMES)}")
        return
    value = yaml.SafeLoader("").construct_object(node) if isinstance(node, yaml.ScalarNode) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        mistakes.append(f"line {line}: {name} must be a number of US dollars, 0 or more")
        return
    rates[name] = float(value)


def _entries(node: yaml.Node | None, what: str, mistakes: list[str]) -> Iterator[tuple[str, yaml.Node, int]]:
    """The entries of a mapping with their lines, counted from 1; anything else is a mistake."""
    if not isinstance(node, yaml.MappingNode):
        where = f"line {node.start_mark.line + 1}" if node is not None else "line 1"
        mistakes.append(f"{where}: a mapping of {what} belongs here")
        return
    seen = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            mistakes.append(f"line {line}: the names of {what} are plain text")
        elif key.value in seen:
            mistakes.append(f"line {line}: {key.value!r} stands here twice")
        else:
            seen.add(key.value)
            yield key.value, value, line
