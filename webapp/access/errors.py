"""Errors as answers: `{"error", "hint"}` in JSON with the right status, for every fault under every path."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from engine.errors import PosecastError
from engine.extrinsics import CalibrationTooLargeError, SeveralCamerasError
from engine.pipeline import BackendUnavailable, SwitchInProgress, UnknownBackend
from webapp.access.guard import refuse
from webapp.monitoring.logs import event

log = logging.getLogger(__name__)


MAX_TOLD = 1000
"""Characters of what is wrong: it may quote a visitor's own megabyte."""


class ForbiddenError(PosecastError):
    """The visitor may not have this."""


class NotFoundError(PosecastError):
    """There is nothing of that name."""


class ConflictError(PosecastError):
    """Not while things are as they are."""


class UnavailableError(PosecastError):
    """Not now; later perhaps."""


_STATUS: dict[type[PosecastError], int] = {
    UnknownBackend: 404,
    BackendUnavailable: 409,
    SwitchInProgress: 409,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    CalibrationTooLargeError: 413,
    UnavailableError: 503,
}
_HINTS = {
    404: "see /api/openapi.json for what there is",
    405: "see /api/openapi.json for what may be done here",
    413: "send less",
    415: "send JSON with Content-Type: application/json",
}


def install(app: Flask) -> None:
    """Answer every error of `app` in our form."""
    app.register_error_handler(PosecastError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _ours(error: PosecastError) -> Response:
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 400)
    # The page offers these to choose from.
    more = {"cameras": list(error.names)} if isinstance(error, SeveralCamerasError) else {}
    return _answer(status, error.error[:MAX_TOLD], error.hint, **more)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    answer = _answer(status, (error.name or "error").lower(), _HINTS.get(status, ""))
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _unexpected(error: Exception) -> Response:
    message = f"error while answering {request.method} {request.path}"
    event(log, "request_failed", message, level=logging.ERROR, exception=error, path=request.path)
    return _answer(500, "something went wrong on the server", "its log says what")


def _answer(status: int, error: str, hint: str, **more: object) -> Response:
    refusal = refuse(status, error, hint, **more)
    return Response(refusal.get_data(), status, headers=list(refusal.headers))
