"""Switches: the new part is prepared beside the running one, takes over between two frames, and the old one is closed.

At most one switch runs at a time.
"""

from __future__ import annotations

import logging
import threading
from functools import partial

from engine.errors import PosecastError
from engine.pipeline.current import Change, Current, Replaced
from engine.pipeline.events import Announcer, ProblemEvent, ProgressEvent, StateEvent
from engine.pipeline.feed import Feed
from engine.pipeline.job import BackgroundJob
from engine.pipeline.reader import Reader
from engine.pipeline.refusals import NothingToCancel, SwitchInProgress
from engine.pipeline.state import Switching
from engine.pipeline.timing import Timing
from engine.pipeline.watchdog import WatchedBackend

logger = logging.getLogger(__name__)

_FINISH = "finish"
"""The step after which a switch is in effect."""


class Switcher:
    """Owns the running switch, and the threads of earlier ones that are about to end or are stuck."""

    def __init__(self, feed: Feed, current: Current, announcer: Announcer, timing: Timing) -> None:
        self._feed, self._current, self._announcer, self._timing = feed, current, announcer, timing
        self._lock = threading.Lock()
        self._closed = False
        self._jobs: list[BackgroundJob] = []
        self._change: Change | None = None
        """The change in progress, which the last of `_jobs` performs."""
        self._switching: Switching | None = None
        self._start_problem: PosecastError | None = None

    @property
    def switching(self) -> Switching | None:
        """The switch in progress; None if there is none."""
        with self._lock:
            return self._switching

    @property
    def start_problem(self) -> PosecastError | None:
        """Why loading the first network failed; None if it did not."""
        with self._lock:
            return self._start_problem

    @property
    def at_work(self) -> tuple[Change, int] | None:
        """The change in progress, and a number that grows with every progress report; None without a switch."""
        with self._lock:
            return None if self._change is None else (self._change, self._jobs[-1].signs_of_life)

    def begin(self, change: Change) -> BackgroundJob:
        """Put `change` into effect in a thread of its own; raises `SwitchInProgress` while another switch runs.

        A failover that is still being loaded is cancelled in favour of a switch that the user asks for.
        """
        with self._lock:
            if self._closed:
                raise PosecastError("the engine is not running", "start it first")
            if self._change is not None and self._change.fallback is not None and change.fallback is None:
                self._jobs[-1].cancel()
            elif self._switching is not None:
                raise SwitchInProgress(f"the switch to {self._switching.to} is still running", "wait until it is done")
            self._change = change
            self._switching = _shown(change, "open" if change.source is not None else "load", None)
            job = BackgroundJob(
                f"switching to {change.to}",
                partial(self._switch, change),
                partial(self._progress, change),
                partial(self._done, change),
            )
            self._jobs = [*(other for other in self._jobs if other.alive), job]
            job.start()
        self._announcer.announce(StateEvent())
        return job

    def call_off(self) -> str:
        """Cancel the switch that the user asked for, and return what it was to: what runs stays, and others can begin.

        Its thread ends at its next report, and ends a conversion's process with it. `NothingToCancel` without one.
        """
        with self._lock:
            shown = self._switching
            if shown is None or not shown.cancellable:
                raise NothingToCancel(*_why_not(shown))
            self._jobs[-1].cancel()
            self._change = self._switching = None
        self._announcer.announce(StateEvent())
        return shown.to

    def abandon(self, change: Change) -> None:
        """Stop waiting for a switch that hangs, so that others can run; its late result is discarded."""
        with self._lock:
            if self._change is change:
                self._jobs[-1].cancel()
        stuck = PosecastError(f"loading {change.to} is stuck and was given up", "choose another backend or source")
        self._done(change, stuck)

    def cancel(self) -> None:
        """Accept no more changes, and cancel the running switch."""
        with self._lock:
            self._closed = True
            for job in self._jobs:
                job.cancel()

    def join(self) -> None:
        """After `cancel`: wait a bounded time for the end."""
        for job in self._jobs:
            if not job.join(self._timing.join_s):
                logger.error("the thread %s did not end", job.title)

    def _switch(self, change: Change, job: BackgroundJob) -> None:
        reader: Reader | None = None
        network: WatchedBackend | None = None
        try:
            first = None
            if change.source is not None:
                job.report("open", None, f"opening {change.to}")
                reader = self._feed.open(change.source)
                first = reader.wait_for_first(self._timing.first_frame_s)
            job.check()
            network = self._current.load(change, first, job.report)
            replaced = self._current.commit(change, job, reader, network)
        except BaseException:
            self._feed.release(reader)
            if network is not None:
                network.close()
            raise
        if change.task != "start":
            self._progress(change, _FINISH, 1.0, "closing what ran before")
        self._close_replaced(change, replaced)

    def _close_replaced(self, change: Change, replaced: Replaced) -> None:
        self._feed.release(replaced.reader)
        while not replaced.adopted.wait(self._timing.tick_s):
            if self._closed and not replaced.adopted.wait(self._timing.join_s):
                logger.error("the network before %s is still in use; it stays open", change.to)
                return
        if replaced.network is not None:
            replaced.network.close()

    def _progress(self, change: Change, step: str, fraction: float | None, message: str) -> None:
        with self._lock:
            if self._change is not change:
                return
            self._switching = _shown(change, step, fraction)
        self._announcer.announce(ProgressEvent(change.task, step, fraction, message))

    def _done(self, change: Change, problem: PosecastError | None) -> None:
        with self._lock:
            if self._change is not change:
                return
            self._change = self._switching = None
            known = change.task == "start" and str(self._start_problem) == str(problem)
            if change.task == "start" or problem is None:
                self._start_problem = problem
        if problem is not None and not known:
            self._announcer.announce(ProblemEvent(problem.error, problem.hint))
        self._announcer.announce(StateEvent())


def _shown(change: Change, step: str, fraction: float | None) -> Switching:
    """`change` at `step`, as the state shows it."""
    asked_for = change.task != "start" and change.fallback is None
    return Switching(change.to, step, fraction, change.settings, asked_for and step != _FINISH)


def _why_not(shown: Switching | None) -> tuple[str, str]:
    """(error, hint) of a cancellation that is refused."""
    if shown is None:
        return "no switch is under way", "there is nothing to cancel"
    if shown.step == _FINISH:
        return f"the switch to {shown.to} is already in effect", "switch back if you prefer what ran before"
    return f"{shown.to} is loaded because nothing else runs", "wait until it runs, or choose another backend"
