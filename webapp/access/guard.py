"""Access control: a WSGI middleware around everything, including `/socket.io/`, which Flask's own hooks do not see.

In: any request. Out: a refusal (JSON, or the login page for a browser), or the inner application's answer with the
security headers added. Order of the checks: Host, Origin, size, token, role; then the body is read, so that the
application never waits for a slow client. Query strings are not logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wrappers import Response
from werkzeug.wsgi import get_input_stream

from engine.wire import dumps
from webapp.access.arrivals import ARRIVED
from webapp.access.hosts import Hosts
from webapp.access.tokens import CAMERA, ROLE, Environ, Role, Tokens
from webapp.monitoring.logs import event

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
"""Maximum bytes of a request's body; some routes allow less."""
MAX_STRANGERS_BODY = 64 * 1024
"""Maximum bytes of a body without a token: a login, or the first packets of a socket."""

_LONGEST_LENGTH = 18
"""Digits of a Content-Length; Python reads no more than 4300."""
_PUBLIC = ("/healthz", "/login", "/favicon.ico")
_PAGES = ("/", "/view", "/camera")
_READING = ("GET", "HEAD", "OPTIONS")
_SOCKETS = "/socket.io/"
_CAMERA_PAGE = "/camera"
_FOR_PUBLISHERS = (_CAMERA_PAGE, "/whip/", "/publish/", _SOCKETS)
"""Where those paths begin that a publisher may use."""
_STATIC = "/static/"

HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),  # "no-referrer" would make browsers post forms with "Origin: null"
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
_WITH_CAMERA = (*HEADERS[:-1], ("Permissions-Policy", "camera=(self), microphone=(), geolocation=()"))
"""For the page that is the camera."""


class Guard:
    """Lets allowed requests through, and refuses the others with the reason."""

    def __init__(self, app: WSGIApplication, hosts: Hosts, tokens: Tokens) -> None:
        self._app = app
        self._hosts = hosts
        self._tokens = tokens

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        own_headers = _WITH_CAMERA if environ.get("PATH_INFO") == _CAMERA_PAGE else HEADERS

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, *own_headers], *rest)

        try:
            return (self._refusal(environ) or self._app)(environ, start)
        except (StopIteration, ConnectionError):
            raise  # tells the server that a WebSocket has ended, and to leave its connection alone
        except Exception as error:  # noqa: BLE001 - any fault becomes a JSON answer
            path = environ.get("PATH_INFO", "")
            message = f"error while answering {environ['REQUEST_METHOD']} {path}"
            event(log, "request_failed", message, level=logging.ERROR, exception=error, path=path)
            return refuse(500, "something went wrong on the server", "its log says what")(environ, start)

    def _refusal(self, environ: Environ) -> Response | None:
        return self._foreign(environ) or self._too_large(environ) or self._identify(environ) or self._receive(environ)

    def _foreign(self, environ: Environ) -> Response | None:
        host = environ.get("HTTP_HOST", "")
        if not self._hosts.allows_host(host):
            return refuse(403, "this server does not accept that host name", "start it with --allow-host NAME")
        if environ.get("PATH_INFO", "").startswith(_STATIC):
            return None  # public, and browsers send an Origin with modules: the page must load to show a refusal
        origin = _origin(environ)
        if not self._hosts.allows_origin(origin, environ["wsgi.url_scheme"], host):
            return refuse(
                403,
                f"this page's origin, {origin:.80}, is not the server's, {host}",
                "open the dashboard itself; a reverse proxy must pass the Host header on with its port",
            )
        return None

    def _too_large(self, environ: Environ) -> Response | None:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            return refuse(400, "Content-Length is not a number")
        if len(length) > _LONGEST_LENGTH or int(length) > MAX_BODY:
            return _too_large_for(MAX_BODY)
        return None

    def _receive(self, environ: Environ) -> Response | None:
        """Read the whole body and leave it in the environment, or refuse."""
        limit = MAX_STRANGERS_BODY if environ[ROLE] is None else MAX_BODY
        try:
            body = get_input_stream(environ, max_content_length=limit).read()
        except RequestEntityTooLarge:
            return _too_large_for(limit)
        except (OSError, ClientDisconnected):
            return refuse(400, "the request did not arrive completely", "send it again")
        environ["wsgi.input"] = BytesIO(body)
        if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:  # its length was not known in advance
            environ["CONTENT_LENGTH"] = str(len(body))
        if ARRIVED in environ:
            environ[ARRIVED]()
        return None

    def _identify(self, environ: Environ) -> Response | None:
        """Leave the visitor's role in the environment, or refuse."""
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path in _PAGES and method in ("GET", "HEAD") and "token=" in environ.get("QUERY_STRING", ""):
            return self._sign_in(environ)
        address = environ.get("REMOTE_ADDR", "")
        token = self._tokens.presented(environ)
        role = environ[ROLE] = self._tokens.role_of(token)
        if path in _PUBLIC or path.startswith(_STATIC):
            return None
        if token is not None and self._tokens.failures.exceeded(address):
            return refuse(429, "too many wrong tokens from this address", "wait a minute")
        if role is None:
            return self._unknown(environ, token, address)
        if role is Role.PUBLISHER:
            environ[CAMERA] = self._tokens.camera_of(token)
            if not path.startswith(_FOR_PUBLISHERS):
                return refuse(403, "this link is for sending a camera's pictures", "use the operator's link")
        if role is Role.VIEWER and method not in _READING and not path.startswith(_SOCKETS):
            return refuse(403, "a view-only visitor may not change anything", "use the operator's link")
        return None

    def _unknown(self, environ: Environ, token: str | None, address: str) -> Response | None:
        if token is not None:
            self._tokens.failures.count(address)
        elif environ["PATH_INFO"].startswith(_SOCKETS):
            return None  # such a client sends its token when it connects to the namespace: see sockets.py
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and "text/html" in environ.get("HTTP_ACCEPT", ""):
            environ["PATH_INFO"], environ["posecast.denied"] = "/login", True
            return None
        refusal = refuse(401, "a token is needed", "send it as 'Authorization: Bearer TOKEN', or open /login")
        refusal.headers["WWW-Authenticate"] = "Bearer"
        if token is not None:
            refusal.headers["Set-Cookie"] = self._tokens.cookie(environ, None)
        return refusal

    def _sign_in(self, environ: Environ) -> Response | None:
        """`/?token=…`, with a token or a ticket: store the token in a cookie and redirect to the address without it."""
        query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
        token = self._tokens.redeemed(next((value for name, value in query if name == "token"), None))
        environ["QUERY_STRING"] = urlencode([pair for pair in query if pair[0] != "token"])
        if self._tokens.log_in(environ.get("REMOTE_ADDR", ""), token) is None:
            return self._dead_link(environ)
        rest = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
        response = _redirect(environ, f"{environ['PATH_INFO']}{rest}")
        if self._tokens.required:
            response.headers["Set-Cookie"] = self._tokens.cookie(environ, token)
        return response

    def _dead_link(self, environ: Environ) -> Response | None:
        """A person is sent to the form, without the token in the address; other clients are refused."""
        if "text/html" in environ.get("HTTP_ACCEPT", ""):
            return _redirect(environ, "/login?problem=link")
        environ["PATH_INFO"], environ["posecast.denied"] = "/login", True
        environ[ROLE] = None
        return None


def _origin(environ: Environ) -> str | None:
    """The Origin header; None, too, for an opaque origin of a request that the browser vouches is the page's own.

    Browsers send "null" where a setting or an extension forbids referrers. Pages cannot set Sec-Fetch-Site.
    """
    origin: str | None = environ.get("HTTP_ORIGIN")
    return None if origin == "null" and environ.get("HTTP_SEC_FETCH_SITE") == "same-origin" else origin


def _redirect(environ: Environ, path: str) -> Response:
    """To a path of this application."""
    response = Response(status=303)
    response.headers["Location"] = f"{environ.get('SCRIPT_NAME', '')}{path}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _too_large_for(limit: int) -> Response:
    return refuse(413, "the request is too large", f"send at most {limit} bytes")


def refuse(status: int, error: str, hint: str = "", **more: object) -> Response:
    """A refusal in the form of every error: JSON with `error` and `hint`."""
    response = Response(dumps({"error": error, "hint": hint, **more}), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
