"""Whether the visitor of a request may send pictures, and as which camera."""

from __future__ import annotations

from engine.capture.browser import DEFAULT_NAME, NAME
from webapp.access.errors import ForbiddenError, NotFoundError
from webapp.access.tokens import CAMERA, ROLE, Environ, Role


def permitted(environ: Environ, name: str | None) -> str:
    """The camera's name; ForbiddenError for viewers, and for the name of another camera's link."""
    own: str | None = environ.get(CAMERA)
    if environ.get(ROLE) not in (Role.OPERATOR, Role.PUBLISHER):
        raise ForbiddenError("this link is for viewing only", "ask the operator for a camera's link")
    if own is not None and name not in (None, own):
        raise ForbiddenError(f"this link is for the camera {own}", f"publish as {own}")
    chosen = own or name or DEFAULT_NAME
    if not NAME.fullmatch(chosen):
        raise NotFoundError(
            f"{chosen[:40]!r} is not a camera's name", "use small letters, digits and -, such as left-1"
        )
    return chosen
