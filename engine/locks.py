"""File locks, for work that only one process or thread may do at a time. A process that dies releases its locks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from engine.errors import PosecastError, reason

_POLL_SECONDS = 0.5


class Lock:
    """A held lock; any thread may release it."""

    def __init__(self, held: FileLock) -> None:
        self._held = held

    def release(self, *, delete: bool = False) -> None:
        """Release the lock. `delete`: remove the file, too, if no other process waits for the lock."""
        if delete:
            with suppress(OSError):  # Windows cannot delete open files
                Path(self._held.lock_file).unlink(missing_ok=True)  # while held: afterwards another process may own it
        self._held.release()


def take(path: Path, wait_s: float = 0.0) -> Lock | None:
    """The lock on the file `path`, which is created if it does not exist; None if another holder still has it after
    `wait_s` seconds. OSError if the file cannot be created."""
    held = FileLock(path, thread_local=False)
    try:
        held.acquire(timeout=wait_s)
    except Timeout:
        return None
    return Lock(held)


@contextmanager
def only_process(path: Path, waiting: Callable[[], Any]) -> Iterator[None]:
    """Hold the lock on the file `path` during the block; `waiting` is called twice a second while another holds it.

    PosecastError if the file cannot be created.
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
        raise PosecastError(f"cannot write {path}: {reason(error)}", "check the permissions of its folder") from error
