"""Work that only one process may do at a time, whoever starts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from engine.errors import PosecastError

_POLL_SECONDS = 0.5


@contextmanager
def only_process(lock: Path, waiting: Callable[[], Any]) -> Iterator[None]:
    """Hold the file `lock` during the block; `waiting` is called twice a second while another holds it.

    A process that dies lets go of it. Threads exclude each other likewise. PosecastError where it cannot be made.
    """
    held = FileLock(lock)
    while not held.is_locked:
        try:
            with suppress(Timeout):
                held.acquire(timeout=_POLL_SECONDS)
        except OSError as error:
            reason = error.strerror or error
            raise PosecastError(f"cannot write {lock}: {reason}", "see who may write to its folder") from error
        if not held.is_locked:
            waiting()
    try:
        yield
    finally:
        held.release()
