"""One source and the thread that reads it.

The source is opened in the thread, so that a slow camera delays nothing else. It is reopened when it breaks; only a
source that never delivered a frame is abandoned, unless `keep_trying`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from engine.errors import PosecastError, reason
from engine.geometry import CameraSpec
from engine.pipeline.events import ProblemEvent
from engine.pipeline.timing import Timing
from engine.redaction import redact
from engine.types import Frame, FrameSource

logger = logging.getLogger(__name__)


class Reader:
    """Owns one source and its thread, in which it calls `deliver` with every frame and `failed` when there is a
    problem.
    """

    def __init__(
        self,
        text: str,
        run: int,
        open_source: Callable[[str], FrameSource],
        deliver: Callable[[Reader, Frame], None],
        failed: Callable[[], None],
        timing: Timing,
        *,
        keep_trying: bool,
    ) -> None:
        self.text = text
        self.run = run
        """Number of this opening of a source: frames of different runs do not belong together."""
        self.name = redact(text)
        self.camera: CameraSpec | None = None
        """The source's own camera, if it has one; set before the first frame is delivered."""
        self._keep_trying = keep_trying
        self._open_source = open_source
        self._deliver = deliver
        self._failed = failed
        self._timing = timing
        self._stop = threading.Event()
        self._settled = threading.Event()
        self._lock = threading.Lock()
        self._source: FrameSource | None = None
        self._first: Frame | None = None
        self._failures = 0
        self._failure: PosecastError | None = None
        self._thread = threading.Thread(target=self._work, name=f"posecast-capture-{run}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def problem(self) -> ProblemEvent | None:
        """Why there are no frames; None while there are."""
        failure = self._failure
        if failure is not None:
            return ProblemEvent(failure.error, failure.hint)
        trouble = self._trouble
        return ProblemEvent(f"{self.name}: {trouble}") if trouble else None

    @property
    def _trouble(self) -> str | None:
        """What the open source complains of."""
        with self._lock:
            source = self._source
        return source.problem if source is not None else None

    def wait_for_first(self, timeout: float) -> Frame | None:
        """The first frame; None if closed meanwhile. PosecastError if there is none after `timeout` s."""
        self._settled.wait(timeout)
        if self._first is not None or self._stop.is_set():
            return self._first
        if self._failure is not None:
            raise self._failure
        trouble = self._trouble
        raise PosecastError(
            f"{self.name} delivered no frame within {timeout:g} s" + (f": {trouble}" if trouble else ""),
            "check that it is switched on and reachable, and not used by another program",
        )

    def close(self) -> None:
        """End the thread and close the source; waits a bounded time. May be called more than once."""
        self._stop.set()
        self._settled.set()
        self._close_source()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(self._timing.join_s)
            if self._thread.is_alive():
                logger.error("the thread reading %s did not end", self.name)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._read_all()
            except PosecastError as error:
                self._fail(error)
            except Exception as error:
                logger.exception("reading %s failed", self.name)
                self._fail(
                    # An error of the system names a path of this machine, which a page need not know.
                    PosecastError(
                        f"reading {self.name} failed: {redact(reason(error))}", "it is tried again; see the log"
                    )
                )
            else:
                break
            finally:
                self._close_source()
            if not self._keep_trying and self._first is None:
                break
            self._stop.wait(self._timing.delay(self._failures))

    def _read_all(self) -> None:
        """Deliver frames until the source is closed or a file is over; a live source must not end."""
        source = self._open()
        while not self._stop.is_set():
            frame = source.read()
            if self._stop.is_set():
                return
            if frame is not None:
                self._pass_on(frame)
            elif source.live and source.problem is not None:  # it has stopped trying
                self._fail(PosecastError(f"{self.name}: {source.problem}", "choose it again to try once more"))
                return
            elif source.live:
                raise PosecastError(f"{self.name} stopped", "it is tried again")
            else:
                self._fail(PosecastError(f"{self.name} has ended", "choose a source, or the same one again"))
                return

    def _open(self) -> FrameSource:
        source = self._open_source(self.text)
        with self._lock:
            self._source = source
        self.name, self.camera = source.name, source.camera
        if self._stop.is_set():  # closed while it was being opened
            self._close_source()
        return source

    def _pass_on(self, frame: Frame) -> None:
        self._failure, self._failures = None, 0
        if self._first is None:
            self._first = frame
            self._settled.set()
        self._deliver(self, frame)

    def _fail(self, error: PosecastError) -> None:
        self._failures += 1
        self._failure = error
        self._settled.set()
        self._failed()

    def _close_source(self) -> None:
        with self._lock:
            source, self._source = self._source, None
        if source is not None:
            source.close()
