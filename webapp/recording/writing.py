"""One running recording: its thread, its files, and its end.

The thread takes the newest snapshot; those that it misses are absent from scenes and video alike. Files are `.part`
until they are complete.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from engine.errors import reason
from engine.locks import Lock
from engine.mosaic import picture_of
from engine.types import Image
from engine.video_writer import VideoWriter
from engine.wire import Wire
from webapp.access.errors import ConflictError
from webapp.describe import camera_file
from webapp.live.scenes import Scenes
from webapp.recording.index import Indexer
from webapp.recording.indexes import write_index
from webapp.recording.recordings import CAMERA, PART, SCENES, VIDEO, Recordings, size_of, video_part
from webapp.recording.recovery import drop_torn_line

log = logging.getLogger(__name__)

SPARE_BYTES = 64 * 1024**2
"""Bytes left free on the disk, which are needed to finish the video, and by other programs."""
_LOOK_UP = 0.2
_MOST_IN_A_SECOND = 100

Problem = tuple[str, str]
"""(error, hint) for the user."""


class Session:
    """One recording: its thread and its files. ConflictError if it cannot be created."""

    def __init__(
        self,
        recordings: Recordings,
        scenes: Scenes,
        room: int,
        video: bool,
        ended: Callable[[Problem | None], None],
        make_room: Callable[[], int] = int,
    ) -> None:
        """`room`: bytes that it may take; `make_room` frees some more, if it can, and returns how many."""
        self._scenes, self._room, self._ended = scenes, room, ended
        self._make_room = make_room
        self._indexer = Indexer()
        self.name, self._claim = _new_name(recordings)
        self._path = recordings.folder / f"{self.name}{SCENES}"
        self._part = self._path.with_name(self._path.name + PART)
        self._video_path = recordings.folder / f"{self.name}{VIDEO}" if video else None
        # The current scene is from before the recording.
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
            "seconds": round(self._indexer.seconds, 3),
            "bytes": self._bytes,
            "video": self._video_path is not None,
        }

    def _run(self) -> None:
        problem = self._record()
        if not self._keep_scenes():
            problem = ("recording stopped: nothing could be written", "make room where the recordings lie")
        self._claim.release(delete=True)
        self._ended(problem)

    def _record(self) -> Problem | None:
        """Record until stopped; returns why it ended, unless it was stopped. The video is then finished, or deleted."""
        video: _Video | None = None
        problem: Problem | None = None
        try:
            video = _Video(self._video_path) if self._video_path else None
            with self._part.open("wb") as file:
                problem = self._write(file, video)
        except OSError as error:
            problem = (f"recording stopped: {reason(error)}", "what was recorded until then is kept")
        except Exception:
            log.exception("error while recording")
            problem = ("recording stopped because of an internal error", "the server's log says more")
        if video is not None and not video.finish():
            problem = problem or ("the video of the recording could not be finished", "the scenes are kept")
        return problem

    def _keep_scenes(self) -> bool:
        """Rename the finished scenes; False if there should be some and are none."""
        with suppress(OSError):
            drop_torn_line(self._part)
            if self._part.stat().st_size:
                index = self._indexer.finished()
                if index.bytes == self._part.stat().st_size:
                    write_index(self._path, index)
                self._part.replace(self._path)
                return True
            self._part.unlink()
        return not self._frames

    def _write(self, file: BinaryIO, video: _Video | None) -> Problem | None:
        seen = self._seen
        while not (self._stopping.is_set() or self._scenes.snapshots.closed):
            newer = self._scenes.snapshots.wait_newer(seen, _LOOK_UP)
            if newer is None:
                continue
            seen, snapshot = newer
            line = self._scenes.text(seen, snapshot).encode() + b"\n"
            problem = self._no_room(len(line) + (video.size() if video else 0))
            if problem is not None:
                return problem
            if not self._frames:  # saves the camera that a replay needs for the same view
                self._path.with_suffix(CAMERA).write_text(camera_file(snapshot.scene.camera), encoding="utf-8")
            file.write(line)
            file.flush()  # every counted scene is on the disk
            seconds = self._indexer.add(line)
            if video is not None:
                video.write(picture_of(snapshot.frame), seconds)
            self._frames += 1
            self._bytes += len(line)
        return None

    def _no_room(self, size: int) -> Problem | None:
        """Why `size` bytes more than those of the scenes so far cannot be kept."""
        if self._bytes + size > self._room:
            self._room += self._make_room()
        if self._bytes + size > self._room:
            return ("recording stopped: the recordings have reached their limit", "download and delete some")
        if shutil.disk_usage(self._path.parent).free < SPARE_BYTES:
            return ("recording stopped: the disk is almost full", "make room where the recordings lie")
        return None


class _Video:
    """The video: the unmodified frames, one per line of the scenes, each at the seconds of its scene."""

    def __init__(self, path: Path) -> None:
        self._path, self._part = path, video_part(path)
        self._writer = VideoWriter(self._part, recoverable=True)
        self._begun = False

    def write(self, image: Image, seconds: float) -> None:
        """`seconds` since the first scene, by the wall clock."""
        self._begun = True
        self._writer.write(image, seconds)

    def size(self) -> int:
        return size_of(self._part)

    def finish(self) -> bool:
        """Finish and rename the video. If that fails, delete it, since no player opens it, and return False."""
        try:
            self._writer.close()
            if self._begun and not self._writer.failed:
                self._part.replace(self._path)
        except Exception as error:  # noqa: BLE001 - libav raises its own errors for a full disk
            log.warning("the video of the recording could not be finished: %s", error)
            return False
        finally:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)
        return not self._writer.failed


def _new_name(recordings: Recordings) -> tuple[str, Lock]:
    """`recording-DATE-TIME`, numbered if it exists, and the lock on it."""
    base = f"recording-{time.strftime('%Y%m%d-%H%M%S')}"
    try:
        recordings.folder.mkdir(parents=True, exist_ok=True)
        for name in (base, *(f"{base}-{number}" for number in range(2, _MOST_IN_A_SECOND))):
            ours = None if any(recordings.folder.glob(f"{name}.*")) else recordings.claim(name)
            if ours is not None:
                return name, ours
        refusal = "no name is free"
    except OSError as error:
        refusal = reason(error)
    log.warning("cannot record in %s: %s", recordings.folder, refusal)
    raise ConflictError(
        f"cannot record: {refusal}", "make room, or check the permissions of the folder, which the server's log names"
    )
