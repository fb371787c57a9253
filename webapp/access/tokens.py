"""Tokens, the roles that they give, where a request carries one, and how many wrong ones are accepted.

There are three roles: operators may change things, viewers may read, publishers may send the pictures of one camera.
If no token is required (for this machine's own users), every visitor is an operator. Tokens are compared in constant
time and never logged.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any

from werkzeug.http import dump_cookie
from werkzeug.sansio.http import parse_cookie

from webapp.access.options import ServeOptions
from webapp.monitoring.logs import event

log = logging.getLogger(__name__)

Environ = dict[str, Any]
ROLE = "posecast.role"
"""Key of the WSGI environment under which the guard leaves the visitor's `Role`, or None."""
CAMERA = "posecast.camera"
"""Key under which it leaves the name of the camera as which a `PUBLISHER` may send pictures."""
LOGIN_FAILURES = (10, 60.0)
"""Number of wrong tokens on the login page or in its link, per address, and the period in seconds."""
TOKEN_FAILURES = (200, 60.0)
"""The same for tokens in headers, in cookies and on sockets: more, since an open page retries by itself."""
TICKET_LASTS = 60.0
"""Seconds within which a browser must present its ticket."""


class Role(Enum):
    OPERATOR = "operator"
    VIEWER = "viewer"
    PUBLISHER = "publisher"


class FailureLimit:
    """At most `limit` wrong tokens per address and `window` seconds."""

    def __init__(self, limit: int, window: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._window, self._clock = limit, window, clock
        self._failures: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def exceeded(self, address: str) -> bool:
        with self._lock:
            return len(self._recent(address)) >= self._limit

    def count(self, address: str) -> None:
        event(log, "login_refused", f"a wrong token from {address}", level=logging.WARNING, address=address)
        with self._lock:
            if len(self._failures) > 10_000:  # a flood from many addresses must not fill the memory
                self._failures.clear()
            self._failures.setdefault(address, deque(maxlen=self._limit)).append(self._clock())

    def _recent(self, address: str) -> deque[float]:
        failures = self._failures.get(address, deque())
        while failures and failures[0] <= self._clock() - self._window:
            failures.popleft()
        return failures


class Tokens:
    """The tokens of a run and the cookie that carries one."""

    def __init__(
        self,
        options: ServeOptions,
        clock: Callable[[], float] = time.monotonic,
        camera_of: Callable[[str], str | None] = lambda token: None,
        without: Role = Role.OPERATOR,
    ) -> None:
        """`camera_of(token)`: the camera whose link has that token. `without`: who visits if no token is required."""
        self._without = without
        self._camera_of = camera_of
        self.required = options.protected
        self._clock = clock
        self._operator = options.token
        self._roles = {Role.OPERATOR: options.token, Role.VIEWER: options.view_token}
        self._tickets: dict[str, float] = {}
        # Cookies ignore ports: two dashboards on one machine need two names.
        self.cookie_name = f"posecast_{options.port}"
        self._camera_cookie = f"{self.cookie_name}_camera"  # an operator who opens a camera's link stays one
        self._logins = FailureLimit(*LOGIN_FAILURES)
        self.failures = FailureLimit(*TOKEN_FAILURES)

    def role_of(self, token: str | None) -> Role | None:
        """The role that `token` gives; None if it is not valid."""
        if not self.required:
            return self._without
        given = (token or "").encode(
            "utf-8", "surrogatepass"
        )  # JSON can hold half a surrogate pair, which is not UTF-8
        found = None
        for role, expected in self._roles.items():
            if expected and hmac.compare_digest(expected.encode(), given):
                found = role
        return found or (Role.PUBLISHER if self.camera_of(token) else None)

    def camera_of(self, token: str | None) -> str | None:
        """The camera as which a publisher's token lets send pictures; None for other tokens."""
        return self._camera_of(token) if self.required and token else None

    def log_in(self, address: str, token: str | None) -> Role | None:
        """`role_of` for a typed token; also None after too many wrong ones from `address`."""
        if self.required and self._logins.exceeded(address):
            return None
        role = self.role_of(token)
        if role is None:
            self._logins.count(address)
        return role

    def ticket(self) -> str | None:
        """A ticket that signs in one browser as operator, once, within a minute; None if no token is required.

        It is for addresses that others may read, such as those on a command line: once used, it is worthless.
        """
        if not self.required:
            return None
        ticket = secrets.token_urlsafe()
        self._tickets[ticket] = self._clock() + TICKET_LASTS
        return ticket

    def redeemed(self, given: str | None) -> str | None:
        """The operator's token for a valid ticket, which is used up; otherwise `given`."""
        until = self._tickets.pop(given or "", None)
        return given if until is None or self._clock() > until else self._operator

    def presented(self, environ: Environ) -> str | None:
        """The token that a request carries: Authorization (Bearer, or Basic with any user name), or the cookie."""
        kind, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() == "bearer":
            return str(value.strip())
        if kind.lower() == "basic":
            return _password(value)
        # Cookies of other programs on this host come along, and may not be UTF-8.
        cookies = environ.get("HTTP_COOKIE", "").encode("latin-1").decode("utf-8", "replace")
        found = parse_cookie(cookies)
        return found.get(self.cookie_name) or found.get(self._camera_cookie)

    def cookie(self, environ: Environ, token: str | None) -> str:
        """A Set-Cookie header that stores `token` for the session, or deletes the cookie if it is None."""
        return dump_cookie(
            self._camera_cookie if self.camera_of(token) else self.cookie_name,
            token or "",
            max_age=None if token else 0,
            path=environ.get("SCRIPT_NAME") or "/",
            secure=environ.get("wsgi.url_scheme") == "https",
            httponly=True,
            samesite="Strict",
        )


def _password(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
