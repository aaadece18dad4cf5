"""Addresses: what of one may be shown, and which may be used.

A key and a customer's words leave this machine encrypted or not at all, unless a person has named the host. What an
address holds to sign in with is shown nowhere: whatever shows an address, or a message that may quote one, shows
`shown` of it.
"""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

HIDDEN = "***"
# Two letters at least, so that a Windows drive is no scheme; one slash, since paths collapse several.
_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):(?P<slashes>/+)(?P<rest>\S+)")
_QUERIED = re.compile(r"([?&;][^=&;#\s]+=)[^&;#\s]+")
_PLAIN_AUTHORITY = re.compile(r"(?:\[[^\]]*\]|[^:@]*)(?::\d*)?[^\w@]*")
# Only where an address begins: hosts of version 6 have two colons too.
_LAYERED = re.compile(r"::(?=[A-Za-z][A-Za-z0-9+.-]*:)")
_HOST = re.compile(r"(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d+)?")
_ODD = re.compile(r"[\s\x00-\x1f\x7f\\]")
# What stands before the @ there is a container's name, unless a colon says that it is an account with its key.
_CONTAINERS = frozenset({"abfs", "abfss", "wasb", "wasbs"})


def shown(text: str) -> str:
    """`text` with what its addresses hold to sign in with (user, password, values of a query) hidden."""
    return _ADDRESS.sub(_hide, text) if ":/" in text else text


def host_of(url: str) -> str:
    """The host an address names, with its port if one is given."""
    return urlsplit(url).netloc.rpartition("@")[2]


def without_login(url: str) -> tuple[str, tuple[str, str] | None]:
    """An address without what it holds to sign in with, and that: a user and a password."""
    parts = urlsplit(url)
    login = (unquote(parts.username or ""), unquote(parts.password or "")) if "@" in parts.netloc else None
    return parts._replace(netloc=host_of(url)).geturl(), login


def is_loopback(host: str) -> bool:
    """Whether `host`, with or without a port, is this machine."""
    name = _bare(host)
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def check_host(name: str) -> str:
    """`name`, if it is a host's, with or without a port. Raises ValueError otherwise."""
    if not _HOST.fullmatch(name):
        raise ValueError("give names of hosts, such as `fiber.example.com` or `10.0.0.5:8443`, without scheme and path")
    return name


@dataclass(frozen=True)
class AddressRule:
    """What a kind of address may be.

    schemes: which it may have; empty for any, and for a plain path or host as well.
    open_schemes: those of them that send in the open. login: those in which it may hold a user and a password; in any
        other, whoever is asked takes them for something else, and every request fails.
    ends_in_path: whether paths are added to it, so that it may have neither query nor fragment.
    """

    schemes: tuple[str, ...]
    open_schemes: tuple[str, ...]
    login: tuple[str, ...] = ()
    ends_in_path: bool = False

    def check(self, address: str, open_hosts: Collection[str]) -> None:
        """Raise ValueError, which quotes nothing of the address, if it will not do.

        open_hosts: of other machines, that may be spoken to in the open.
        """
        if self is HOST_OR_SERVICE and "://" not in address:
            check_host(address)
        # fsspec lays addresses one over another (`simplecache::https://…`).
        for layer in _LAYERED.split(address):
            if _ODD.search(layer if self.ends_in_path else _authority(layer.partition("//")[2])):
                raise ValueError("an address has no spaces, control characters or backslashes")
            try:
                parts = urlsplit(layer)
            except ValueError:
                raise ValueError("its host is none") from None
            self._check(parts, open_hosts)

    def _check(self, parts: SplitResult, open_hosts: Collection[str]) -> None:
        scheme, login = parts.scheme, "@" in parts.netloc
        try:
            _ = parts.port
        except ValueError:
            raise ValueError("its port is no number; a password in it is written with %XX for / ? # and @") from None
        if self.schemes and (scheme not in self.schemes or not (parts.hostname or scheme == "unix")):
            raise ValueError(f"give an address that begins with {' or '.join(f'{each}://' for each in self._best)}")
        is_container = scheme in _CONTAINERS and ":" not in parts.netloc.rpartition("@")[0]
        if login and scheme not in self.login and not is_container:
            raise ValueError(
                "a user or password in it would make every request fail: take it out (whatever stands before @), and "
                "sign in as the service wants it, with its key"
            )
        if self.ends_in_path and (parts.query or parts.fragment):
            raise ValueError("leave out what follows ? or #: paths are added to it")
        host = parts.hostname or ""
        if scheme in self.open_schemes and not (is_loopback(host) or host in {_bare(each) for each in open_hosts}):
            secure = {"redis": "rediss", "http": "https", "ftp": "sftp"}.get(scheme)
            instead = f"give {secure}://…" if secure else "reach it otherwise"
            raise ValueError(
                f"{scheme}:// sends everything in the open: {instead}, or name the host in FIBER_UNENCRYPTED_HOSTS if "
                "nobody can listen on the way"
            )

    @property
    def _best(self) -> tuple[str, ...]:
        return tuple(scheme for scheme in self.schemes if scheme not in self.open_schemes)


SERVICE = AddressRule(("https", "http"), ("http",), ends_in_path=True)
WEBHOOK = AddressRule(("https", "http"), ("http",))
REDIS = AddressRule(("rediss", "redis", "unix"), ("redis",), login=("rediss", "redis", "unix"))
# Where files are: a folder or any fsspec URL. Object stores take their keys from the environment.
FILES = AddressRule(
    (), ("http", "ftp", "webhdfs"), login=("http", "https", "ftp", "sftp", "ssh", "smb", "webhdfs", "hdfs")
)
# `host`, which is spoken to over TLS unless it is this machine, or an address.
HOST_OR_SERVICE = AddressRule((), ("http",), ends_in_path=True)


def _authority(rest: str) -> str:
    """What stands between the slashes of an address and its path."""
    return re.split(r"[/?#]", rest, maxsplit=1)[0]


def _bare(host: str) -> str:
    """A host without port and brackets, in small letters."""
    name = host.strip().lower()
    if name.count(":") > 1 and not name.startswith("["):
        return name
    try:
        return urlsplit(f"//{name}").hostname or ""
    except ValueError:
        return ""


def _hide(found: re.Match[str]) -> str:
    rest = found["rest"]
    authority = _authority(rest)
    is_container = found["scheme"].lower() in _CONTAINERS and ":" not in authority.rpartition("@")[0]
    if not is_container and not _PLAIN_AUTHORITY.fullmatch(authority):
        # A password may hold what ends a host: everything before the last @ may be of it.
        _, at, after = rest.rpartition("@")
        rest = f"{HIDDEN}@{after}" if at else f"{authority.partition(':')[0]}:{HIDDEN}"
    told = _QUERIED.sub(lambda value: f"{value[1]}{HIDDEN}", rest)
    return f"{found['scheme']}:{found['slashes']}{told}"
