"""A network that is watched while it works: how often it failed in a row, and whether it is at work on a picture.

A call that never returns cannot be ended. It can be abandoned: if it does return, its result is thrown away in its
own thread, and the network is closed there.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

from engine.types import Backend, BackendInfo, Image, Maps

_LOOK_AT_MOST_S = 1.0
"""Between two looks. Where it was longer, this process itself stood still (a suspended machine, no memory), and that
does not count against the network."""


class Abandoned(Exception):  # noqa: N818 - not an error: nobody waits for this any more
    """Raised in the thread of a call that was given up, when it returns after all."""


class Watched:
    """A `Backend` around another one, which it owns."""

    def __init__(self, backend: Backend) -> None:
        self.failures = 0
        """In a row; 0 after a picture that went well."""
        self.error: Exception | None = None
        """What the last of them raised."""
        self._backend = backend
        self._lock = threading.Lock()
        self._calls = itertools.count(1)
        self._call: int | None = None
        self._abandoned = False
        self._to_close = False

    @property
    def info(self) -> BackendInfo:
        return self._backend.info

    @property
    def fixed_size(self) -> tuple[int, int] | None:
        return self._backend.fixed_size

    @property
    def name(self) -> str:
        """For the user."""
        return f"{self.info.name} on {self.info.device}"

    @property
    def at_work(self) -> tuple[Watched, int] | None:
        """Itself and the number of the call at work, None between two."""
        call = self._call
        return None if call is None else (self, call)

    def infer(self, image: Image) -> Maps:
        """The network's maps. `Abandoned` where nobody waits for them any more."""
        self._enter()
        try:
            maps = self._backend.infer(image)
        except Exception as error:
            self._leave(error)
            raise
        self._leave(None)
        return maps

    def abandon(self) -> bool:
        """Give the call at work up for good; False where there is none, or it was given up before."""
        with self._lock:
            if self._call is None or self._abandoned:
                return False
            self._abandoned = True
            return True

    def close(self) -> None:
        """Close the network: now, or when an abandoned call returns."""
        with self._lock:
            if self._abandoned and self._call is not None:
                self._to_close = True
                return
        self._backend.close()

    def _enter(self) -> None:
        with self._lock:
            if self._abandoned:
                raise Abandoned
            self._call = next(self._calls)

    def _leave(self, error: Exception | None) -> None:
        with self._lock:
            self._call = None
            self.failures = self.failures + 1 if error is not None else 0
            self.error = error
            abandoned, to_close = self._abandoned, self._to_close
        if to_close:
            self._backend.close()
        if abandoned:
            raise Abandoned


class Watch:
    """Tells what hangs from what takes its time. For one thread, which asks every now and then."""

    def __init__(self, clock: Callable[[], float], limit_s: float) -> None:
        self._clock, self._limit_s = clock, limit_s
        self._looked_at = clock()
        self._work: object = None
        self._waited_s = 0.0

    def hangs(self, work: object) -> bool:
        """Whether the same `work` has been under way for longer than the limit; None: there is none."""
        now = self._clock()
        passed, self._looked_at = min(now - self._looked_at, _LOOK_AT_MOST_S), now
        self._waited_s = self._waited_s + passed if work is not None and work == self._work else 0.0
        self._work = work
        return self._waited_s > self._limit_s
