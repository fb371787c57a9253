"""Failover: replaces a network that fails or hangs by one that works, and tells the user.

A thread watches the network in use. If it fails repeatedly or does not return, it is abandoned, and the next best
that this machine can run is loaded, as for any switch. An abandoned network is not chosen again unless the user asks
for it, so that two failing networks do not alternate. If no other is left, the last one is retried. A GPU that hangs
does so for every library, so it is abandoned for all of them. A switch that hangs is abandoned, so that others can
run.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from engine.errors import PosecastError, first_line
from engine.pipeline.current import Change, Current
from engine.pipeline.events import Announcer, ProblemEvent, StateEvent
from engine.pipeline.job import BackgroundJob
from engine.pipeline.switching import Switcher
from engine.pipeline.timing import Timing
from engine.pipeline.watchdog import Watchdog, WatchedBackend
from engine.pipeline.worker import Fallback, Worker
from engine.redaction import redact
from engine.types import ModelSpec

logger = logging.getLogger(__name__)

FAILURES = 4
"""Number of failures in a row after which a network is abandoned. One or two may be transient (a driver reset, a
moment without memory); with the pauses between attempts, four take 1.75 s."""
MAX_STUCK_THREADS = 3
"""Maximum number of stuck threads: each keeps its network's memory."""


@dataclass(frozen=True, slots=True, eq=False)
class _Attempt:
    """An attempt to replace `given_up` by the network that `job` loads."""

    given_up: WatchedBackend
    fallback: Fallback
    change: Change
    job: BackgroundJob


class Failover:
    """Owns the thread, and the list of abandoned networks. `alternatives(spec)` lists what can run here, the best
    first; `tell()` is called when `problem` may have changed.
    """

    def __init__(
        self,
        current: Current,
        worker: Worker,
        switcher: Switcher,
        alternatives: Callable[[ModelSpec], Sequence[ModelSpec]],
        tell: Callable[[], None],
        announcer: Announcer,
        clock: Callable[[], float],
        timing: Timing,
    ) -> None:
        self.problem: ProblemEvent | None = None
        """Why the network in use is abandoned; None while it works."""
        self._current, self._worker, self._switcher = current, worker, switcher
        self._alternatives, self._tell, self._announcer = alternatives, tell, announcer
        self._calls, self._loads = Watchdog(clock, timing.hang_s), Watchdog(clock, timing.load_s)
        self._timing = timing
        self._given_up: set[tuple[str, str]] = set()
        """(backend, device) of abandoned networks, lower case."""
        self._stuck_gpus: set[str] = set()
        """GPUs: see `_gpu`."""
        self._stuck_loads = 0
        self._attempt: _Attempt | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="posecast-failover", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End the thread, waiting a bounded time."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(self._timing.join_s)

    def forgive(self, backend: str) -> None:
        """Allow `backend`, which the user asks for, to be chosen again; with 'auto', all of them."""
        with self._lock:
            self._given_up = {key for key in self._given_up if backend not in ("auto", key[0])}
            self._stuck_gpus.clear()

    @property
    def fallback(self) -> str | None:
        """Why another network runs than the settings name; None if that one runs."""
        setup = self._current.setup
        if setup.fallback is None or setup.network is None:
            return None
        return f"{setup.network.name} runs now, since {setup.fallback.reason}"

    def check(self) -> None:
        """Check the network in use once, and react."""
        self._abandon_stuck_load()
        used, wanted = self._worker.using, self._current.setup.network
        stuck = self._calls.is_stuck(used.at_work if used is not None else None)
        self._conclude(wanted)
        if stuck and used is not wanted:
            self._worker.take_over()
        stuck = stuck and used is wanted
        reason = self._trouble(wanted, stuck) if wanted is not None else None
        if wanted is None or reason is None:
            self.problem = None
        elif self._switcher.switching is None:
            self._give_up(wanted.info.name, wanted.info.device, stuck=stuck)
            self._replace(wanted, reason)
        self._tell()

    def _work(self) -> None:
        while not self._stop.wait(self._timing.tick_s):
            try:
                self.check()
            except Exception:  # noqa: PERF203 - the next check may succeed
                logger.exception("checking the network failed")

    def _trouble(self, network: WatchedBackend, stuck: bool) -> str | None:
        """Why `network` must be abandoned; None if it works."""
        if stuck:
            return f"{network.name} has not answered for {self._timing.hang_s:g} s"
        if network.error is not None and network.failures >= FAILURES:
            return f"{network.name} failed {FAILURES} times in a row ({_line(network.error)})"
        return None

    def _replace(self, network: WatchedBackend, reason: str) -> None:
        choice = self._choice()
        if network.at_work is not None and self._worker.left_behind >= MAX_STUCK_THREADS:
            self.problem = ProblemEvent(f"{reason}, like others before", "restart posecast: too many threads are stuck")
        elif choice is None:
            self.problem = ProblemEvent(f"{reason}, and nothing else is left to run here", "it is tried again")
        else:
            hint = "choose a backend yourself if you prefer another"
            self.problem = ProblemEvent(f"{reason}; {choice.backend} on {choice.device} is loaded in its place", hint)
            fallback = Fallback(choice, reason)
            change = Change("backend", choice.backend, fallback=fallback)
            with suppress(PosecastError):  # the user's own switch came first, or the pipeline is closing
                self._attempt = _Attempt(network, fallback, change, self._switcher.begin(change))

    def _choice(self) -> ModelSpec | None:
        """The best choice that was not abandoned; None if there is none."""
        choices = self._alternatives(self._current.settings.model_spec)
        with self._lock:
            return next((choice for choice in choices if not self._is_given_up(choice)), None)

    def _is_given_up(self, choice: ModelSpec) -> bool:
        return _key(choice.backend, choice.device) in self._given_up or _gpu(choice.device) in self._stuck_gpus

    def _give_up(self, backend: str, device: str, *, stuck: bool) -> None:
        with self._lock:
            self._given_up.add(_key(backend, device))
            gpu = _gpu(device)
            if stuck and gpu is not None:
                self._stuck_gpus.add(gpu)

    def _abandon_stuck_load(self) -> None:
        """Abandon a load that hangs; only a few times, since the thread of each remains."""
        at_work = self._switcher.at_work
        if not self._loads.is_stuck(at_work) or at_work is None or self._stuck_loads >= MAX_STUCK_THREADS:
            return
        change, _ = at_work
        logger.error("loading %s does not return; its thread is left behind", change.to)
        self._stuck_loads += 1
        if self._attempt is not None and self._attempt.change is change:
            choice = self._attempt.fallback.choice
            self._give_up(choice.backend, choice.device, stuck=True)
        self._current.postpone_loading()
        self._switcher.abandon(change)

    def _conclude(self, wanted: WatchedBackend | None) -> None:
        """Evaluate the last attempt, once it has ended."""
        attempt = self._attempt
        if attempt is None or self._switcher.switching is not None:
            return
        self._attempt = None
        told, choice = self.fallback, attempt.fallback.choice
        if told is not None and self._current.setup.fallback is attempt.fallback:
            hint = f"choose {attempt.given_up.info.name} again to give it another try"
            self._announcer.announce(ProblemEvent(told, hint))
            self._announcer.announce(StateEvent())
        elif wanted is attempt.given_up and not attempt.job.cancelled:  # the switcher has said why
            self._give_up(choice.backend, choice.device, stuck=False)


def _key(backend: str, device: str) -> tuple[str, str]:
    return backend.lower(), device.lower()


def _gpu(device: str) -> str | None:
    """A GPU by a name that is common to all libraries; None for a processor."""
    name = device.lower()
    return None if name in ("cpu", "auto") else {"cuda": "cuda:0", "gpu": "gpu.0"}.get(name, name)


def _line(error: Exception) -> str:
    """The first line of an error, without its hint."""
    return redact(first_line(Exception(error.error) if isinstance(error, PosecastError) else error))
