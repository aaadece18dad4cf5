"""Who pays for translation, and where it is done."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from fiber_pipeline.text.addresses import host_of, is_loopback

DEFAULT_HOST = "translate.googleapis.com"
GLOBAL = "global"
MODEL = "general/nmt"
_GLOSSARY = re.compile(r"projects/[^/]+/locations/([^/]+)/glossaries/[^/]+")


@dataclass(frozen=True)
class GoogleProject:
    """Who pays for translation, and where it is done.

    endpoint: `host` or `host:port` for gRPC, `https://host` for REST; None for Google's own, by gRPC. On a loopback
        address nobody is asked for credentials and nothing is encrypted; anywhere else both are required, but for
        `http://host`, which the settings refuse unless they name the host.
    location: a Google Cloud region; None for the glossary's, or `global` without one.
    glossary: `projects/…/locations/…/glossaries/…`, used on the way from Guaraní to Spanish.

    Credentials are the application default ones, which GOOGLE_APPLICATION_CREDENTIALS may name a file of.

    Raises ValueError for a glossary's name that will not do.
    """

    project: str
    endpoint: str | None = None
    location: str | None = None
    glossary: str | None = None

    def __post_init__(self) -> None:
        if self.glossary is not None and not _GLOSSARY.fullmatch(self.glossary):
            raise ValueError("a glossary is named projects/…/locations/…/glossaries/…")

    @property
    def host(self) -> str:
        """The host, with its port if one is given."""
        return host_of(self.endpoint) if self.is_rest and self.endpoint else self.endpoint or DEFAULT_HOST

    @property
    def scheme(self) -> str:
        """How requests over REST go: https, or http where the endpoint says so."""
        return urlsplit(self.endpoint or "").scheme or "https"

    @property
    def is_rest(self) -> bool:
        """Whether requests go over REST."""
        return self.endpoint is not None and "://" in self.endpoint

    @property
    def is_loopback(self) -> bool:
        """Whether the endpoint is on this machine."""
        return is_loopback(self.host)

    @property
    def model(self) -> str:
        """The model, as requests name it."""
        return f"{self.parent}/models/{MODEL}"

    @property
    def parent(self) -> str:
        """The project and location, as requests name them."""
        found = _GLOSSARY.fullmatch(self.glossary or "")
        return f"projects/{self.project}/locations/{self.location or (found[1] if found else GLOBAL)}"
