"""How others watch: the view-only links, and QR codes of them for phones."""

from __future__ import annotations

import io
import socket
from urllib.parse import quote, urlsplit

import segno

from engine.wire import Wire
from webapp.access.options import ServeOptions, is_loopback

_PAGES = {"dashboard": "", "view": "view"}
"""Pages that can be shared, and their paths."""


def sharing(options: ServeOptions, url: str, *, operator: bool) -> Wire:
    """The links to a dashboard that the visitor sees at `url` (with a slash at its end).

    Where only this computer can reach it, there are no links, but, for operators, the command that changes that.
    """
    url = for_others(options, url)
    loopback = is_loopback(urlsplit(url).hostname or "")
    return {
        "address": url,
        "loopback": loopback,
        "command": options.network_command if loopback and operator else None,
        "token_required": options.protected,
        "view_only": options.view_token is not None,
        "links": [] if loopback else [_link(name, url + path, options) for name, path in _PAGES.items()],
    }


def for_others(options: ServeOptions, url: str) -> str:
    """The address by which other machines reach the dashboard that this one sees at `url`, if any can."""
    if not options.loopback and is_loopback(urlsplit(url).hostname or ""):
        return reachable_url(options, urlsplit(url).path)
    return url


def camera_link(url: str, name: str, token: str | None) -> Wire:
    """The link that makes a browser the camera `name` of the dashboard at `url`, and its QR code."""
    link = with_token(f"{url}camera", token) if token else f"{url}camera?name={name}"
    return {"url": link, "qr_svg": _qr(link)}


def _link(name: str, url: str, options: ServeOptions) -> Wire:
    link = with_token(url, options.view_token)
    return {"name": name, "url": link, "qr_svg": _qr(link)}


def with_token(url: str, token: str | None) -> str:
    """The link that signs in with `token`, whose characters are escaped; `url` if there is none."""
    return f"{url}?token={quote(token, safe='')}" if token else url


def _qr(text: str) -> str:
    """A QR code as an SVG element."""
    svg = io.BytesIO()
    segno.make(text, error="m").save(svg, kind="svg", xmldecl=False, scale=4, border=2, dark="#111", light="#fff")
    return svg.getvalue().decode("utf-8")


def reachable_url(options: ServeOptions, path: str = "/") -> str:
    """The server's address for other machines on the network."""
    host = options.host
    if host in ("0.0.0.0", "::", ""):
        host = _own_address(socket.AF_INET6 if ":" in host else socket.AF_INET) or socket.gethostname()
    return f"{options.scheme}://{f'[{host}]' if ':' in host else host}:{options.port}{path}"


def _own_address(family: socket.AddressFamily) -> str | None:
    """This machine's address on the network; no packet is sent (RFC 5737 and 3849 addresses)."""
    outside = "192.0.2.1" if family == socket.AF_INET else "2001:db8::1"
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((outside, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return None
