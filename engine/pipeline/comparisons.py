"""Starts and ends comparisons, at most one at a time, and reports their progress."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from engine.errors import PosecastError
from engine.pipeline.comparer import Comparer
from engine.pipeline.comparison import Choice, Comparison
from engine.pipeline.events import Announcer, ProblemEvent, ProgressEvent, StateEvent
from engine.pipeline.job import BackgroundJob
from engine.pipeline.parts import Parts
from engine.pipeline.refusals import SwitchInProgress, check_backend
from engine.pipeline.state import Switching
from engine.pipeline.timing import Timing
from engine.pipeline.worker import Setup, Turns
from engine.slot import Slot
from engine.types import Frame

logger = logging.getLogger(__name__)


class Comparisons:
    """Owns the job. `begin` and `end` return at once; a new comparison replaces one that runs."""

    def __init__(
        self,
        frames: Slot[Frame],
        wanted: Callable[[], Setup],
        switching: Callable[[], Switching | None],
        parts: Parts,
        turns: Turns,
        announcer: Announcer,
        timing: Timing,
    ) -> None:
        self._frames = frames
        self._wanted = wanted
        self._switching = switching
        self._parts = parts
        self._turns = turns
        self._announcer = announcer
        self._timing = timing
        self._lock = threading.Lock()
        self._closed = False
        self._shown = False
        self._newest: Comparer | None = None
        self._job: BackgroundJob | None = None
        """That of `_newest`."""

    @property
    def now(self) -> Comparison | None:
        """The comparison; None if there is none, or it was dismissed."""
        with self._lock:
            return self._newest.now if self._newest is not None and self._shown else None

    def begin(self, a: Choice, b: Choice) -> None:
        """Load both and compare them. `UnknownBackend`, `BackendUnavailable`, `SwitchInProgress` while a switch or
        another comparison is being loaded, or `PosecastError` for other bad values.
        """
        for choice in (a, b):
            check_backend(self._parts.available(), choice.name, choice.device, choice.precision)
            named = {"backend": choice.name, "device": choice.device, "precision": choice.precision}
            self._wanted().settings.changed(named)
        if a == b:
            raise PosecastError("both sides are the same", "choose two that differ in backend, device or precision")
        with self._lock:
            self._refuse_if_busy()
            before = self._job
            if before is not None:
                before.cancel()
            comparer = Comparer(
                (a, b), self._frames, self._wanted, self._parts, self._turns, self._changed, self._timing
            )
            self._newest, self._shown = comparer, True
            self._job = BackgroundJob(
                "comparing",
                partial(self._compare, comparer, before),
                comparer.report,
                partial(self._done, comparer),
            )
            self._job.start()
        self._announcer.announce(StateEvent())

    def end(self) -> None:
        """Close both networks, and discard the figures. Does nothing without a comparison."""
        with self._lock:
            shown, self._shown = self._shown, False
            if self._job is not None:
                self._job.cancel()
        if shown:
            self._announcer.announce(StateEvent())

    def cancel(self) -> None:
        """Accept no more comparisons, and cancel the running one."""
        with self._lock:
            self._closed = True
            if self._job is not None:
                self._job.cancel()

    def join(self) -> None:
        """After `cancel`: wait a bounded time for the end."""
        if self._job is not None and not self._job.join(self._timing.join_s):
            logger.error("the thread of the comparison did not end")

    def _refuse_if_busy(self) -> None:
        if self._closed:
            raise PosecastError("the engine is not running", "start it first")
        switching = self._switching()
        if switching is not None:
            raise SwitchInProgress(f"the switch to {switching.to} is still running", "wait until it is done")
        if self._newest is not None and self._shown and self._newest.now.status == "loading":
            raise SwitchInProgress("another comparison is still being loaded", "wait until it runs, or end it")

    def _compare(self, comparer: Comparer, before: BackgroundJob | None, job: BackgroundJob) -> None:
        """Run after the previous comparison has closed its networks, so that there are never four in memory."""
        if before is not None and not before.join(self._timing.join_s):
            raise PosecastError("the previous comparison is still being closed", "try again in a moment")
        comparer.run(job)

    def _changed(self, comparer: Comparer, message: str) -> None:
        if self._is_shown(comparer):
            now = comparer.now
            if now.status == "loading":
                self._announcer.announce(ProgressEvent("comparison", now.step, now.fraction, message))
            else:
                self._announcer.announce(StateEvent())

    def _done(self, comparer: Comparer, problem: PosecastError | None) -> None:
        with self._lock:
            if comparer is not self._newest or not self._shown:
                return
            self._shown = problem is None
        if problem is not None:
            self._announcer.announce(ProblemEvent(problem.error, problem.hint))
        self._announcer.announce(StateEvent())

    def _is_shown(self, comparer: Comparer) -> bool:
        with self._lock:
            return comparer is self._newest and self._shown
