"""The web application, composed: everything the server is made of is made here, and nowhere else.

    Guard -> sockets' door -> Socket.IO -> Flask blueprints -> services

`create_app` builds; `services_of(app).start()` and `.stop()` run its threads; the pipeline belongs to the caller.
"""

from __future__ import annotations

from typing import cast

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from engine.pipeline import Pipeline
from webapp import api, camera_api, errors, pages, recordings_api, stream
from webapp.attendance import Attendance
from webapp.auth import Tokens
from webapp.broadcast import Broadcaster
from webapp.camera import CameraDesk
from webapp.costs import Costs
from webapp.describe import describe_state, describe_stats
from webapp.encode import Pictures
from webapp.events import EngineEvents
from webapp.guard import Guard
from webapp.hosts import Hosts
from webapp.metrics import Metrics
from webapp.options import ServeOptions
from webapp.recorder import Recorder
from webapp.recordings import Recordings
from webapp.scenes import Scenes
from webapp.services import EXTENSION, Services
from webapp.sockets import SocketServer
from webapp.sources import Sources
from webapp.store import Store, default_recordings
from webapp.viewers import Viewers
from webapp.wire import Wire


def create_app(pipeline: Pipeline, store: Store, options: ServeOptions) -> Flask:
    """The application around a pipeline. It answers; its threads run once its services are started."""
    app = Flask("webapp", static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    errors.install(app)
    for module in (pages, api, camera_api, recordings_api, stream):
        app.register_blueprint(module.blueprint)
    tokens = Tokens(options)
    sockets = SocketServer(app, tokens, options.viewer_limit)
    app.extensions[EXTENSION] = _services(pipeline, store, options, tokens, sockets)
    guarded = Guard(sockets.door(app.wsgi_app), Hosts(options), tokens)
    app.wsgi_app = (  # type: ignore[method-assign]
        ProxyFix(guarded, x_for=1, x_proto=1, x_host=1, x_prefix=1) if options.behind_proxy else guarded
    )
    return app


def services_of(app: Flask) -> Services:
    """For whoever starts and stops the application."""
    return cast(Services, app.extensions[EXTENSION])


def _services(
    pipeline: Pipeline, store: Store, options: ServeOptions, tokens: Tokens, sockets: SocketServer
) -> Services:
    scenes, pictures, metrics = Scenes(pipeline.snapshots), Pictures(pipeline.snapshots), Metrics()
    viewers = Viewers(options.viewer_limit)
    recordings = Recordings(options.recordings or default_recordings())
    sources = Sources((pipeline.state().settings.source, *options.allow_sources), recordings.names)

    def state() -> Wire:
        return {**describe_state(pipeline.state()), "sources": sources.names(), "recording": recorder.status()}

    def stats() -> Wire:
        return {
            **describe_stats(pipeline.state().stats),
            "publish_ms": metrics.publish_ms(),
            "viewers": len(broadcaster),
            "streams": len(viewers),
            "recording": recorder.status(),
        }

    broadcaster = Broadcaster(scenes, sockets, state, stats, metrics.published)
    recorder = Recorder(
        recordings, scenes, options.recordings_limit_bytes, broadcaster.problem, broadcaster.state_changed
    )
    events = EngineEvents(pipeline, store, broadcaster, metrics)
    camera, costs = CameraDesk(pipeline, store), Costs()
    attendance = Attendance(pipeline, lambda: len(broadcaster) + len(viewers) + (recorder.status() is not None))
    pipeline.subscribe(events)
    sockets.on_clients(broadcaster.join, broadcaster.leave)
    broadcaster.each_tick(events.settle)
    broadcaster.each_tick(viewers.drop_stuck)
    broadcaster.each_tick(attendance.check)
    broadcaster.each_tick(lambda: costs.observe(pipeline.state()))
    broadcaster.each_snapshot(camera.remember)
    return Services(
        pipeline=pipeline,
        options=options,
        tokens=tokens,
        scenes=scenes,
        pictures=pictures,
        viewers=viewers,
        sockets=sockets,
        broadcaster=broadcaster,
        recordings=recordings,
        recorder=recorder,
        sources=sources,
        camera=camera,
        events=events,
        costs=costs,
        metrics=metrics,
        attendance=attendance,
        state=state,
    )
