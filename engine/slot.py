"""Hands values from thread to thread: a slot for the newest value.

Any number of readers, no queue: a slow reader skips to the newest, and no reader sees a value twice.
"""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Slot(Generic[T]):
    """One value and its version, protected by a Condition."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._value: T | None = None
        self._version = 0
        self._closed = False

    def put(self, value: T) -> None:
        """Replace the value and wake every reader. Ignored after `close`."""
        with self._condition:
            if self._closed:
                return
            self._value = value
            self._version += 1
            self._condition.notify_all()

    def newest(self) -> T | None:
        """The newest value; None if there has been none."""
        with self._condition:
            return self._value

    def wait_newer(self, seen: int, timeout: float) -> tuple[int, T] | None:
        """(version, value) of the first version after `seen` (0: none seen yet), waiting up to `timeout` s.

        None on timeout, and immediately after `close`; `closed` tells them apart.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._version > seen, timeout)
            if self._closed or self._version <= seen:
                return None
            assert self._value is not None
            return self._version, self._value

    def close(self) -> None:
        """Wake every reader; later waits return immediately."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    @property
    def closed(self) -> bool:
        with self._condition:
            return self._closed
