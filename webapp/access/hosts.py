"""By which names a browser may address this server, and which pages may talk to it.

A page of another site must neither reach a server on this machine through a name of its own that it points here
(DNS rebinding: the Host is then that name) nor send requests to it (the Origin is then that site).
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
        """`host` as in the Host header. The port is free: port forwarding changes it.

        Reachable from outside, every literal address is allowed: rebinding needs a name.
        """
        name = _hostname(host)
        if name is None:
            return False
        return name in self._names or is_loopback(name) or (self._open and is_address(name))

    def allows_origin(self, origin: str | None, scheme: str, host: str) -> bool:
        """`origin` as in the Origin header; none: not a browser, or a plain link. `scheme`, `host`: the request's."""
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
        # A TLS-ending proxy changes the scheme and nothing else: each side's port is read by its own scheme.
        return wanted is not None and (_bare(parts.hostname), port or _DEFAULT_PORTS[parts.scheme]) in (
            (wanted[0], wanted[1] or _DEFAULT_PORTS.get(scheme, 80)),
            (wanted[0], wanted[1] or _DEFAULT_PORTS[parts.scheme]),
        )


def _bare(name: str) -> str:
    return name.strip("[]").rstrip(".").lower()


def _split(host: str) -> tuple[str, int | None] | None:
    """(name, port) of a Host header; None where it is none."""
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
