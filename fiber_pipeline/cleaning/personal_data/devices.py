"""Numbers of devices and connections: MAC addresses, IMEI, serial numbers, IP addresses."""

import ipaddress
import re
from collections.abc import Iterator

from fiber_pipeline.cleaning.personal_data.cues import announced, cue_words
from fiber_pipeline.cleaning.personal_data.plain_numbers import is_version
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

_PAIR = "[0-9a-f]{2}"
_MAC = re.compile(
    rf"(?<![\w:-])(?:{_PAIR}(?P<sign>[:-])(?:{_PAIR}(?P=sign)){{4}}{_PAIR}|[0-9a-f]{{4}}\.[0-9a-f]{{4}}\.[0-9a-f]{{4}})(?![\w:-])"
)
# Of an optical terminal (ITU-T G.984): four letters of the maker and eight hexadecimal digits.
_TERMINAL = re.compile(r"(?<!\w)(?=[a-z]{4}[a-f]{0,5}\d[a-f]{0,5}\d)[a-z]{4}-?[0-9a-f]{8}(?!\w)")
_SERIAL = re.compile(
    announced("serials", "serial_fillers")
    + r"(?P<number>(?=[a-z:-]{0,8}\d)[a-z0-9]{2,40}(?:[:./-][a-z0-9]{1,24}){0,7})(?!\w)"
)
_SERIAL_WORDS = cue_words("serials") | {"s", "n"}
_FEWEST_SIGNS, _FEWEST_DIGITS = 6, 3
_IPV4 = re.compile(r"(?<![\w.,-])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9a-f]{0,4}:)[0-9a-f:]{6,39}(?![\w.])")
# Servers that everybody asks for names; they say nothing of who does.
_PUBLIC_SERVERS = frozenset({"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "208.67.222.222", "208.67.220.220"})


def find_devices(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` MAC addresses stand, and serial numbers by their form or announced."""
    plain = view.plain
    for pattern in (_MAC, _TERMINAL):
        for match in pattern.finditer(plain):
            yield match.span()
    if view.words.isdisjoint(_SERIAL_WORDS):
        return
    for match in _SERIAL.finditer(plain):
        number = match.group("number")
        if (
            sum(character.isalnum() for character in number) >= _FEWEST_SIGNS
            and sum(character.isdigit() for character in number) >= _FEWEST_DIGITS
        ):
            yield match.span("number")


def find_ip_addresses(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` IP addresses stand that may lead to a customer.

    Those of home networks ("192.168.0.1") are every customer's, and stay, since they help the technician; so do the
    servers that everybody asks.
    """
    plain = view.plain
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(plain):
            try:
                address = ipaddress.ip_address(
                    match.group().rstrip(":") if match.group().count("::") == 0 else match.group()
                )
            except ValueError:
                continue
            # Four small numbers are a version as often, where nobody speaks of an address.
            if (
                "ip" not in view.words
                and pattern is _IPV4
                and sum(len(part) > 1 for part in match.group().split(".")) < 2
            ):
                continue
            is_anybodys = (address.is_private and not address.is_link_local) or str(address) in _PUBLIC_SERVERS
            if not is_anybodys and not address.is_unspecified and not is_version(plain, match.start()):
                yield match.span()
