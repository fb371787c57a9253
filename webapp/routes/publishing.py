"""Cameras that send their pictures here: the page for a phone, WHIP, and their links."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from engine.errors import PosecastError
from webapp.access.errors import ForbiddenError, NotFoundError
from webapp.access.options import is_loopback
from webapp.access.share import camera_link, for_others
from webapp.access.tokens import Role
from webapp.publishing.permission import permitted
from webapp.routes.answers import answer
from webapp.routes.pages import page
from webapp.routes.request_body import checked
from webapp.routes.request_types import NamedCamera
from webapp.services import services
from webapp.shown import role

blueprint = Blueprint("publishing", __name__)

_SDP = "application/sdp"
_LONGEST_OFFER = 64 * 1024


@blueprint.get("/camera")
def camera() -> Response:
    """The page that makes a browser a camera."""
    return page("camera.html", camera=permitted(request.environ, request.args.get("name") or None))


@blueprint.post("/whip/<name>")
def publish(name: str) -> Response:
    """Begin to publish by WebRTC: an SDP offer for an SDP answer."""
    permitted(request.environ, name)
    if request.mimetype != _SDP or request.content_length is None or request.content_length > _LONGEST_OFFER:
        raise PosecastError(f"the body is not an SDP offer of at most {_LONGEST_OFFER} bytes", f"send it as {_SDP}")
    publisher, sdp = services().webrtc.answer(name, request.get_data(as_text=True))
    location = f"{request.script_root}/whip/{name}/{publisher.id}"
    return Response(sdp, 201, mimetype=_SDP, headers={"Location": location, "Cache-Control": "no-store"})


@blueprint.delete("/whip/<name>/<session>")
def stop_publishing(name: str, session: str) -> Response:
    """End what was begun."""
    permitted(request.environ, name)
    publisher = services().publishers.get(name)
    if publisher is None or publisher.id != session:
        raise NotFoundError("this connection has ended already", "nothing is to be done")
    services().publishers.hang_up(name)
    return answer({"ended": name})


@blueprint.get("/api/cameras")
def listing() -> Response:
    """The cameras that may publish, their links with QR codes, and which of them do."""
    _only_operators()
    return answer(_describe())


@blueprint.post("/api/cameras")
def invite() -> Response:
    """Make a camera's link, or return the one that it has."""
    name = checked(NamedCamera).name
    services().passes.issue(name)
    services().broadcaster.state_changed()
    return answer(_describe(), 201)


@blueprint.delete("/api/cameras/<name>")
def revoke(name: str) -> Response:
    """Make a camera's link worthless, and end its connection."""
    app = services()
    app.passes.revoke(name)
    app.publishers.hang_up(name)
    app.broadcaster.state_changed()
    return answer(_describe())


def _describe() -> dict[str, Any]:
    app = services()
    url = for_others(app.options, f"{request.host_url.rstrip('/')}{request.script_root}/")
    return {
        "cameras": [
            {
                "name": name,
                "source": f"browser:{name}",
                **camera_link(url, name, app.passes.token(name) if app.options.protected else None),
                "whip": f"{url}whip/{name}",
                "publishing": app.publishers.describe(name),
            }
            for name in app.passes.names()
        ],
        # From elsewhere: an address of this computer alone leads other devices to themselves.
        "secure": url.startswith("https:") and not is_loopback(urlsplit(url).hostname or ""),
        "command": app.options.camera_command,
        "fingerprint": app.options.fingerprint,
    }


def _only_operators() -> None:
    if role() is not Role.OPERATOR:
        raise ForbiddenError("links of cameras are for operators", "use the operator's link")
