"""Addresses of services: a key and a customer's words leave this machine encrypted or not at all."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether `host`, with or without a port, is this machine."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def secure_url(url: str) -> str:
    """`url`, if it is https, or http on this machine. Raises ValueError otherwise."""
    parts = urlsplit(url)
    if not parts.netloc or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.netloc))):
        raise ValueError("give an address that begins with https://")
    return url
