"""Composes the web application: all parts of the server are created here.

    Guard -> scene sockets -> sockets' door -> Socket.IO -> Flask blueprints -> services

`services_of(app).start()` and `.stop()` start and stop its threads; the caller owns the pipeline.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from time import monotonic
from typing import cast

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from engine.bus import bus_address
from engine.capture.browser import Publications
from engine.capture.uploaded import default_uploads, uploaded_file
from engine.errors import PosecastError
from engine.outputs import Feed, Outputs
from engine.pipeline import Pipeline
from engine.settings import Settings
from engine.types import Snapshot
from engine.wire import Wire
from webapp.access import errors, pixels
from webapp.access.guard import MAX_BODY, Guard
from webapp.access.hosts import Hosts
from webapp.access.options import ServeOptions
from webapp.access.tokens import Tokens
from webapp.bus.publisher import Publisher
from webapp.live.broadcast import Broadcaster
from webapp.live.heartbeat import Heartbeat
from webapp.live.pictures import Pictures
from webapp.live.scene_socket import SceneSockets
from webapp.live.scenes import Scenes
from webapp.live.sockets import SocketServer
from webapp.live.viewers import Viewers
from webapp.monitoring.backend_timings import Costs
from webapp.monitoring.metrics import ErrorCounter, Metrics
from webapp.publishing.frames import FrameSockets
from webapp.publishing.passes import Passes
from webapp.publishing.publishers import Publishers
from webapp.publishing.webrtc import WebRtc
from webapp.recording.exporting import Exports
from webapp.recording.library import Library
from webapp.recording.recorder import Recorder
from webapp.recording.recordings import Recordings
from webapp.recording.series import SeriesDesk
from webapp.recording.thumbnails import Thumbnails
from webapp.routes import BLUEPRINTS, assets
from webapp.services import Services
from webapp.shown import EXTENSION
from webapp.state.auto_pause import Attendance
from webapp.state.calibrating import Calibrating
from webapp.state.camera import CameraDesk
from webapp.state.camera_memory import CameraMemory
from webapp.state.engine_events import EngineEvents
from webapp.state.event_desk import EventDesk
from webapp.state.outputs import OutputDesk
from webapp.state.rig_desk import RigDesk
from webapp.state.source_desk import SourceDesk
from webapp.state.source_key import SourceKeys
from webapp.state.sources import Sources
from webapp.state.startup_problems import Notices
from webapp.state.status import Status
from webapp.state.store import Store, default_recordings
from webapp.uploads.uploads import Uploads


def create_app(
    pipeline: Pipeline,
    store: Store,
    options: ServeOptions,
    given: Collection[str] = (),
    publications: Publications | None = None,
) -> Flask:
    """The application around a pipeline. It answers requests; its threads run once its services are started.

    `given`: names of the pipeline's settings that were given for its source, and override what is remembered of it.
    `publications`: where the pipeline takes the pictures of `browser:NAME` from.
    """
    app = Flask("webapp", static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    errors.install(app)
    assets.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    passes = Passes(store.path.with_name("camera_links.json"))
    tokens = Tokens(options, camera_of=passes.name_of)
    sockets = SocketServer(app, tokens, options.viewer_limit)
    services = _services(pipeline, store, options, tokens, sockets, passes, publications or Publications())
    for problem in services.camera.begin(given, _saved(store)):
        services.notices.tell("settings", *problem)
    broken = services.event_desk.begin()
    if broken is not None:
        services.notices.tell("settings", broken, "set the rules for events again")
    _connect(services)
    app.extensions[EXTENSION] = services
    pixels.install(app, services.viewers_see)
    scene_sockets = SceneSockets(services.scenes, services.viewers, options.viewer_limit)
    doors = FrameSockets(services.publishers).door(scene_sockets.door(sockets.door(app.wsgi_app)))
    guarded = Guard(doors, Hosts(options), tokens)
    app.wsgi_app = (  # type: ignore[method-assign]
        ProxyFix(guarded, x_for=1, x_proto=1, x_host=1, x_prefix=1) if options.behind_proxy else guarded
    )
    return app


def _saved(store: Store) -> Settings:
    try:
        return store.load()[0]
    except (OSError, PosecastError):  # it cannot be read: the server has said so at its start
        return Settings()


def services_of(app: Flask) -> Services:
    """The services of an application, for the code that starts and stops it."""
    return cast(Services, app.extensions[EXTENSION])


def _services(
    pipeline: Pipeline,
    store: Store,
    options: ServeOptions,
    tokens: Tokens,
    sockets: SocketServer,
    passes: Passes,
    publications: Publications,
) -> Services:
    scenes, metrics, viewers = Scenes(pipeline.snapshots, pipeline.fps), Metrics(), Viewers(options.viewer_limit)
    broadcaster = Broadcaster(scenes, sockets)
    recordings = Recordings(options.recordings or default_recordings())
    library = Library(recordings)
    recorder = Recorder(
        recordings,
        scenes,
        options.recordings_limit_bytes,
        broadcaster.problem,
        broadcaster.state_changed,
        lambda held: pipeline.hold_floor("recording") if held else pipeline.release_floor("recording"),
        library.trash.empty,
    )
    publishers = Publishers(publications, broadcaster.state_changed)
    uploads = Uploads(options.uploads or default_uploads(), options.uploads_limit_bytes, broadcaster.state_changed)
    named = (pipeline.state().settings.source, *options.allow_sources)
    sources = Sources(named, library.sources, uploads.sources, passes.names, addresses=options.addresses)
    source_desk = SourceDesk(pipeline, sources, store)
    keys = SourceKeys(partial(uploaded_file, folder=options.uploads))
    camera = CameraDesk(pipeline, CameraMemory(store.path.with_name("cameras.json"), keys), broadcaster.problem)
    desk = EventDesk(pipeline, store.path.with_name("events.json"), metrics)
    outputs = OutputDesk(pipeline, Outputs(Feed(pipeline.snapshots, scenes.text)), options.outputs)
    pictures = Pictures(pipeline.snapshots, pipeline.frames)
    publisher = None if options.publish is None else Publisher(bus_address(options.publish), scenes, pictures)
    status = Status(
        pipeline,
        sources,
        source_desk,
        recorder,
        broadcaster,
        viewers,
        metrics,
        outputs,
        lambda: camera.can_undo,
        {
            "publishing": publishers.names,
            "publish": lambda: None if publisher is None else publisher.report(),
            "events_revision": lambda: desk.revision,
            "recordings_revision": lambda: library.revision,
        },
    )
    return Services(
        pipeline=pipeline,
        options=options,
        tokens=tokens,
        scenes=scenes,
        pictures=pictures,
        viewers=viewers,
        sockets=sockets,
        broadcaster=broadcaster,
        heartbeat=Heartbeat(),
        recordings=recordings,
        library=library,
        thumbnails=Thumbnails(library),
        recorder=recorder,
        exports=Exports(),
        series=SeriesDesk(),
        uploads=uploads,
        passes=passes,
        publishers=publishers,
        webrtc=WebRtc(publishers),
        sources=sources,
        source_desk=source_desk,
        camera=camera,
        rig=RigDesk(pipeline, camera),
        calibrating=Calibrating(pipeline, camera),
        events=EngineEvents(pipeline, store, broadcaster, metrics),
        event_desk=desk,
        costs=Costs(),
        metrics=metrics,
        outputs=outputs,
        publisher=publisher,
        error_counter=ErrorCounter(metrics),
        status=status,
        attendance=Attendance(pipeline, status.present),
        notices=Notices(sockets),
    )


def _connect(services: Services) -> None:
    """Connect the services: subscriptions, and the jobs of every second."""
    broadcaster, pipeline = services.broadcaster, services.pipeline
    pipeline.subscribe(services.events)
    services.sockets.on_clients(partial(_join, services), partial(_leave, services))
    broadcaster.tell(services.status.state, services.status.stats)
    broadcaster.each_snapshot(services.camera.remember)
    broadcaster.each_snapshot(lambda version, snapshot: _measure(services, snapshot))
    broadcaster.each_snapshot(lambda version, snapshot: services.event_desk.see(snapshot))
    broadcaster.each_snapshot(lambda version, snapshot: _remember_faces(services, snapshot))
    broadcaster.each_published(lambda shown: services.metrics.published(monotonic() - shown.frame.captured_at))
    if services.publisher is not None:
        services.publisher.tell(partial(_told_to_relays, services), services.viewers_see)
    heartbeat = services.heartbeat
    heartbeat.each_second("sending statistics", broadcaster.send_stats)
    heartbeat.each_second("dropping silent clients", broadcaster.drop_silent)
    heartbeat.each_second("ending unused connections", services.sockets.sweep)
    heartbeat.each_second("ending stuck streams", services.viewers.drop_stuck)
    heartbeat.each_second("saving settings", services.events.settle)
    heartbeat.each_second("saving the camera", services.camera.settle)
    heartbeat.each_second("looking for a calibration board", services.calibrating.look)
    heartbeat.each_second("saving the source to start with", services.source_desk.settle)
    heartbeat.each_second("erasing deleted recordings", services.library.trash.sweep)
    heartbeat.each_second("reporting problems of the start", services.notices.deliver)
    heartbeat.each_second("noting backend timings", lambda: services.costs.observe(pipeline.state()))
    heartbeat.each_second("pausing the source", services.attendance.check)


def _join(services: Services, sid: str) -> None:
    services.broadcaster.join(sid)
    services.notices.join(sid)


def _leave(services: Services, sid: str) -> None:
    services.broadcaster.leave(sid)
    services.notices.leave(sid)


def _told_to_relays(services: Services) -> Wire:
    """What viewers of a relay are told, beside scenes and pictures."""
    return {
        "state": services.status.state(),
        "stats": services.status.stats(),
        "events": services.event_desk.document(),
        "health": services.health(),
    }


def _remember_faces(services: Services, snapshot: Snapshot) -> None:
    if services.viewers_see() == "blurred":
        services.pictures.faces.see(snapshot)


def _measure(services: Services, snapshot: Snapshot) -> None:
    """Count the times of a frame, except a replayed one, whose times were measured earlier."""
    if not snapshot.replayed:
        services.metrics.worked(snapshot.stage_ms)
        services.costs.worked(snapshot)
