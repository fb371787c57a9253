"""The services that request handlers use: made once by `create_app`, found through the current application."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from flask import current_app

from engine.errors import reason
from engine.pipeline import Pipeline
from engine.types import Snapshot
from engine.wire import Wire
from webapp.access.options import ServeOptions
from webapp.access.tokens import Tokens
from webapp.bus.publisher import Publisher
from webapp.live.broadcast import Broadcaster
from webapp.live.heartbeat import Heartbeat
from webapp.live.pictures import Pictures
from webapp.live.scenes import Scenes
from webapp.live.sockets import SocketServer
from webapp.live.viewers import Viewers
from webapp.monitoring.backend_timings import Costs
from webapp.monitoring.metrics import ErrorCounter, Metrics
from webapp.publishing.passes import Passes
from webapp.publishing.publishers import Publishers
from webapp.publishing.webrtc import WebRtc
from webapp.recording.exporting import Exports
from webapp.recording.library import Library
from webapp.recording.recorder import Recorder
from webapp.recording.recordings import Recordings
from webapp.recording.series import SeriesDesk
from webapp.recording.thumbnails import Thumbnails
from webapp.shown import EXTENSION
from webapp.state.auto_pause import Attendance
from webapp.state.calibrating import Calibrating
from webapp.state.camera import CameraDesk
from webapp.state.engine_events import EngineEvents
from webapp.state.event_desk import EventDesk
from webapp.state.outputs import OutputDesk
from webapp.state.rig_desk import RigDesk
from webapp.state.source_desk import SourceDesk
from webapp.state.sources import Sources
from webapp.state.startup_problems import Notices, Problem
from webapp.state.status import Status
from webapp.uploads.uploads import Uploads

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """One of each."""

    pipeline: Pipeline
    options: ServeOptions
    tokens: Tokens
    scenes: Scenes
    pictures: Pictures
    viewers: Viewers
    sockets: SocketServer
    broadcaster: Broadcaster[Snapshot]
    heartbeat: Heartbeat
    recordings: Recordings
    library: Library
    thumbnails: Thumbnails
    recorder: Recorder
    exports: Exports
    series: SeriesDesk
    uploads: Uploads
    passes: Passes
    publishers: Publishers
    webrtc: WebRtc
    sources: Sources
    source_desk: SourceDesk
    camera: CameraDesk
    rig: RigDesk
    calibrating: Calibrating
    events: EngineEvents
    event_desk: EventDesk
    costs: Costs
    metrics: Metrics
    error_counter: ErrorCounter
    outputs: OutputDesk
    publisher: Publisher | None
    attendance: Attendance
    status: Status
    notices: Notices

    def viewers_see(self) -> str:
        """What view-only visitors see: `video`, `blurred` or `skeleton`."""
        return self.pipeline.state().settings.viewers_see

    def health(self) -> str | None:
        """Why frames do not flow; None while they do."""
        return self.pipeline.health()

    def state(self) -> Wire:
        """The `state` event, and `now` by this machine's clock, seconds since 1970."""
        return {**self.status.state(), "now": round(time.time(), 3)}

    def metrics_text(self) -> str:
        """For Prometheus."""
        return self.status.metrics()

    def seen(self) -> None:
        """Somebody has asked for a picture or a scene."""
        self.attendance.seen()

    def start(self, problems: Sequence[Problem] = ()) -> None:
        """Start the background work, and report `problems`."""
        logging.getLogger().addHandler(self.error_counter)
        for problem in problems:
            self.notices.tell(*problem)
        try:
            self.recordings.prepare()
        except OSError as error:
            unusable = f"the folder of the recordings cannot be used: {reason(error)}"
            log.warning("the recordings are in %s", self.recordings.folder)
            self.notices.tell("recording", unusable, "check its permissions, and that its disk is not full")
        for wrong in self.outputs.start():
            self.notices.tell("settings", wrong.error, wrong.hint)
        self.broadcaster.start()
        if self.publisher is not None:
            self.publisher.start()
        self.heartbeat.start()

    def stop(self) -> None:
        """End streams and sockets first, to release their server threads, then the rest; waits a bounded time."""
        self.viewers.close()
        self.sockets.close()
        self.publishers.close()
        self.webrtc.close()
        self.recorder.close()
        self.exports.close()
        self.library.close()
        self.series.close()
        self.outputs.close()
        if self.publisher is not None:
            self.publisher.close()
        self.heartbeat.close()
        self.broadcaster.close()
        self.events.settle()
        self.camera.settle()
        logging.getLogger().removeHandler(self.error_counter)


def services() -> Services:
    """The services of the application that handles the current request."""
    return cast(Services, current_app.extensions[EXTENSION])
