"""The heartbeat: runs small jobs once a second, each guarded from the others.

A job that raises is logged. One that is still running at the next beat is left to finish: it is logged once, and the
other jobs go on in another thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

PERIOD_S = 1.0
_JOIN_S = 5.0


class _Job:
    """One job, which never runs concurrently with itself."""

    def __init__(self, name: str, action: Callable[[], object]) -> None:
        self.name, self._action = name, action
        self._running = threading.Lock()
        self._reported = False

    def run(self) -> None:
        if not self._running.acquire(blocking=False):
            if not self._reported:
                log.error("%s takes more than %g s", self.name, PERIOD_S)
            self._reported = True
            return
        try:
            self._reported = False
            self._action()
        except Exception:
            log.exception("%s failed", self.name)
        finally:
            self._running.release()


class Heartbeat:
    """Owns the thread and the jobs. `beat` is one round; after `start`, one begins every second until `close`."""

    def __init__(self) -> None:
        self._jobs: list[_Job] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="posecast-heartbeat", daemon=True)

    def each_second(self, name: str, action: Callable[[], object]) -> None:
        """Have `action` called once a second; `name` describes it in the log. To be called before `start`."""
        self._jobs.append(_Job(name, action))

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop; waits a bounded time."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def beat(self) -> None:
        """Run every job once, except those that still run."""
        for job in self._jobs:
            if self._stopping.is_set():
                return
            job.run()

    def _run(self) -> None:
        while not self._stopping.wait(PERIOD_S):
            # A thread for each round: a job that hangs must not stop the next rounds.
            round_ = threading.Thread(target=self.beat, name="posecast-heartbeat-round", daemon=True)
            round_.start()
            round_.join(PERIOD_S)
