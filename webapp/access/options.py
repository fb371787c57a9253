"""How the dashboard is served: address, tokens, limits. The values of a `ServeOptions` are valid."""

from __future__ import annotations

import ipaddress
import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import PosecastError

_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,256}")
"""Characters that an Authorization header (RFC 6750) and a cookie take without quoting."""
_HOST_NAME = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,253}")
_TOKEN_BYTES = 24
_SHORT_TOKEN = 12


@dataclass(frozen=True, slots=True)
class ServeOptions:
    host: str = "127.0.0.1"
    port: int = 8000
    """0: any free port."""
    token: str | None = None
    """The operators' token. If it is None and `protected`, `with_tokens` generates one."""
    view_token: str | None = None
    """The viewers' token: they may read everything and change nothing."""
    open_browser: bool = False
    viewer_limit: int = 64
    """Maximum number of video streams, and of sockets; each occupies a thread."""
    allow_hosts: tuple[str, ...] = ()
    """Further host names of this server."""
    allow_sources: tuple[str, ...] = ()
    """Further sources that the page may choose, besides cameras, `demo` and the one at start."""
    outputs: tuple[str, ...] = ()
    """Addresses of live outputs of this run, besides those in the settings."""
    publish: str | None = None
    """Address of the bus on which everything is published, for relays and other machines."""
    behind_proxy: bool = False
    """Trust one reverse proxy's X-Forwarded-For, -Proto, -Host and -Prefix."""
    config: Path | None = None
    """The settings file; None: the user's own."""
    recordings: Path | None = None
    """Folder of the recordings; None: in the user's data folder."""
    recordings_limit_bytes: int = 2 * 1024**3
    addresses: bool = True
    """Whether operators may choose any rtsp and http(s) address as the source."""
    uploads: Path | None = None
    """Folder of the uploads; None: in the user's data folder."""
    uploads_limit_bytes: int = 10 * 10**9
    network_command: str = "posecast serve --host 0.0.0.0"
    """The command that starts the server again, reachable from the network."""
    fingerprint: str | None = None
    """SHA-256 of the certificate with which the server speaks https, and that Posecast made; None with another one."""
    https: bool = False
    camera_command: str = "posecast serve --host 0.0.0.0 --tls auto"
    """The command that starts the server again, so that phones can be its cameras."""
    links: bool = True
    """Whether links are printed on stdout with their tokens; otherwise they are only logged, without tokens."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise PosecastError(f"port is {self.port}", "a port is 0 to 65535")
        if not 1 <= self.viewer_limit <= 1000:
            raise PosecastError(f"the viewer limit is {self.viewer_limit}", "it must be 1 to 1000")
        for name in (self.host, *self.allow_hosts):
            if not _HOST_NAME.fullmatch(name):
                raise PosecastError(
                    f"{name!r} is not a host name", "give a name or an address, without http:// and port"
                )
        for token in (self.token, self.view_token):
            if token is not None and not _TOKEN.fullmatch(token):
                raise PosecastError(
                    "a token has characters that are not allowed", "use letters, digits and . _ ~ + / = -"
                )
        if self.token is not None and self.token == self.view_token:
            raise PosecastError("both tokens are the same", "give viewers a token of their own")

    @property
    def loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def protected(self) -> bool:
        """Whether a token is required: always if others than this machine's users can reach the server."""
        return not self.loopback or self.behind_proxy or self.token is not None or self.view_token is not None

    @property
    def weak_token(self) -> bool:
        return any(token is not None and len(token) < _SHORT_TOKEN for token in (self.token, self.view_token))

    def with_tokens(self) -> ServeOptions:
        """A copy with both tokens, generated if not given, if `protected`."""
        if not self.protected:
            return self
        return replace(
            self,
            token=self.token or secrets.token_urlsafe(_TOKEN_BYTES),
            view_token=self.view_token or secrets.token_urlsafe(_TOKEN_BYTES),
        )

    @property
    def scheme(self) -> str:
        return "https" if self.https else "http"

    @property
    def threads(self) -> int:
        """Size of the server's thread pool: every stream and every socket occupies a thread."""
        return 2 * self.viewer_limit + 16


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, IPv6 with or without brackets) is a loopback address."""
    if host.lower() in ("localhost", "localhost."):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_address(host: str) -> bool:
    """Whether `host` is a literal IP address."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
