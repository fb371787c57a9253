"""File locks: work that one process or thread does at a time. A process that dies releases its locks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from engine.errors import PosecastError, reason

_POLL_SECONDS = 0.5


class Lock:
    """A lock that is held; any thread may release it."""

    def __init__(self, held: FileLock) -> None:
        self._held = held

    def release(self, *, delete: bool = False) -> None:
        """Release it. `delete`: the file, too, for a lock that no other process waits for."""
        if delete:
            with suppress(OSError):  # Windows deletes no file that is open
                Path(self._held.lock_file).unlink(missing_ok=True)  # while held: a moment later it may be another's
        self._held.release()


def take(path: Path, wait_s: float = 0.0) -> Lock | None:
    """The lock on the file `path`, which is made where it does not exist; None where another still holds it after
    `wait_s` seconds. OSError where the file cannot be made."""
    held = FileLock(path, thread_local=False)
    try:
        held.acquire(timeout=wait_s)
    except Timeout:
        return None
    return Lock(held)


@contextmanager
def only_process(path: Path, waiting: Callable[[], Any]) -> Iterator[None]:
    """Hold the lock on the file `path` during the block; `waiting` is called twice a second while another holds it.

    PosecastError where the file cannot be made.
    """
    while (lock := _take_within(path, _POLL_SECONDS)) is None:
        waiting()
    try:
        yield
    finally:
        lock.release()


def _take_within(path: Path, wait_s: float) -> Lock | None:
    try:
        return take(path, wait_s)
    except OSError as error:
        raise PosecastError(f"cannot write {path}: {reason(error)}", "see who may write to its folder") from error
