"""Watches a network: counts its failures in a row, and detects a call that hangs.

A call that never returns cannot be ended, only abandoned: if it does return, its result is discarded in its own
thread, and the network is closed there.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from engine.inference.batches import infer_batch
from engine.types import Backend, BackendInfo, Image, Maps

T = TypeVar("T")

_LONGEST_INTERVAL_S = 1.0
"""Maximum seconds between two checks. After a longer gap, the process itself was suspended (a sleeping machine,
swapping), which does not count against the network."""


class Abandoned(Exception):  # noqa: N818 - not an error: the result is no longer needed
    """Raised in the thread of an abandoned call when it returns after all."""


class WatchedBackend:
    """A `Backend` that wraps and owns another one."""

    def __init__(self, backend: Backend, size: tuple[int, int]) -> None:
        """`size`: the input size (height, width) that it was loaded for."""
        self.size = size
        self.failures = 0
        """Number of failures in a row; 0 after a success."""
        self.error: Exception | None = None
        """The exception of the last failure."""
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
        """(this object, number of the running call); None between two calls."""
        call = self._call
        return None if call is None else (self, call)

    def fits(self, size: tuple[int, int]) -> bool:
        """Whether it takes pictures of `size` without recompiling or rescaling.

        A model with a fixed size always fits: loading it again would change nothing.
        """
        return self.size == size or self.fixed_size not in (None, self.size)

    def infer(self, image: Image) -> Maps:
        """The network's maps. Raises `Abandoned` if the call was abandoned meanwhile."""
        return self._watched(lambda: self._backend.infer(image))

    def infer_batch(self, images: Sequence[Image]) -> list[Maps]:
        """The same for pictures of one size, in one run where the network can."""
        return self._watched(lambda: infer_batch(self._backend, images))

    def _watched(self, call: Callable[[], T]) -> T:
        self._enter()
        try:
            result = call()
        except Exception as error:
            self._leave(error)
            raise
        self._leave(None)
        return result

    def abandon(self) -> bool:
        """Abandon the running call; False if there is none, or it was abandoned before."""
        with self._lock:
            if self._call is None or self._abandoned:
                return False
            self._abandoned = True
            return True

    def close(self) -> None:
        """Close the network now, or when an abandoned call returns."""
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
    """Distinguishes a stuck call from a slow one. Used by one thread, which asks regularly."""

    def __init__(self, clock: Callable[[], float], limit_s: float) -> None:
        self._clock, self._limit_s = clock, limit_s
        self._checked_at = clock()
        self._work: object = None
        self._waited_s = 0.0

    def is_stuck(self, work: object) -> bool:
        """Whether the same `work` has been running for longer than the limit; None means that nothing is running."""
        now = self._clock()
        passed, self._checked_at = min(now - self._checked_at, _LONGEST_INTERVAL_S), now
        self._waited_s = self._waited_s + passed if work is not None and work == self._work else 0.0
        self._work = work
        return self._waited_s > self._limit_s
