"""Every setting of the pipeline: its environment variable, type, default and meaning, in one place.

Settings are read once, at the edge (`Settings.from_environment`), and handed on; nothing else reads the environment
or the `.env` file that completes it.
All problems are reported together, each with the variable's name, what it holds and what it may hold.
"""

import difflib
import hashlib
import json
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from fiber_pipeline.environment import EnvFileError, complete_environment
from fiber_pipeline.installation import SECRET_NAME
from fiber_pipeline.problems import Problem
from fiber_pipeline.text.addresses import (
    FILES,
    HOST_OR_SERVICE,
    REDIS,
    SERVICE,
    WEBHOOK,
    AddressRule,
    check_host,
    shown,
)

AUTO = "auto"
LOCAL = "local"
# In the order `auto` asks them. OpenAI stands before Azure because it reads Guaraní, tells emotions and urgency, and
# costs less a comment; Google translates Guaraní better than a chat model does.
ENGINE_NAMES = {
    "sentiment": ("openai", "azure", LOCAL),
    "themes": ("openai", "azure", LOCAL),
    "translation": ("google", "openai", LOCAL),
}


# The table each kind of engine fills.
ENGINE_TABLES = {
    "sentiment": "sentiment_scores",
    "themes": "comment_themes",
    "translation": "translated_comments",
}


# Begin like a setting's name and are none: the benchmarks' and the tests' own, and what one command alone asks for.
_ELSEWHERE = ("FIBER_BENCH_", "FIBER_TEST_", "FIBER_WAREHOUSE_NEW_KEY")


# The tables in words, which a service writes wherever it is set, with the rules' words behind it.
WRITER = "openai"
WRITTEN_TABLES = ("executive_summary", "recommendations")


class SettingsError(Problem, ValueError):
    """One or more environment variables hold what they may not; the message names each."""


def _setting(
    variable: str,
    meaning: str,
    default: Any = None,
    *,
    parse: Callable[[str], Any] = str,
    secret: bool = False,
    decides: tuple[str, ...] = (),
    engine: str | None = None,
    address: AddressRule | None = None,
) -> Any:
    """A setting.

    decides: the tables whose rows depend on it, so that they are made anew when it changes.
    engine: the service it configures; without that service in a table's chain it decides nothing.
    address: what addresses it may hold.
    """
    metadata = {
        "variable": variable,
        "meaning": meaning,
        "parse": parse,
        "secret": secret,
        "decides": decides,
        "engine": engine,
        "address": address,
    }
    return field(default=default, repr=not secret, metadata=metadata)


def _path(value: str) -> Path:
    return Path(value).expanduser()


def _chain(kind: str) -> Callable[[str], tuple[str, ...]]:
    def parse(value: str) -> tuple[str, ...]:
        names = tuple(name.strip().lower() for name in value.split(",") if name.strip())
        allowed = ENGINE_NAMES[kind]
        if names == (AUTO,):
            return names
        wrong = [name for name in names if name not in allowed]
        if wrong or not names or len(set(names)) < len(names):
            raise ValueError(f"give `auto` or an ordered list of distinct names out of {', '.join(allowed)}")
        return names

    return parse


def _positive(convert: Callable[[str], float], unit: str) -> Callable[[str], float]:
    def parse(value: str) -> float:
        try:
            number = convert(value)
        except ValueError:
            number = -1
        if not _is_positive(number):
            raise ValueError(f"give a number of {unit} above 0")
        return number

    return parse


def _is_positive(number: float) -> bool:
    return 0 < number < math.inf


def _azure(value: str) -> str:
    if value.lower() != "azure":
        raise ValueError("give `azure`, or leave it unset")
    return "azure"


def _yes_or_no(value: str) -> bool:
    answers = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if value.lower() not in answers:
        raise ValueError("give `yes` or `no`")
    return answers[value.lower()]


def _names(value: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split(",") if name.strip())


def _endpoints(value: str) -> tuple[Mapping[str, Any], ...]:
    try:
        endpoints = json.loads(value)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error})") from None
    if not isinstance(endpoints, list) or not all(isinstance(item, dict) and "base_url" in item for item in endpoints):
        raise ValueError('give a JSON list of objects, each with a "base_url"')
    for number, item in enumerate(endpoints, start=1):
        for key, given in item.items():
            if key not in _ENDPOINT_KEYS:
                raise ValueError(f"endpoint {number} has an unknown key; known are {', '.join(_ENDPOINT_KEYS)}")
            kind, meaning = _ENDPOINT_KEYS[key]
            if not isinstance(given, kind) or isinstance(given, bool) or (kind is not str and not _is_positive(given)):
                raise ValueError(f"endpoint {number}: {key} is {meaning}")
        if item.get("api", "chat") not in ("chat", "responses"):
            raise ValueError(f"endpoint {number}: api is {_ENDPOINT_KEYS['api'][1]}")
    return tuple(endpoints)


def _one_of(*names: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in names:
            raise ValueError(f"give {' or '.join(names)}")
        return value.lower()

    return parse


_ENDPOINT_KEYS: Mapping[str, tuple[Any, str]] = {
    "base_url": (str, "an http or https address"),
    "api_key": (str, "a text"),
    "model": (str, "the name this endpoint has for the model"),
    "name": (str, "a text that tells this endpoint from others"),
    "api": (str, "chat or responses"),
    "requests_per_minute": ((int, float), "a number above 0"),
    "tokens_per_minute": ((int, float), "a number above 0"),
}


def _hosts(value: str) -> tuple[str, ...]:
    return tuple(check_host(name) for name in _names(value))


def _glossary(value: str) -> str:
    if not re.fullmatch(r"projects/[^/]+/locations/[^/]+/glossaries/[^/]+", value):
        raise ValueError("give its whole name, projects/…/locations/…/glossaries/…")
    return value


def _content(value: Any) -> Any:
    if not isinstance(value, Path):
        return value
    # A path that is not there is reported where the file is used.
    return hashlib.sha256(value.read_bytes()).hexdigest() if value.is_file() else str(value)


@dataclass(frozen=True, repr=False)
class Settings:
    """The pipeline's settings; secrets stay out of its repr, and what addresses hold to sign in with.

    Raises SettingsError for an address that may not be used.
    """

    data_dir: Path = _setting(
        "FIBER_DATA_DIR", "Holds inbox/, outputs/, warehouse/, cache/ and quarantine/.", Path("data"), parse=_path
    )
    inbox: str | None = _setting("FIBER_INBOX", "Where files are dropped: a folder or an fsspec URL.", address=FILES)
    outputs: Path | None = _setting("FIBER_OUTPUTS", "Where workbook, report and exports are written.", parse=_path)
    warehouse: str | None = _setting("FIBER_WAREHOUSE", "The DuckDB file.")
    warehouse_key: str | None = _setting(
        "FIBER_WAREHOUSE_KEY", "Encrypts the warehouse with DuckDB's own encryption, and seals the cache.", secret=True
    )
    cache_url: str | None = _setting(
        "FIBER_CACHE_URL",
        "A cache shared by workers (`rediss://…`; `redis://…` on this machine); embedded if unset.",
        secret=True,
        address=REDIS,
    )
    cache_days: float = _setting(
        "FIBER_CACHE_DAYS", "How long a paid answer is used again.", 365.0, parse=_positive(float, "days")
    )
    cache_max_mb: float = _setting(
        "FIBER_CACHE_MAX_MB",
        "What paid answers may take; the least recently used go first.",
        2048.0,
        parse=_positive(float, "megabytes"),
    )
    prices: Path | None = _setting(
        "FIBER_PRICES", "A YAML file of prices that adds to and replaces the bundled ones.", parse=_path
    )
    mapping: Path | None = _setting(
        "FIBER_MAPPING",
        "A YAML file that says which columns are what, by batch or source.",
        parse=_path,
        decides=("raw_comments", "rejected_rows"),
    )
    taxonomy: Path | None = _setting(
        "FIBER_TAXONOMY",
        "A YAML file that extends or replaces the themes.",
        parse=_path,
        decides=("comment_themes", "themes", "emergent_themes"),
    )
    metadata_columns: tuple[str, ...] = _setting(
        "FIBER_METADATA_COLUMNS",
        "Other columns insights are split by, separated by commas.",
        (),
        parse=_names,
        decides=("insights",),
    )
    incomplete_batches: str = _setting(
        "FIBER_INCOMPLETE_BATCHES",
        "What figures make of batches whose analysis is under way or broke off: `leave_out`, or `count` what there is.",
        "leave_out",
        parse=_one_of("leave_out", "count"),
        decides=("themes", "emergent_themes", "insights", "forecasts", *WRITTEN_TABLES),
    )
    engines_sentiment: tuple[str, ...] = _setting(
        "FIBER_ENGINES_SENTIMENT", "Fallback chain for sentiment.", (AUTO,), parse=_chain("sentiment")
    )
    engines_themes: tuple[str, ...] = _setting(
        "FIBER_ENGINES_THEMES", "Fallback chain for themes.", (AUTO,), parse=_chain("themes")
    )
    engines_translation: tuple[str, ...] = _setting(
        "FIBER_ENGINES_TRANSLATION", "Fallback chain for translation.", (AUTO,), parse=_chain("translation")
    )
    max_file_mb: float = _setting(
        "FIBER_MAX_FILE_MB", "Larger files are quarantined.", 512.0, parse=_positive(float, "megabytes")
    )
    settle_seconds: float = _setting(
        "FIBER_SETTLE_SECONDS",
        "A file is picked up once it has not changed for this long.",
        10.0,
        parse=_positive(float, "seconds"),
    )
    batches_per_tick: int = _setting(
        "FIBER_BATCHES_PER_TICK", "Batches a sensor asks for runs of at once.", 20, parse=_positive(int, "batches")
    )
    agreement_sample: int = _setting(
        "FIBER_AGREEMENT_SAMPLE",
        "Distinct texts that every engine is asked about, to compare them.",
        200,
        parse=_positive(int, "texts"),
    )
    review_rows: int = _setting(
        "FIBER_REVIEW_ROWS", "Rows of the workbook that people review, at most.", 200, parse=_positive(int, "rows")
    )
    budget_usd: float | None = _setting(
        "FIBER_BUDGET_USD", "Hard limit on what a run may spend.", parse=_positive(float, "US dollars")
    )
    budget_usd_month: float | None = _setting(
        "FIBER_BUDGET_USD_MONTH", "Hard limit on what a month may cost.", parse=_positive(float, "US dollars")
    )
    alert_webhook: str | None = _setting(
        "FIBER_ALERT_WEBHOOK",
        "Told when 80 % and 100 % of the month's budget are spent (a Slack-like webhook).",
        secret=True,
        address=WEBHOOK,
    )
    unencrypted_hosts: tuple[str, ...] = _setting(
        "FIBER_UNENCRYPTED_HOSTS",
        "Hosts other than this machine that may be spoken to in the open (`http://`, `redis://`, `ftp://`), separated "
        "by commas: where nobody can listen on the way.",
        (),
        parse=_hosts,
    )
    ui_names: tuple[str, ...] = _setting(
        "FIBER_UI_NAMES",
        "What a proxy with a login before the UI is called, with its port where that is not the protocol's own, "
        "separated by commas; without one, the UI is served to this machine alone.",
        (),
        parse=_hosts,
    )
    secret_file: Path | None = _setting(
        "FIBER_SECRET_FILE",
        "The secret that names of comments and codes of customers are made with; hosts that share a warehouse share "
        "it. Beside the warehouse, made on first use, if unset.",
        parse=_path,
    )
    customer_codes: str = _setting(
        "FIBER_CUSTOMER_CODES",
        "Which customers get a code outside `raw_comments`: those whose id is a telephone, a document, an e-mail or a "
        "name (`personal`), or `all`.",
        "personal",
        parse=_one_of("personal", "all"),
        decides=("comments",),
    )
    pii_second_net: str | None = _setting(
        "FIBER_PII_SECOND_NET",
        "A service that looks for personal data once more in what our own redaction left: `azure`.",
        parse=_azure,
        decides=("comments",),
    )
    language_second_opinion: str | None = _setting(
        "FIBER_LANGUAGE_SECOND_OPINION",
        "A service whose language detection `engine_accuracy` measures beside our own, on the texts people reviewed: "
        "`azure`.",
        parse=_azure,
        decides=("engine_accuracy",),
    )
    concurrency: int = _setting(
        "FIBER_CONCURRENCY", "Requests under way at once at a service.", 10, parse=_positive(int, "requests")
    )
    item_seconds: float = _setting(
        "FIBER_ITEM_SECONDS",
        "How long a text is tried for before the next engine of the chain takes it.",
        120.0,
        parse=_positive(float, "seconds"),
    )
    batch_seconds: float | None = _setting(
        "FIBER_BATCH_SECONDS",
        "How long a service may take for all texts of a batch; what is left goes to the next engine.",
        parse=_positive(float, "seconds"),
    )
    english: bool = _setting(
        "FIBER_ENGLISH",
        "Whether services that translate also fill `text_en` (`yes` or `no`).",
        False,
        parse=_yes_or_no,
        decides=("translated_comments",),
    )
    openai_api_key: str | None = _setting("OPENAI_API_KEY", "OpenAI's key.", secret=True)
    openai_base_url: str | None = _setting(
        "OPENAI_BASE_URL", "Anything that speaks OpenAI's protocol.", address=SERVICE
    )
    openai_model: str | None = _setting(
        "FIBER_OPENAI_MODEL",
        "The model to ask.",
        decides=(*ENGINE_TABLES.values(), *WRITTEN_TABLES),
        engine="openai",
    )
    openai_endpoints: tuple[Mapping[str, Any], ...] = _setting(
        "FIBER_OPENAI_ENDPOINTS",
        "A JSON list of endpoints that serve the same model, to balance over: objects with `base_url` and, where they "
        "differ from the settings above or are known, `api_key`, `model` (what this endpoint calls it), `name`, `api` "
        "(`chat` or `responses`), `requests_per_minute`, `tokens_per_minute`.",
        (),
        parse=_endpoints,
        secret=True,
        address=SERVICE,
    )
    openai_mode: str = _setting(
        "FIBER_OPENAI_MODE",
        "`direct` asks OpenAI as a batch is analysed; `batch` submits what it would ask to the Batch API, at half the "
        "price and within a day, and analyses the batch when the answers are there.",
        "direct",
        parse=_one_of("direct", "batch"),
    )
    openai_items_per_request: int = _setting(
        "FIBER_OPENAI_ITEMS_PER_REQUEST", "Comments that share one request.", 10, parse=_positive(int, "comments")
    )
    azure_language_endpoint: str | None = _setting(
        "AZURE_LANGUAGE_ENDPOINT", "Azure AI Language's address, `https://…`.", address=SERVICE
    )
    azure_language_key: str | None = _setting("AZURE_LANGUAGE_KEY", "Azure AI Language's key.", secret=True)
    google_cloud_project: str | None = _setting("GOOGLE_CLOUD_PROJECT", "The project that pays for translation.")
    google_application_credentials: Path | None = _setting(
        "GOOGLE_APPLICATION_CREDENTIALS", "Google's credentials file.", parse=_path
    )
    google_translate_endpoint: str | None = _setting(
        "FIBER_GOOGLE_TRANSLATE_ENDPOINT",
        "A regional or private Google Cloud Translation: `host` for gRPC, `https://host` for REST.",
        address=HOST_OR_SERVICE,
    )
    google_location: str | None = _setting(
        "FIBER_GOOGLE_LOCATION", "The region to translate in; unset, the glossary's or `global`."
    )
    google_glossary: str | None = _setting(
        "FIBER_GOOGLE_GLOSSARY",
        "A glossary for translations into Spanish: `projects/…/locations/…/glossaries/…`.",
        parse=_glossary,
        decides=("translated_comments",),
        engine="google",
    )

    def __post_init__(self) -> None:
        problems = _address_problems({item.name: getattr(self, item.name) for item in fields(self)})
        if problems:
            raise SettingsError("\n".join(problems))

    def __repr__(self) -> str:
        told = (f"{item.name}={shown(repr(getattr(self, item.name)))}" for item in fields(self) if item.repr)
        return f"Settings({', '.join(told)})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; an empty variable counts as unset.

        environment: stands in for this process's, which `.env` in the working folder completes first.
        Raises SettingsError naming every wrong one, or where `.env` cannot be read.
        """
        if environment is None:
            try:
                complete_environment()
            except EnvFileError as problem:
                raise SettingsError(str(problem)) from None
            environment = os.environ
        values: dict[str, Any] = {}
        problems = []
        for item in fields(cls):
            text = environment.get(item.metadata["variable"], "").strip()
            if not text:
                continue
            try:
                values[item.name] = item.metadata["parse"](text)
            except ValueError as error:
                problems.append(_problem(item.metadata, text, error))
        problems += _address_problems(values)
        if problems:
            raise SettingsError("\n".join(problems))
        return cls(**values)

    @property
    def services(self) -> tuple[str, ...]:
        """The external services there are keys for."""
        given = {
            "openai": self.openai_api_key or self.openai_base_url or self.openai_endpoints,
            "azure": self.azure_language_endpoint and self.azure_language_key,
            "google": self.google_cloud_project,
        }
        return tuple(name for name, value in given.items() if value)

    def chain(self, kind: str) -> tuple[str, ...]:
        """The names of a kind's engines in the order they are asked, with `auto` resolved."""
        names: tuple[str, ...] = getattr(self, f"engines_{kind}")
        if names != (AUTO,):
            return names
        return (*(name for name in ENGINE_NAMES[kind] if name in self.services), LOCAL)

    def deciding(self, table: str) -> str:
        """What the settings say that the rows of `table` depend on, as text that changes when they do.

        Empty where nothing differs from the defaults. Files count by their content; secrets are not in it.
        """
        told: dict[str, Any] = {}
        chain: tuple[str, ...] = (LOCAL,)
        for kind, filled in ENGINE_TABLES.items():
            if filled == table and self.chain(kind) != chain:
                chain = self.chain(kind)
                told["engines"] = chain
        if table in WRITTEN_TABLES and WRITER in self.services:
            chain = (WRITER, LOCAL)
            told["engines"] = chain
        for item in fields(self):
            value = getattr(self, item.name)
            engine = item.metadata["engine"]
            if table not in item.metadata["decides"] or value == item.default or engine not in (None, *chain):
                continue
            told[item.name] = _content(value)
        return json.dumps(told, sort_keys=True) if told else ""

    @property
    def inbox_url(self) -> str:
        """The inbox as a folder's path or an fsspec URL."""
        return self.inbox or str(self.data_dir / "inbox")

    @property
    def warehouse_location(self) -> str:
        """The warehouse as DuckDB is told it."""
        return self.warehouse or str(self.data_dir / "warehouse" / "fiber.duckdb")

    @property
    def installation_dir(self) -> Path:
        """Where what belongs to this installation alone is kept: whom it is to forget, and its secret."""
        return Path(self.warehouse_location).expanduser().parent

    @property
    def secret_path(self) -> Path:
        """The file of the installation's secret."""
        return self.secret_file or self.installation_dir / SECRET_NAME

    @property
    def outputs_dir(self) -> Path:
        """Where files for people are written."""
        return self.outputs or self.data_dir / "outputs"

    @property
    def cache_dir(self) -> Path:
        """Where the embedded response store is kept."""
        return self.data_dir / "cache"

    @property
    def quarantine_dir(self) -> Path:
        """Where files that cannot be read are moved, each with a note of why."""
        return self.data_dir / "quarantine"

    @property
    def reviews_dir(self) -> Path:
        """Where workbooks that people have reviewed are put."""
        return self.data_dir / "reviews"

    @property
    def dagster_home(self) -> Path:
        """Where Dagster keeps runs and events unless DAGSTER_HOME says otherwise."""
        return self.data_dir / "dagster"


def _address_problems(values: Mapping[str, Any]) -> list[str]:
    """What is wrong with the addresses among settings' values, by their names."""
    problems = []
    for item in fields(Settings):
        rule: AddressRule | None = item.metadata["address"]
        value = values.get(item.name)
        if rule is None or not value:
            continue
        for address in [value] if isinstance(value, str) else [endpoint["base_url"] for endpoint in value]:
            try:
                rule.check(address, values.get("unencrypted_hosts", ()))
            except ValueError as error:
                problems.append(_problem(item.metadata, address, error))
    return problems


def _problem(metadata: Mapping[str, Any], text: str, error: ValueError) -> str:
    # Without its scheme an address is not told from other words.
    is_hidden = metadata["secret"] or (metadata["address"] is not None and "@" in text and "://" not in text)
    return f"{metadata['variable']}: {'its value' if is_hidden else shown(repr(text))} will not do: {error}"


def unknown_names(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that are named like settings, say something, and are none; for each, the nearest setting."""
    known = [item.metadata["variable"] for item in fields(Settings)]
    return {
        name: difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.0)[0]
        for name, value in sorted(environment.items())
        if name.upper().startswith("FIBER_") and name not in known and not name.startswith(_ELSEWHERE) and value.strip()
    }
