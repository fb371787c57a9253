"""Sees to it that at most one switch runs, and tells how far it has come."""

from __future__ import annotations

import threading

from engine.errors import PosecastError
from engine.pipeline.events import Announcer, ProblemEvent, ProgressEvent, StateEvent
from engine.pipeline.feed import Feed
from engine.pipeline.loader import Job, Loader, Steps
from engine.pipeline.refusals import SwitchInProgress
from engine.pipeline.state import Switching
from engine.pipeline.timing import Timing


class Switchboard:
    """Owns the loader threads, of which one may be at work; the others are on their last line."""

    def __init__(self, feed: Feed, steps: Steps, announcer: Announcer, timing: Timing) -> None:
        self._feed = feed
        self._steps = steps
        self._announcer = announcer
        self._timing = timing
        self._lock = threading.Lock()
        self._closed = False
        self._loaders: list[Loader] = []
        self._job: Job | None = None
        """The one that runs."""
        self._signs = 0
        """Of life, that loaders have given: beginnings and progress."""
        self._switching: Switching | None = None
        self._start_problem: PosecastError | None = None

    @property
    def switching(self) -> Switching | None:
        with self._lock:
            return self._switching

    @property
    def start_problem(self) -> PosecastError | None:
        """Why there is no network yet although one was tried, None otherwise."""
        with self._lock:
            return self._start_problem

    @property
    def at_work(self) -> tuple[Job, int] | None:
        """The job that runs, and a number that changes with every sign of life; None where none runs."""
        with self._lock:
            return None if self._job is None else (self._job, self._signs)

    def begin(self, job: Job) -> None:
        """Start `job` in a thread of its own; `SwitchInProgress` while another runs.

        One that is to run in place of what the user chose is withdrawn for the user's next choice.
        """
        with self._lock:
            if self._closed:
                raise PosecastError("the engine is not running", "start it first")
            if self._job is not None and self._job.instead is not None and job.instead is None:
                self._job.withdrawn.set()
            elif self._switching is not None:
                raise SwitchInProgress(f"the switch to {self._switching.to} is still running", "wait until it is done")
            self._job, self._signs = job, self._signs + 1
            self._switching = Switching(job.to, "open" if job.source is not None else "load", None)
            loader = Loader(
                job,
                self._feed,
                self._steps,
                lambda step, fraction, message: self._progress(job, step, fraction, message),
                lambda problem: self._done(job, problem),
                self._timing,
            )
            loader.start()
            self._loaders = [*(other for other in self._loaders if other.alive), loader]
        self._announcer.announce(StateEvent())

    def abandon(self, job: Job) -> None:
        """Wait no longer for `job`, which hangs: others may run, and what it still brings is thrown away."""
        job.withdrawn.set()
        self._done(job, PosecastError(f"loading {job.to} hangs; it is given up", "choose another backend or source"))

    def cancel(self) -> None:
        """Accept no more jobs, and let the one that runs give up."""
        with self._lock:
            self._closed = True
            loaders = list(self._loaders)
        for loader in loaders:
            loader.cancel()

    def join(self) -> None:
        """After `cancel`: wait a bounded time for the end."""
        for loader in self._loaders:
            loader.join()

    def _progress(self, job: Job, step: str, fraction: float | None, message: str) -> None:
        with self._lock:
            if self._job is not job:
                return
            self._signs += 1
            self._switching = Switching(job.to, step, fraction)
        self._announcer.announce(ProgressEvent(job.task, step, fraction, message))

    def _done(self, job: Job, problem: PosecastError | None) -> None:
        with self._lock:
            if self._job is not job:
                return
            self._job = self._switching = None
            known = job.task == "start" and str(self._start_problem) == str(problem)
            if job.task == "start" or problem is None:
                self._start_problem = problem
        if problem is not None and not known:
            self._announcer.announce(ProblemEvent(problem.error, problem.hint))
        self._announcer.announce(StateEvent())
