"""Uploads over HTTP, for operators: begin, send pieces, list, remove.

A file arrives in pieces of at most 1 MiB, so that no request is large and a broken one costs one piece. `offset` is
how much has arrived; where a connection broke, `GET` tells it, and the next piece begins there.
"""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file

from engine.capture.uploaded import UPLOAD
from engine.errors import PosecastError
from webapp.access.errors import ForbiddenError
from webapp.access.tokens import Role
from webapp.routes.answers import answer
from webapp.routes.request_body import checked
from webapp.routes.request_types import UploadRequest
from webapp.services import services
from webapp.shown import role
from webapp.uploads.uploads import MAX_PIECE

blueprint = Blueprint("uploads", __name__, url_prefix="/api/uploads")

_LONGEST_OFFSET = 18


@blueprint.before_request
def operators_only() -> None:
    """What an operator uploads is not for viewers, not even its names and small pictures."""
    if role() is not Role.OPERATOR:
        raise ForbiddenError("a view-only visitor may not see uploads", "use the operator's link")


@blueprint.get("")
def listing() -> Response:
    """All uploads, unfinished ones, and their total and permitted size."""
    uploads = services().uploads
    return answer(
        {
            "uploads": uploads.listing(),
            "unfinished": uploads.unfinished(),
            "total_bytes": uploads.total_bytes(),
            "cap_bytes": uploads.limit_bytes,
            "piece_bytes": MAX_PIECE,
        }
    )


@blueprint.post("")
def begin() -> Response:
    """Begin an upload, or go on with an unfinished one of the same file."""
    body = checked(UploadRequest)
    return answer(services().uploads.begin(body.name, body.size, body.modified), 201)


@blueprint.get("/<name>")
def status(name: str) -> Response:
    """What is known about an upload, and how much has arrived."""
    return answer(services().uploads.status(name))


@blueprint.patch("/<name>")
def receive(name: str) -> Response:
    """Add the piece in the body, which begins at `?offset=`; the last one is answered when the file was examined."""
    uploads = services().uploads
    uploads.status(name)
    offset = request.args.get("offset", "")
    if not (offset.isascii() and offset.isdecimal() and len(offset) <= _LONGEST_OFFSET):
        raise PosecastError("offset is not a number of bytes", "send the piece to ?offset=BYTES")
    return answer(uploads.receive(name, int(offset), request.get_data()))


@blueprint.delete("/<name>")
def remove(name: str) -> Response:
    """Remove an upload; one that plays stops."""
    app = services()
    app.uploads.remove(name)
    app.source_desk.gone(UPLOAD + name)
    return answer({"deleted": name})


@blueprint.get("/<name>/thumbnail.jpg")
def thumbnail(name: str) -> Response:
    """The first picture, small."""
    return send_file(services().uploads.thumbnail(name).resolve(), mimetype="image/jpeg", max_age=86400)
