"""The right to write something that other servers on this machine leave alone meanwhile: a file, locked.

A process that dies, however it does, loses what it had.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout


class Claim:
    """One that is had. Given back in whatever thread."""

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    def release(self) -> None:
        """Let others have it. The file goes, too."""
        with suppress(OSError):  # Windows removes no file that is open
            Path(self._lock.lock_file).unlink(missing_ok=True)  # while it is locked: a moment later it may be another's
        self._lock.release()


def claim(path: Path) -> Claim | None:
    """By locking the file `path`, which need not exist; None where somebody has it. OSError where none can be made."""
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    return Claim(lock)
