"""Records the live view: each scene as a line of JSONL, as sent to the sockets, and optionally the camera's pictures.

Each recording has a thread of its own (writing.py), so that neither disk nor video encoder delays the live view.
Nothing is deleted to make room, except what its user deleted before: when the recordings reach their limit, recording
stops with a problem.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from engine.wire import Wire
from webapp.access.errors import ConflictError
from webapp.live.scenes import Scenes
from webapp.monitoring.logs import event, report_problem
from webapp.recording.recordings import Recordings
from webapp.recording.writing import Session

log = logging.getLogger(__name__)

_MB = 1_000_000


class Recorder:
    """At most one recording at a time."""

    def __init__(
        self,
        recordings: Recordings,
        scenes: Scenes,
        limit_bytes: int,
        problem: Callable[[str, str], None],
        changed: Callable[[], None],
        hold_world: Callable[[bool], object] = bool,
        make_room: Callable[[], int] = int,
    ) -> None:
        """`make_room` erases what was deleted and could still be restored, and returns the bytes that became free.
        `hold_world(True)` is called before a recording begins and `hold_world(False)` after its end: a recording is
        of one world, whatever the live view finds out about the floor meanwhile."""
        self.recordings = recordings
        self.limit_bytes = limit_bytes
        self._scenes, self._problem, self._changed = scenes, problem, changed
        self._hold_world, self._make_room = hold_world, make_room
        self._session: Session | None = None
        self._lock = threading.Lock()

    def start(self, *, video: bool = False) -> Wire:
        """Start a recording; ConflictError if one is running or there is no room."""
        with self._lock:
            if self._session is not None and self._session.running:
                raise ConflictError("a recording is already running", 'stop it first with {"record": false}')
            room = self.limit_bytes - self.recordings.total_bytes()
            if room <= 0:
                room += self._make_room()
            if room <= 0:
                raise ConflictError(
                    f"the recordings have reached their limit of {self.limit_bytes // _MB} MB", "delete some first"
                )
            self._hold_world(True)
            try:
                self._session = Session(self.recordings, self._scenes, room, video, self._ended, self._make_room)
            except BaseException:
                self._hold_world(False)
                raise
            self._session.start()
            status = self._session.status()
        event(log, "recording_started", f"recording {status['name']}", name=str(status["name"]), video=video)
        self._changed()
        return status

    def stop(self) -> Wire:
        """Stop, and return what was recorded. ConflictError if nothing is being recorded."""
        with self._lock:
            session, self._session = self._session, None
        if session is None or not session.running:
            raise ConflictError("nothing is being recorded", 'start with {"record": true}')
        session.stop()
        return session.status()

    def status(self) -> Wire | None:
        """The running recording; None without one."""
        session = self._session
        return session.status() if session is not None and session.running else None

    def close(self) -> None:
        """Finish a running recording; waits a bounded time."""
        session = self._session
        if session is not None:
            session.stop()

    def _ended(self, problem: tuple[str, str] | None) -> None:
        if problem is not None:
            report_problem(log, "recording", *problem)
            self._problem(*problem)
        self._hold_world(False)
        event(log, "recording_ended", "recording ended")
        self._changed()
