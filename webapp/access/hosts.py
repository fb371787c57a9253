"""Which host names the server accepts, and which pages may send requests to it.

A page of another site must neither reach the server by a host name that its owner points to this machine (DNS
rebinding: the Host header then has that name) nor send requests to it (the Origin header then has that site).
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from webapp.access.options import ServeOptions, is_address, is_loopback

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Hosts:
    """The allow-list of hosts, and the same-origin rule."""

    def __init__(self, options: ServeOptions) -> None:
        own = (socket.gethostname(), f"{socket.gethostname()}.local") if not options.loopback else ()
        self._names = {_bare(name) for name in (*_LOOPBACK_NAMES, options.host, *own, *options.allow_hosts)}
        self._extra = {_bare(name) for name in options.allow_hosts}
        self._open = not options.loopback

    def allows_host(self, host: str) -> bool:
        """Whether the Host header `host` is accepted, with any port, which port forwarding changes.

        A server that is reachable from outside accepts every literal address: rebinding requires a name.
        """
        name = _hostname(host)
        if name is None:
            return False
        return name in self._names or is_loopback(name) or (self._open and is_address(name))

    def allows_origin(self, origin: str | None, scheme: str, host: str) -> bool:
        """Whether a request to `scheme` and `host` may come from the Origin header `origin`.

        Without one, it comes from a program other than a browser, or from a plain link.
        """
        if origin is None:
            return True
        try:
            parts = urlsplit(origin)
            port = parts.port
        except ValueError:
            return False
        if parts.scheme not in _DEFAULT_PORTS or parts.hostname is None:
            return False
        if _bare(parts.hostname) in self._extra:
            return True
        wanted = _split(host)
        # A proxy that ends TLS changes only the scheme, so each side's default port is that of its own scheme.
        return wanted is not None and (_bare(parts.hostname), port or _DEFAULT_PORTS[parts.scheme]) in (
            (wanted[0], wanted[1] or _DEFAULT_PORTS.get(scheme, 80)),
            (wanted[0], wanted[1] or _DEFAULT_PORTS[parts.scheme]),
        )


def _bare(name: str) -> str:
    return name.strip("[]").rstrip(".").lower()


def _split(host: str) -> tuple[str, int | None] | None:
    """(name, port) of a Host header; None if it is malformed."""
    if not host or any(character in host for character in "/@\\?# \t"):
        return None
    try:
        parts = urlsplit(f"//{host}")
        return (_bare(parts.hostname), parts.port) if parts.hostname else None
    except ValueError:
        return None


def _hostname(host: str) -> str | None:
    parts = _split(host)
    return parts[0] if parts else None
