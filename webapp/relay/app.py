"""Composes a relay: the page, the streams and the answers for readers, around what comes from the bus."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from engine.bus import BusAddress
from webapp.access import errors, pixels
from webapp.access.errors import ForbiddenError
from webapp.access.guard import MAX_BODY, Guard
from webapp.access.hosts import Hosts
from webapp.access.options import ServeOptions
from webapp.access.tokens import Role, Tokens
from webapp.bus.reader import Reader
from webapp.live.broadcast import Broadcaster
from webapp.live.heartbeat import Heartbeat
from webapp.live.scene_socket import SceneSockets
from webapp.live.sockets import SocketServer
from webapp.live.viewers import Viewers
from webapp.relay.services import RelayServices
from webapp.routes import assets, pages, reading, stream
from webapp.routes.answers import answer
from webapp.shown import EXTENSION

_READ_ONLY = ("this is a relay: it shows what another server publishes", "use that server, and its operator's link")


def create_relay(address: BusAddress, options: ServeOptions) -> Flask:
    """The application; its threads run once `relay_of(app).start()` is called. Every visitor is a viewer."""
    app = Flask("webapp", static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    errors.install(app)
    assets.install(app)
    for module in (pages, reading, stream):
        app.register_blueprint(module.blueprint)
    tokens = Tokens(options, without=Role.VIEWER)
    sockets, reader = SocketServer(app, tokens, options.viewer_limit), Reader(address)
    services = RelayServices(
        options,
        tokens,
        Viewers(options.viewer_limit),
        sockets,
        reader,
        Broadcaster(reader.scenes, sockets),
        Heartbeat(),
    )
    app.extensions[EXTENSION] = services
    _answer_for_the_publisher(app, services)
    pixels.install(app, services.viewers_see)
    scene_sockets = SceneSockets(services.scenes, services.viewers, options.viewer_limit)
    guarded = Guard(scene_sockets.door(sockets.door(app.wsgi_app)), Hosts(options), tokens)
    app.wsgi_app = (  # type: ignore[method-assign]
        ProxyFix(guarded, x_for=1, x_proto=1, x_host=1, x_prefix=1) if options.behind_proxy else guarded
    )
    return app


def relay_of(app: Flask) -> RelayServices:
    """What runs in a relay, for the code that starts and stops it."""
    return cast(RelayServices, app.extensions[EXTENSION])


def _answer_for_the_publisher(app: Flask, services: RelayServices) -> None:
    """The rest of what the page reads, and a refusal for what only the publishing server does."""

    def events() -> Response:
        return answer(services.reader.told.events)

    def recordings() -> Response:
        return answer({"recording": None, "recordings": [], "total_bytes": 0, "cap_bytes": 0, "formats": []})

    def refuse(path: str = "") -> Response:
        raise ForbiddenError(*_READ_ONLY)

    app.add_url_rule("/api/events", view_func=events)
    app.add_url_rule("/api/recordings", view_func=recordings)
    app.add_url_rule("/api/<path:path>", view_func=refuse, methods=["GET", "PUT", "POST", "PATCH", "DELETE"])
