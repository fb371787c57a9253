"""Cameras that send their pictures here: the page for a phone, WHIP, pictures over a WebSocket, and their links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request

from engine.capture.browser import DEFAULT_NAME, NAME
from engine.errors import PosecastError
from webapp.access.errors import ForbiddenError, NotFoundError
from webapp.access.share import camera_link, for_others
from webapp.access.tokens import CAMERA, Role
from webapp.publishing.frames import receive
from webapp.routes.answers import answer
from webapp.routes.pages import page
from webapp.routes.request_body import checked
from webapp.routes.request_types import NamedCamera
from webapp.services import role, services

blueprint = Blueprint("publishing", __name__)

_SDP = "application/sdp"
_LONGEST_OFFER = 64 * 1024


@blueprint.get("/camera")
def camera() -> Response:
    """The page that makes a browser a camera."""
    return page("camera.html", camera=_permitted(request.args.get("name") or None))


@blueprint.post("/whip/<name>")
def publish(name: str) -> Response:
    """Begin to publish by WebRTC: an SDP offer for an SDP answer."""
    _permitted(name)
    if request.mimetype != _SDP or request.content_length is None or request.content_length > _LONGEST_OFFER:
        raise PosecastError(f"the body is not an SDP offer of at most {_LONGEST_OFFER} bytes", f"send it as {_SDP}")
    publisher, sdp = services().webrtc.answer(name, request.get_data(as_text=True))
    location = f"{request.script_root}/whip/{name}/{publisher.id}"
    return Response(sdp, 201, mimetype=_SDP, headers={"Location": location, "Cache-Control": "no-store"})


@blueprint.delete("/whip/<name>/<session>")
def stop_publishing(name: str, session: str) -> Response:
    """End what was begun."""
    _permitted(name)
    publisher = services().publishers.get(name)
    if publisher is None or publisher.id != session:
        raise NotFoundError("this connection has ended already", "nothing is to be done")
    services().publishers.hang_up(name)
    return answer({"ended": name})


class _WebSocketEnded(Response):
    """What a view returns after a WebSocket: for the server, nothing is left to answer."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._mode = mode

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        if self._mode == "gunicorn":
            raise StopIteration
        return super().__call__(environ, start_response) if self._mode != "werkzeug" else []


@blueprint.get("/publish/<name>")
def publish_pictures(name: str) -> Response:
    """A WebSocket for JPEG pictures, where WebRTC does not connect."""
    _permitted(name)
    if "websocket" not in request.headers.get("Upgrade", "").lower():
        raise PosecastError("this is a WebSocket", "send JPEG pictures as binary messages")
    return _WebSocketEnded(receive(request.environ, services().publishers, name).mode)


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
        "secure": url.startswith("https:"),
        "command": app.options.camera_command,
    }


def _permitted(name: str | None) -> str:
    """The camera's name as which the visitor may publish; ForbiddenError for viewers, and for another's name."""
    own: str | None = request.environ.get(CAMERA)
    if role() is Role.VIEWER:
        raise ForbiddenError("this link is for viewing only", "ask the operator for a camera's link")
    if own is not None and name not in (None, own):
        raise ForbiddenError(f"this link is for the camera {own}", f"publish as {own}")
    chosen = own or name or DEFAULT_NAME
    if not NAME.fullmatch(chosen):
        raise NotFoundError(
            f"{chosen[:40]!r} is not a camera's name", "use small letters, digits and -, such as left-1"
        )
    return chosen


def _only_operators() -> None:
    if role() is not Role.OPERATOR:
        raise ForbiddenError("links of cameras are for operators", "use the operator's link")
