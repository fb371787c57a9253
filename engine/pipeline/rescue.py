"""Sees to it that a network that does not work is replaced by one that does, and says so.

A thread looks at the network in use: one that fails again and again, or that does not return, is given up, and the
next best that this machine can run is loaded beside it, as for any switch. What was given up is not chosen again
unless the user asks for it: two networks that both fail do not take turns. Where nothing else is left, the last one
is tried on and on. A GPU that hangs hangs for every library, so that all of it is given up; and a switch that hangs is
waited for no longer, so that others can be made.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from engine.capture import redact
from engine.errors import PosecastError
from engine.pipeline.current import Current
from engine.pipeline.events import Announcer, ProblemEvent, StateEvent
from engine.pipeline.loader import Job
from engine.pipeline.switchboard import Switchboard
from engine.pipeline.timing import Timing
from engine.pipeline.watched import Watch, Watched
from engine.pipeline.worker import Worker
from engine.types import ModelSpec

logger = logging.getLogger(__name__)

FAILURES = 4
"""In a row, after which a network is given up. One or two may be chance (a driver that resets, a moment without
memory); with the pauses between the tries, four of them take 1.6 s."""
LEFT_BEHIND_AT_MOST = 3
"""Threads stuck in networks that never return: each keeps its network's memory, so that there must be an end."""


@dataclass(frozen=True, slots=True, eq=False)
class _Attempt:
    """To replace `given_up`, because of `reason`, by what `job` loads."""

    given_up: Watched
    reason: str
    choice: ModelSpec
    job: Job


class Rescue:
    """Owns the thread, and the list of what was given up. `alternatives(spec)`: what can run here, the best first;
    `tell()` is called when `problem` may have changed.
    """

    def __init__(
        self,
        current: Current,
        worker: Worker,
        switchboard: Switchboard,
        alternatives: Callable[[ModelSpec], Sequence[ModelSpec]],
        tell: Callable[[], None],
        announcer: Announcer,
        clock: Callable[[], float],
        timing: Timing,
    ) -> None:
        self.problem: ProblemEvent | None = None
        """Why the network in use is given up, None while it works."""
        self._current, self._worker, self._switchboard = current, worker, switchboard
        self._alternatives, self._tell, self._announcer = alternatives, tell, announcer
        self._calls, self._loads = Watch(clock, timing.hang_s), Watch(clock, timing.load_s)
        self._timing = timing
        self._given_up: set[tuple[str, str]] = set()
        """(backend, device), lower case."""
        self._hung: set[str] = set()
        """GPUs: see `_gpu`."""
        self._stuck_loads = 0
        self._attempt: _Attempt | None = None
        self._succeeded: tuple[ModelSpec, str] | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="posecast-rescue", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End the thread, waiting a bounded time."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(self._timing.join_s)

    def forgive(self, backend: str) -> None:
        """The user asks for `backend`: it may be chosen again, and so may all of them with 'auto'."""
        with self._lock:
            self._given_up = {key for key in self._given_up if backend not in ("auto", key[0])}
            self._hung.clear()

    @property
    def fallback(self) -> str | None:
        """Why something else runs than what was chosen; None where that runs."""
        succeeded = self._succeeded
        return succeeded[1] if succeeded is not None and succeeded[0] is self._current.instead else None

    def look(self) -> None:
        """One look, and what it leads to."""
        self._drop_stuck_load()
        used, wanted = self._worker.using, self._current.setup.backend
        hangs = self._calls.hangs(used.at_work if used is not None else None)
        self._conclude(wanted)
        if hangs and used is not wanted:
            self._worker.take_over()
        hangs = hangs and used is wanted
        reason = self._trouble(wanted, hangs) if wanted is not None else None
        if wanted is None or reason is None:
            self.problem = None
        elif self._switchboard.switching is None:
            self._give_up(wanted.info.name, wanted.info.device, hangs=hangs)
            self._replace(wanted, reason)
        self._tell()

    def _work(self) -> None:
        while not self._stop.wait(self._timing.tick_s):
            try:
                self.look()
            except Exception:  # noqa: PERF203 - whatever happens, the next look may help
                logger.exception("looking after the network failed")

    def _trouble(self, network: Watched, hangs: bool) -> str | None:
        """Why `network` is to be given up; None where it is not."""
        if hangs:
            return f"{network.name} has not answered for {self._timing.hang_s:g} s"
        if network.failures >= FAILURES:
            return f"{network.name} failed {FAILURES} times in a row ({_line(network.error)})"
        return None

    def _replace(self, network: Watched, reason: str) -> None:
        choice = self._choice()
        if network.at_work is not None and self._worker.left_behind >= LEFT_BEHIND_AT_MOST:
            self.problem = ProblemEvent(f"{reason}, as others before", "start the program again: too many threads hang")
        elif choice is None:
            self.problem = ProblemEvent(f"{reason}, and nothing else is left to run here", "it is tried again")
        else:
            hint = "choose a backend yourself if you would rather have another"
            self.problem = ProblemEvent(f"{reason}; {choice.backend} on {choice.device} is loaded in its place", hint)
            job = Job("backend", choice.backend, instead=choice)
            with suppress(PosecastError):  # a switch of the user's was quicker, or the pipeline is closing
                self._switchboard.begin(job)
                self._attempt = _Attempt(network, reason, choice, job)

    def _choice(self) -> ModelSpec | None:
        """The best that was not given up."""
        choices = self._alternatives(self._current.settings.model_spec)
        with self._lock:
            return next((choice for choice in choices if not self._is_given_up(choice)), None)

    def _is_given_up(self, choice: ModelSpec) -> bool:
        return _key(choice.backend, choice.device) in self._given_up or _gpu(choice.device) in self._hung

    def _give_up(self, backend: str, device: str, *, hangs: bool) -> None:
        with self._lock:
            self._given_up.add(_key(backend, device))
            gpu = _gpu(device)
            if hangs and gpu is not None:
                self._hung.add(gpu)

    def _drop_stuck_load(self) -> None:
        """A few times at most: the thread of each stays."""
        at_work = self._switchboard.at_work
        if not self._loads.hangs(at_work) or at_work is None or self._stuck_loads >= LEFT_BEHIND_AT_MOST:
            return
        job, _ = at_work
        logger.error("loading %s does not return; its thread is left behind", job.to)
        self._stuck_loads += 1
        if self._attempt is not None and self._attempt.job is job:
            self._give_up(self._attempt.choice.backend, self._attempt.choice.device, hangs=True)
        self._current.postpone_loading()
        self._switchboard.abandon(job)

    def _conclude(self, wanted: Watched | None) -> None:
        """See how the last attempt ended, once it has."""
        attempt = self._attempt
        if attempt is None or self._switchboard.switching is not None:
            return
        self._attempt = None
        if wanted is not None and self._current.instead is attempt.choice:
            self._succeeded = attempt.choice, f"{wanted.name} runs now, since {attempt.reason}"
            hint = f"choose {attempt.given_up.info.name} again to give it another try"
            self._announcer.announce(ProblemEvent(self._succeeded[1], hint))
            self._announcer.announce(StateEvent())
        elif wanted is attempt.given_up and not attempt.job.withdrawn.is_set():  # the switchboard has said why
            self._give_up(attempt.choice.backend, attempt.choice.device, hangs=False)


def _key(backend: str, device: str) -> tuple[str, str]:
    return backend.lower(), device.lower()


def _gpu(device: str) -> str | None:
    """A GPU by the one name that all its libraries share; None for a processor."""
    name = device.lower()
    return None if name in ("cpu", "auto") else {"cuda": "cuda:0", "gpu": "gpu.0"}.get(name, name)


def _line(error: Exception | None) -> str:
    """The first line of an error; its kind where it says nothing, as MemoryError does."""
    text = redact(error.error if isinstance(error, PosecastError) else str(error)).strip().splitlines()
    return text[0] if text else type(error).__name__
