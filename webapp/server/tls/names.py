"""The names and addresses by which others may reach this machine: what a certificate must be for."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

import ifaddr

from webapp.access.options import is_address

_ALWAYS = ("localhost", "127.0.0.1", "::1")
_DNS_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")


def own_names(host: str, others: Iterable[str] = ()) -> list[str]:
    """For a server that listens on `host`; `others` are further names of it. Addresses are plain, without brackets."""
    own = socket.gethostname()
    names = (*_ALWAYS, host, *others, own, own if own.endswith(".local") else f"{own}.local", *_addresses())
    plain = (name.strip("[]").rstrip(".").lower() for name in names)
    return [name for name in dict.fromkeys(plain) if _is_name(name)]


def _is_name(name: str) -> bool:
    if is_address(name):
        return not ipaddress.ip_address(name).is_unspecified
    return _DNS_NAME.fullmatch(name) is not None


def _addresses() -> list[str]:
    """Addresses of the network interfaces, but for IPv6 addresses that are only valid with a zone."""
    found = [ip.ip if ip.is_IPv4 else ip.ip[0] for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    return sorted(address for address in map(str, found) if not ipaddress.ip_address(address).is_link_local)
