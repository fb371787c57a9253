"""One switch: makes ready what is new beside what runs, hands it over, and clears away what it replaced."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.capture import redact
from engine.errors import PosecastError
from engine.pipeline.feed import Feed
from engine.pipeline.reader import Reader
from engine.pipeline.timing import Timing
from engine.pipeline.watched import Watched
from engine.types import Frame, ModelSpec, Progress

logger = logging.getLogger(__name__)


class Cancelled(Exception):  # noqa: N818 - not an error: the pipeline is closing
    """Raised out of a slow operation, through its progress function, so that closing need not wait for it."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What is asked for."""

    task: str
    """'start', 'backend' or 'source'."""
    to: str
    """What it leads to, in a word for the user."""
    source: str | None = None
    """The source to open, None to stay with the current one."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Settings that take effect when it succeeds."""
    instead: ModelSpec | None = None
    """What to run in place of what the settings say, since that does not work."""
    withdrawn: threading.Event = field(default_factory=threading.Event)
    """Set when the user's own choice came before it: then it must not succeed any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A network, and the input size (height, width) that it was loaded for."""

    backend: Watched
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Replaced:
    """What a finished switch leaves over, once `adopted` is set."""

    reader: Reader | None
    backend: Watched | None
    adopted: threading.Event


class Steps(Protocol):
    """What a loader asks of the pipeline."""

    def load(self, job: Job, first: Frame | None, progress: Progress) -> Loaded | None:
        """The new network; None where the running one stays, or none can be loaded yet."""

    def commit(self, job: Job, reader: Reader | None, loaded: Loaded | None) -> Replaced:
        """Hand over. Raises `Cancelled` when the pipeline is closing, or the job withdrawn."""


class Loader:
    """A thread for one `Job`. `done(problem)` is called last, whatever happened."""

    def __init__(
        self,
        job: Job,
        feed: Feed,
        steps: Steps,
        progress: Progress,
        done: Callable[[PosecastError | None], None],
        timing: Timing,
    ) -> None:
        self._job = job
        self._feed = feed
        self._steps = steps
        self._progress = progress
        self._done = done
        self._timing = timing
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"posecast-loader-{job.task}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def cancel(self) -> None:
        """Give up at the next sign of progress."""
        self._stop.set()

    def join(self) -> None:
        """Wait a bounded time for the end."""
        self._thread.join(self._timing.join_s)
        if self._thread.is_alive():
            logger.error("the thread loading %s did not end", self._job.to)

    def _work(self) -> None:
        problem = None
        try:
            self._switch()
        except Cancelled:
            pass
        except PosecastError as error:
            problem = error
        except Exception as error:
            logger.exception("switching to %s failed", self._job.to)
            problem = PosecastError(f"switching to {self._job.to} failed: {redact(str(error))}", "see the log")
        self._done(None if self._stop.is_set() else problem)

    def _switch(self) -> None:
        reader: Reader | None = None
        loaded: Loaded | None = None
        try:
            first = None
            if self._job.source is not None:
                self._report("open", None, f"opening {self._job.to}")
                reader = self._feed.open(self._job.source)
                first = reader.wait_for_first(self._timing.first_frame_s)
            self._check()
            loaded = self._steps.load(self._job, first, self._report)
            replaced = self._steps.commit(self._job, reader, loaded)
        except BaseException:
            self._feed.release(reader)
            if loaded is not None:
                loaded.backend.close()
            raise
        self._clear_away(replaced)

    def _clear_away(self, replaced: Replaced) -> None:
        self._feed.release(replaced.reader)
        while not replaced.adopted.wait(self._timing.tick_s):
            if self._stop.is_set() and not replaced.adopted.wait(self._timing.join_s):
                logger.error("the network before %s is still in use; it stays open", self._job.to)
                return
        if replaced.backend is not None:
            replaced.backend.close()

    def _report(self, step: str, fraction: float | None, message: str) -> None:
        self._check()
        self._progress(step, fraction, message)

    def _check(self) -> None:
        if self._stop.is_set() or self._job.withdrawn.is_set():
            raise Cancelled
