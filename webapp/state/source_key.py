"""Names of sources under which their cameras are remembered: the same source has the same name in the next run."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from engine.capture.camera import camera_device
from engine.capture.uploaded import UPLOAD
from engine.errors import PosecastError
from engine.redaction import redact

_BY_ID = Path("/dev/v4l/by-id")
"""Folder in which udev names cameras by make, model and serial number."""
_ENDS = 1 << 20
"""Bytes at each end of an upload that tell it from others of the same size."""


class SourceKeys:
    """Makes the names. `file_of` finds the file of an upload; PosecastError if there is none."""

    def __init__(self, file_of: Callable[[str], Path] | None = None, by_id: Path = _BY_ID) -> None:
        self._file_of, self._by_id = file_of, by_id

    def __call__(self, source: str) -> str:
        """The name of a source, without passwords.

        A camera is named by what it is, not by its number, which changes with the order of plugging in; a file by its
        full path; an upload by its content.
        """
        device = camera_device(source)
        if device is not None:
            return f"camera:{self._camera(device)}"
        if source.startswith(UPLOAD) and self._file_of is not None:
            try:
                return f"{UPLOAD}{_fingerprint(self._file_of(source))}"
            except (OSError, PosecastError):
                return source
        path = Path(source).expanduser()
        return str(path.absolute()) if "://" not in source and os.path.lexists(path) else redact(source)

    def _camera(self, device: int | str) -> str:
        node = os.path.realpath(f"/dev/video{device}" if isinstance(device, int) else device)
        try:
            links = sorted(self._by_id.iterdir())
        except OSError:
            links = []
        return next((link.name for link in links if os.path.realpath(link) == node), str(device))


def _fingerprint(path: Path) -> str:
    status = path.stat()
    return _hash(str(path), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _hash(path: str, size: int, _modified: int) -> str:
    """Of the size and both ends: an upload may have gigabytes."""
    digest = hashlib.sha256(str(size).encode())
    with Path(path).open("rb") as file:
        digest.update(file.read(_ENDS))
        file.seek(max(0, size - _ENDS))
        digest.update(file.read(_ENDS))
    return digest.hexdigest()[:32]
