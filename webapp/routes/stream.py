"""Video and still pictures over HTTP: `/stream.mjpg` and `/snapshot.jpg`.

Each viewer has a server thread that takes the newest picture, sends it, and takes the newest again: a slow reader
skips frames and does not delay other viewers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from flask import Blueprint, Response, request

from engine.errors import PosecastError
from webapp.access.connections import connection_of
from webapp.access.errors import ForbiddenError, UnavailableError
from webapp.access.pixels import no_pictures
from webapp.access.tokens import Role
from webapp.live.pictures import BOUNDARY, PictureFeed
from webapp.live.renditions import VIEWS, Rendition, at_least
from webapp.live.viewers import Viewer, Viewers, tell_viewer, too_many
from webapp.shown import role, shown

blueprint = Blueprint("stream", __name__)

_LOOK_UP = 1.0
"""Seconds between checks whether a viewer is still connected, while there are no new frames."""


@blueprint.get("/stream.mjpg")
def stream() -> Response:
    """Every new frame as soon as it is available."""
    rendition, app, may_see = _rendition(), shown(), _may_see()
    may_see(rendition)
    viewer = app.viewers.admit(connection_of(request.environ), request.remote_addr)
    if viewer is None:
        raise UnavailableError(*too_many(app.options.viewer_limit))
    response = Response(
        _parts(app.pictures, lambda: may_see(rendition), app.viewers, viewer),
        mimetype="multipart/x-mixed-replace; boundary=frame",
    )
    address = request.remote_addr
    tell_viewer("viewer_connected", "stream", address)

    def left() -> None:
        app.viewers.release(viewer)
        tell_viewer("viewer_left", "stream", address)

    response.call_on_close(left)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would otherwise collect frames before it passes them on
    return response


@blueprint.get("/snapshot.jpg")
def snapshot() -> Response:
    """The newest frame."""
    shown().seen()
    picture = shown().pictures.wait_newer(_may_see()(_rendition()), None, timeout=0)
    if picture is None:
        raise UnavailableError("there is no frame yet", "try again when the source plays")
    headers = {"Cache-Control": "no-store", **picture.headers}
    return Response(picture.jpeg, mimetype="image/jpeg", headers=headers)


def _parts(
    pictures: PictureFeed, rendition: Callable[[], Rendition], viewers: Viewers, viewer: Viewer
) -> Iterator[bytes]:
    """Multipart parts: the newest picture whenever the last one has been sent, while the viewer may see it."""
    yield BOUNDARY
    picture = None
    while not (viewers.closed or pictures.closed):
        try:
            wanted = rendition()
            newer = pictures.wait_newer(wanted, picture, _LOOK_UP)
            if rendition() != wanted:  # the setting has changed while we waited
                continue
        except ForbiddenError:
            return
        if newer is None:
            if viewer.gone():
                return
            continue
        picture = newer
        viewers.started_writing(viewer)
        yield picture.part
        viewers.finished_writing(viewer)


def _rendition() -> Rendition:
    """What the query asks for: `view`, `camera`, and `width`, which is rounded up to one of few."""
    view, width = request.args.get("view", VIEWS[0]), request.args.get("width")
    if view not in VIEWS:
        raise PosecastError(f"unknown view {view!r}", f"views are: {', '.join(VIEWS)}")
    camera = _camera()
    if width is None:
        return Rendition(view, camera=camera)
    if not re.fullmatch("[1-9][0-9]{0,4}", width):
        raise PosecastError(f"the width is {width!r}", "give whole pixels, 1 to 99999, or no width for the frame's own")
    return Rendition(view, at_least(int(width)), camera=camera)


def _camera() -> str | None:
    """The one camera of a rig that the query asks for; None: all."""
    name = request.args.get("camera")
    if name is None or name in (known := shown().pictures.cameras):
        return name
    hint = (
        f"cameras are: {', '.join(known)}" if known else "leave out `camera`: there are no pictures of single cameras"
    )
    raise PosecastError(f"there is no camera {name!r}", hint)


def _may_see() -> Callable[[Rendition], Rendition]:
    """What the visitor may see of a rendition, now; ForbiddenError if nothing."""
    app, operator = shown(), role() is Role.OPERATOR

    def permitted(rendition: Rendition) -> Rendition:
        sees = "video" if operator else app.viewers_see()
        if rendition.view == "skeleton" or sees == "video":
            return rendition
        if sees == "blurred":
            return replace(rendition, blurred=True)
        raise no_pictures()

    return permitted
