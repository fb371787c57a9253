"""Writes files completely or not at all, and never replaces a device, a pipe or a link."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import platformdirs

from engine.errors import PosecastError, reason

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Error numbers of a full disk, an exhausted quota, and a file larger than allowed."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path, whose file becomes `path` if the block succeeds, and is deleted if it fails.

    A link is followed: the file that it leads to is replaced. The finished file is copied into a device or a pipe.
    Raises PosecastError if the folder does not exist or cannot be written to, and if the disk is full.
    """
    if is_special(path):
        with tempfile.TemporaryDirectory(prefix="posecast-") as folder, room_for(path):
            temporary = Path(folder) / path.name
            yield temporary
            with temporary.open("rb") as source, os.fdopen(_open(path), "wb") as into:
                shutil.copyfileobj(source, into)
        return
    target = _target(path)
    # The suffix stays last: writers choose their format by it.
    temporary = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        with room_for(path):
            yield temporary
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def text_lines(path: Path) -> Iterator[IO[str]]:
    """A file for UTF-8 text, written like `whole_file`; a device or a pipe gets every line immediately."""
    if is_special(path):
        with room_for(path), os.fdopen(_open(path), "w", encoding="utf-8", buffering=1) as file:
            yield file
        return
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        yield file


def is_special(path: Path) -> bool:
    """Whether `path` is a device, a pipe, a socket or an open descriptor, /dev/stdout for example."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) or _is_descriptor(path)


def _is_descriptor(path: Path) -> bool:
    """Whether the links from `path` lead through /proc to an open file."""
    while path.is_symlink():
        if os.path.realpath(path.parent).startswith("/proc/"):
            return True
        path = path.parent / path.readlink()
    return False


def _open(path: Path) -> int:
    """A descriptor of a special file; output that a shell has redirected to a file is appended."""
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND)
    except OSError as error:
        raise PosecastError(f"cannot write to {path}: {reason(error)}", "check its permissions") from error


def _target(path: Path) -> Path:
    """The file to replace, behind any links."""
    try:
        target = path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError) as error:
        raise PosecastError(f"{path} is a link that leads back to itself", "write elsewhere") from error
    if target.is_dir():
        raise PosecastError(f"{path} is a folder", "give the name of a file to write")
    if not target.parent.is_dir():
        raise PosecastError(f"the folder {target.parent} does not exist", "create it, or write elsewhere")
    if not os.access(target.parent, os.W_OK):
        raise PosecastError(f"the folder {target.parent} cannot be written to", "write elsewhere")
    return target


def sync(path: Path) -> None:
    """Wait until a file, or a folder's directory entries, are on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows cannot
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cache_dir() -> Path:
    """The folder for files that can be downloaded or made again: POSECAST_CACHE, or one in the user's cache folder.

    It may not exist yet.
    """
    own = os.environ.get("POSECAST_CACHE")
    return Path(own).expanduser() if own else platformdirs.user_cache_path("posecast", appauthor=False)


def cannot_read(what: object, error: Exception) -> PosecastError:
    """The error for a file of the user's that cannot be read."""
    return PosecastError(f"cannot read {what}: {reason(error)}", "check the path")


@contextmanager
def writing_to_cache(what: Path) -> Iterator[None]:
    """PosecastError that says what to do if `what`, a file of the user's cache, cannot be written."""
    try:
        yield
    except OSError as error:
        raise PosecastError(
            f"cannot write {what}: {reason(error)}", "make room, or set POSECAST_CACHE to another folder"
        ) from error


@contextmanager
def room_for(what: Path | str) -> Iterator[None]:
    """PosecastError if the disk is full while `what` is written."""
    try:
        yield
    except Exception as error:
        if getattr(error, "errno", None) not in _FULL:  # libav's errors have one, too
            raise
        raise PosecastError(f"cannot write {what}: the disk is full", "make room, or write elsewhere") from error
