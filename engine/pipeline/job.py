"""Background jobs: slow work in a thread of its own, with progress, cancellation and a reported end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from engine.errors import PosecastError
from engine.redaction import redact
from engine.types import Progress

logger = logging.getLogger(__name__)


class Cancelled(Exception):  # noqa: N818 - not an error: the result is not needed any more
    """Raised in the thread of a cancelled job when it next reports progress."""


class BackgroundJob:
    """One thread that runs `work(job)` once. `done(problem)` is called last, with None if it succeeded."""

    def __init__(
        self,
        title: str,
        work: Callable[[BackgroundJob], None],
        progress: Progress,
        done: Callable[[PosecastError | None], None],
    ) -> None:
        """`title` describes the job in messages: 'switching to openvino'."""
        self.title = title
        self.signs_of_life = 0
        """Grows with every report of progress."""
        self._work, self._progress, self._done = work, progress, done
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="posecast-job", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Make the job end when it next reports progress; errors until then are not reported."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def join(self, timeout: float) -> bool:
        """Wait up to `timeout` s for the end; returns whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def check(self) -> None:
        """Raise `Cancelled` if the job was cancelled."""
        if self.cancelled:
            raise Cancelled

    def pause(self, seconds: float) -> None:
        """Wait; raises `Cancelled` as soon as the job is cancelled."""
        self._cancelled.wait(seconds)
        self.check()

    def report(self, step: str, fraction: float | None, message: str) -> None:
        """Report progress, or raise `Cancelled`."""
        self.check()
        self.signs_of_life += 1
        self._progress(step, fraction, message)

    def _run(self) -> None:
        problem = None
        try:
            self._work(self)
        except Cancelled:
            pass
        except PosecastError as error:
            problem = error
        except Exception as error:
            logger.exception("%s failed", self.title)
            reason = redact(str(error)) or type(error).__name__
            problem = PosecastError(f"{self.title} failed: {reason}", "see the log")
        self._done(None if self.cancelled else problem)
