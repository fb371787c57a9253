"""Explains to the user why a stream fails."""

from __future__ import annotations

import socket
import ssl
import urllib.error

import av

from engine.capture.network.pictures import Refused
from engine.capture.network.protocol import Request
from engine.errors import PosecastError
from engine.redaction import redact

_UNREACHABLE = "it cannot be reached, or the connection broke (input/output error)"
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (av.error.HTTPUnauthorizedError, "it requires a user name and a password, or other ones (401)"),
    (av.error.HTTPForbiddenError, "it denies access (403)"),
    (av.error.HTTPNotFoundError, "there is nothing at this address (404)"),
    (av.error.HTTPServerError, "the server reports an internal error (5xx)"),
    (ConnectionRefusedError, "connection refused"),
    (socket.gaierror, "the host name is unknown"),
    (ssl.SSLError, "it does not speak TLS here: try http://"),
    (av.error.InvalidDataError, "the server does not send a video"),
    (av.error.EOFError, "the stream ended"),
    (OSError, _UNREACHABLE),
)
_STATUS: dict[int, str] = {
    401: "it requires a user name and a password, or other ones (401)",
    403: "it denies access (403)",
    404: "there is nothing at this address (404)",
}


def reason_of(error: Exception, request: Request) -> str:
    """The reason for `error`, without secrets."""
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        fault = "the server reports an internal error" if error.code >= 500 else "the server refuses"
        return _STATUS.get(error.code, f"{fault} ({error.code})")
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, Exception):
        if isinstance(error.reason, TimeoutError):
            return f"no answer within {request.open_s:g} s"
        return reason_of(error.reason, request)
    if isinstance(error, (av.error.ExitError, TimeoutError)):  # our own time limit interrupted it
        return f"no answer within {request.read_s:g} s"
    if isinstance(error, Refused):
        return redact(str(error))
    if isinstance(error, PosecastError):
        return error.error
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    return redact(getattr(error, "strerror", None) or f"{type(error).__name__}: {error}")
