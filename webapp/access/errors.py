"""Errors as answers: every error of every route becomes JSON with `error` and `hint`, and the right status."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from engine.errors import PosecastError
from engine.extrinsics import CalibrationTooLargeError, SeveralCamerasError
from engine.pipeline import BackendUnavailable, NothingToCancel, SwitchInProgress, UnknownBackend
from webapp.access.guard import refuse
from webapp.monitoring.logs import event

log = logging.getLogger(__name__)


MAX_TOLD = 1000
"""Maximum length of an error message, which may quote what a visitor sent."""


class ForbiddenError(PosecastError):
    """The visitor may not do this."""


class NotFoundError(PosecastError):
    """Nothing has that name."""


class ConflictError(PosecastError):
    """Not possible in the present state."""


class UnavailableError(PosecastError):
    """Not available at the moment."""


_STATUS: dict[type[PosecastError], int] = {
    UnknownBackend: 404,
    BackendUnavailable: 409,
    SwitchInProgress: 409,
    NothingToCancel: 409,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    CalibrationTooLargeError: 413,
    UnavailableError: 503,
}
_HINTS = {
    404: "see /api/openapi.json for the paths",
    405: "see /api/openapi.json for the methods of this path",
    413: "send less",
    415: "send JSON with Content-Type: application/json",
}


def install(app: Flask) -> None:
    """Answer every error of `app` as JSON."""
    app.register_error_handler(PosecastError, _expected)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: PosecastError) -> int:
    """The status of an answer that tells of `error`."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 400)


def _expected(error: PosecastError) -> Response:
    # The page offers these cameras to choose from.
    more = {"cameras": list(error.names)} if isinstance(error, SeveralCamerasError) else {}
    return _answer(status_of(error), error.error[:MAX_TOLD], error.hint, **more)


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
