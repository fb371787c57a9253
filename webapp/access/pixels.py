"""Which pictures viewers get: the operator's setting `viewers_see`, for every route.

`video`: all; `blurred`: live ones with covered faces; `skeleton`: none. Operators see everything. The routes of
`OBEYING` serve pictures to viewers and obey by themselves (`permitted`, `Sees`); whatever else answers with a picture
or a video is refused here, also a route that is added later.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request

from webapp.access.errors import ForbiddenError
from webapp.access.guard import refuse
from webapp.access.tokens import ROLE, Role

Sees = Callable[[], str]
"""The setting as it is now: `video`, `blurred` or `skeleton`."""
OBEYING = {"stream.stream", "stream.snapshot", "recording_files.thumbnail"}
"""Endpoints that serve pictures in the form that the visitor may see."""
HARMLESS = {"static", "pages.favicon"}
"""Endpoints whose pictures are the page's own."""
_PICTURES = ("image/", "video/", "audio/", "multipart/")
_FILES = "/api/uploads/"
"""Below this are files of an operator, whatever their type."""
_HINT = "the operator decides what viewers see: ask for another setting, or use the operator's link"


def install(app: Flask, sees: Sees) -> None:
    """Refuse pictures that the visitor may not see."""

    def withhold(response: Response) -> Response:
        if not withheld(sees()) or not _has_pixels(response):
            return response
        response.close()
        return _refusal()

    app.after_request(withhold)


def withheld(setting: str) -> bool:
    """Whether the visitor of this request may not see pictures as they are."""
    return request.environ.get(ROLE) is not Role.OPERATOR and setting != "video"


def no_pictures() -> ForbiddenError:
    """The error for a live view that is withheld."""
    return ForbiddenError("viewers of this server see skeletons, no pictures", "request view=skeleton")


def no_video() -> ForbiddenError:
    """The error for the video of a recording that is withheld."""
    return ForbiddenError("pictures are withheld from viewers of this server", _HINT)


def _has_pixels(response: Response) -> bool:
    if request.endpoint in OBEYING | HARMLESS:
        return False
    kind = response.mimetype or ""
    is_file = request.path.startswith(_FILES) and kind != "application/json"
    return is_file or kind.startswith(_PICTURES)


def _refusal() -> Response:
    refusal = refuse(403, "pictures are withheld from viewers of this server", _HINT)
    return Response(refusal.get_data(), 403, headers=list(refusal.headers))
