"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import PosecastError, reason

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""No space, no quota, larger than files may be."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, which becomes `path` when the block ends well and vanishes when it does not.

    Raises PosecastError where the folder does not exist or cannot be written to, and where the disk is full.
    """
    if path.is_dir():
        raise PosecastError(f"{path} is a folder", "give the name of a file to write")
    if not path.parent.is_dir():
        raise PosecastError(f"the folder {path.parent} does not exist", "create it, or write elsewhere")
    if not os.access(path.parent, os.W_OK):
        raise PosecastError(f"the folder {path.parent} cannot be written to", "write elsewhere")
    # The suffix stays last: writers choose their format by it.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        with room_for(path):
            yield temporary
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of files, has reached the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows has no such thing
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cannot_read(what: object, error: Exception) -> PosecastError:
    """The error for a file of the user's that cannot be read."""
    return PosecastError(f"cannot read {what}: {reason(error)}", "check the path")


@contextmanager
def writing_to_cache(what: Path) -> Iterator[None]:
    """Where `what`, of the user's cache, cannot be written, it is a PosecastError that says what to do."""
    try:
        yield
    except OSError as error:
        raise PosecastError(
            f"cannot write {what}: {reason(error)}", "make room, or set POSECAST_CACHE to another folder"
        ) from error


@contextmanager
def room_for(what: Path | str) -> Iterator[None]:
    """A disk that is full while `what` is being written is a PosecastError."""
    try:
        yield
    except Exception as error:
        if getattr(error, "errno", None) not in _FULL:  # libav's errors have one, too
            raise
        raise PosecastError(f"cannot write {what}: the disk is full", "make room, or write elsewhere") from error
