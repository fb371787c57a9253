"""Records what is shown: each scene a line of JSONL, as the sockets get it, and the camera's pictures if asked for.

One thread per recording takes the newest snapshot, so that neither disk nor video encoder delays anybody; what it
cannot keep up with is left out of both files alike. Nothing is ever deleted to make room: where the recordings
reach their limit, recording stops and says so.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from engine.types import Snapshot
from engine.video_writer import VideoWriter
from webapp.describe import camera_file
from webapp.errors import ConflictError
from webapp.recordings import CAMERA, PART, SCENES, VIDEO, Recordings
from webapp.scenes import Scenes

log = logging.getLogger(__name__)

_LOOK_UP = 0.2
_MB = 1_000_000

Wire = dict[str, Any]


class Recorder:
    """At most one recording at a time."""

    def __init__(
        self,
        recordings: Recordings,
        scenes: Scenes,
        limit_bytes: int,
        problem: Callable[[str, str], None],
        changed: Callable[[], None],
    ) -> None:
        self.recordings = recordings
        self.limit_bytes = limit_bytes
        self._scenes, self._problem, self._changed = scenes, problem, changed
        self._session: _Session | None = None
        self._lock = threading.Lock()

    def start(self, *, video: bool = False) -> Wire:
        """Begin; ConflictError where one is running or no room is left."""
        with self._lock:
            if self._session is not None and self._session.running:
                raise ConflictError("a recording is already running", 'stop it first with {"record": false}')
            room = self.limit_bytes - self.recordings.total_bytes()
            if room <= 0:
                raise ConflictError(
                    f"the recordings have reached their limit of {self.limit_bytes // _MB} MB", "delete some first"
                )
            self._session = _Session(self.recordings, self._scenes, room, video, self._ended)
            self._session.start()
            status = self._session.status()
        self._changed()
        return status

    def stop(self) -> Wire:
        """End; what was recorded. ConflictError where nothing runs."""
        with self._lock:
            session, self._session = self._session, None
        if session is None or not session.running:
            raise ConflictError("nothing is being recorded", 'start with {"record": true}')
        session.stop()
        return session.status()

    def status(self) -> Wire | None:
        """The recording that runs now."""
        session = self._session
        return session.status() if session is not None and session.running else None

    def close(self) -> None:
        """Finish what runs; bounded."""
        session = self._session
        if session is not None:
            session.stop()

    def _ended(self, problem: tuple[str, str] | None) -> None:
        if problem is not None:
            self._problem(*problem)
        self._changed()


class _Session:
    """One recording: its thread and its files."""

    def __init__(
        self,
        recordings: Recordings,
        scenes: Scenes,
        room: int,
        video: bool,
        ended: Callable[[tuple[str, str] | None], None],
    ) -> None:
        recordings.folder.mkdir(parents=True, exist_ok=True)
        self._scenes, self._room, self._ended = scenes, room, ended
        self.name = _free_name(recordings)
        self._path = recordings.folder / f"{self.name}{SCENES}"
        self._video_path = recordings.folder / f"{self.name}{VIDEO}" if video else None
        self._started = time.monotonic()
        # The scene on show when recording begins belongs to the time before.
        newest = scenes.snapshots.wait_newer(0, timeout=0)
        self._seen = newest[0] if newest else 0
        self._frames = self._bytes = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="posecast-recorder", daemon=True)

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def status(self) -> Wire:
        return {
            "name": self.name,
            "scenes": self._frames,
            "seconds": round(time.monotonic() - self._started, 1),
            "bytes": self._bytes,
            "video": self._video_path is not None,
        }

    def _run(self) -> None:
        problem = None
        try:
            problem = self._record()
        except OSError as error:
            problem = (f"recording stopped: {error.strerror or error}", "what was recorded until then is kept")
        except Exception:
            log.exception("error while recording")
            problem = ("recording stopped by a fault of ours", "the server's log says more")
        self._ended(problem)

    def _record(self) -> tuple[str, str] | None:
        part = self._path.with_name(self._path.name + PART)
        video = _Video(self._video_path) if self._video_path else None
        try:
            with part.open("w", encoding="utf-8") as file:
                return self._write(file.write, video)
        finally:
            if video is not None:
                video.close()
            if self._frames:
                part.replace(self._path)
            else:
                part.unlink(missing_ok=True)

    def _write(self, write: Callable[[str], object], video: _Video | None) -> tuple[str, str] | None:
        seen = self._seen
        while not (self._stopping.is_set() or self._scenes.snapshots.closed):
            newer = self._scenes.snapshots.wait_newer(seen, _LOOK_UP)
            if newer is None:
                continue
            seen, snapshot = newer
            line = self._scenes.text(seen, snapshot) + "\n"
            size = self._bytes + len(line.encode()) + (video.size() if video else 0)
            if size > self._room:
                return ("recording stopped: the recordings have reached their limit", "download and delete some")
            if not self._frames:  # the camera that a replay needs to draw the same view
                self._path.with_suffix(CAMERA).write_text(camera_file(snapshot.scene.camera), encoding="utf-8")
            write(line)
            if video is not None:
                video.write(snapshot)
            self._frames += 1
            self._bytes += len(line.encode())
        return None


class _Video:
    """The frames as they came, one per line of the scenes."""

    def __init__(self, path: Any) -> None:
        self._path = path
        # The suffix stays last: the writer chooses its format by it.
        self._part = path.with_name(f"{path.stem}{PART}{path.suffix}")
        self._writer = VideoWriter(self._part)
        self._first: float | None = None

    def write(self, snapshot: Snapshot) -> None:
        if self._first is None:
            self._first = snapshot.frame.captured_at
        self._writer.write(snapshot.frame.image, snapshot.frame.captured_at - self._first)

    def size(self) -> int:
        return int(self._part.stat().st_size) if self._part.exists() else 0

    def close(self) -> None:
        self._writer.close()
        if self._first is None:
            self._part.unlink(missing_ok=True)
        else:
            self._part.replace(self._path)


def _free_name(recordings: Recordings) -> str:
    """`recording-DATE-TIME`, numbered where one of this second exists."""
    base = name = f"recording-{time.strftime('%Y%m%d-%H%M%S')}"
    number = 1
    while any(recordings.folder.glob(f"{name}.*")):
        number += 1
        name = f"{base}-{number}"
    return name
