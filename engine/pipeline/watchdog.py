"""Watches a network at work: how often it failed in a row, and whether it is stuck in a picture.

A call that never returns cannot be ended. It can be abandoned: if it does return, its result is thrown away in its
own thread, and the network is closed there.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

from engine.types import Backend, BackendInfo, Image, Maps

_LONGEST_INTERVAL_S = 1.0
"""Between two checks. Where it was longer, this process itself stood still (a suspended machine, no memory), and that
does not count against the network."""


class Abandoned(Exception):  # noqa: N818 - not an error: the result is not needed any more
    """Raised in the thread of a call that was given up, when it returns after all."""


class WatchedBackend:
    """A `Backend` around another one, which it owns."""

    def __init__(self, backend: Backend, size: tuple[int, int]) -> None:
        """`size` is the input size (height, width) that it was loaded for."""
        self.size = size
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
    def at_work(self) -> tuple[WatchedBackend, int] | None:
        """Itself and the number of the running call; None between two calls."""
        call = self._call
        return None if call is None else (self, call)

    def fits(self, size: tuple[int, int]) -> bool:
        """Whether it takes pictures of `size` without compiling again or squeezing them.

        A model that takes a single size fits always: loading it again would change nothing.
        """
        return self.size == size or self.fixed_size not in (None, self.size)

    def infer(self, image: Image) -> Maps:
        """The network's maps. `Abandoned` where the call was given up meanwhile."""
        self._enter()
        try:
            maps = self._backend.infer(image)
        except Exception as error:
            self._leave(error)
            raise
        self._leave(None)
        return maps

    def abandon(self) -> bool:
        """Give up the running call for good; False where there is none, or it was given up before."""
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


class Watchdog:
    """Tells what is stuck from what is slow. Used by one thread, which asks every now and then."""

    def __init__(self, clock: Callable[[], float], limit_s: float) -> None:
        self._clock, self._limit_s = clock, limit_s
        self._checked_at = clock()
        self._work: object = None
        self._waited_s = 0.0

    def is_stuck(self, work: object) -> bool:
        """Whether the same `work` has been running for longer than the limit; None means that nothing runs."""
        now = self._clock()
        passed, self._checked_at = min(now - self._checked_at, _LONGEST_INTERVAL_S), now
        self._waited_s = self._waited_s + passed if work is not None and work == self._work else 0.0
        self._work = work
        return self._waited_s > self._limit_s
