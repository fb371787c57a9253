"""Cameras of this machine: USB, built-in, MIPI through V4L2."""

from __future__ import annotations

import os
import re
import threading
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from engine.capture.live import LivePicture, Lost, open_live
from engine.capture.picture import square_pixels
from engine.errors import PosecastError
from engine.types import FrameSource

_WANTED = (
    (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),  # USB 2 is too slow for uncompressed pictures of this size
    (cv2.CAP_PROP_FRAME_WIDTH, 1280),
    (cv2.CAP_PROP_FRAME_HEIGHT, 720),
    (cv2.CAP_PROP_FPS, 30),
    (cv2.CAP_PROP_BUFFERSIZE, 1),
)
"""Requested properties: a camera chooses the nearest that it supports."""

_STALE_S = 0.2
"""Seconds between two reads after which a picture may have waited in the driver's buffer."""
_BUFFERED = 4
"""Number of pictures that a driver may buffer if it ignores the request for one."""
_FRESH_S = 0.004
"""A read that took at least this many seconds gave a new picture; a buffered one comes at once."""

_DEVICES = Path("/sys/class/video4linux")
_LINKS = "/dev/v4l/"
"""Folders in which udev names cameras by their model, or by the port that they are plugged into."""


@dataclass(frozen=True, slots=True)
class CameraInfo:
    index: int
    name: str


def list_cameras(devices: Path = _DEVICES) -> tuple[CameraInfo, ...]:
    """The cameras that Linux reports, without opening them; empty on other systems, which offer no such list."""
    found = []
    for device in devices.glob("video*") if devices.is_dir() else ():
        number = device.name.removeprefix("video")
        # The other nodes of a camera carry metadata.
        if number.isdecimal() and _text(device / "index") in ("0", ""):
            found.append(CameraInfo(int(number), _text(device / "name") or f"Camera {number}"))
    return tuple(sorted(found, key=lambda camera: camera.index))


def camera_device(text: str) -> int | str | None:
    """The camera that `text` names: an index for '0' or '/dev/video0', the path for a link such as /dev/v4l/by-id/...,
    which may lead to another index after the camera was plugged in again; None if it is not a camera."""
    match = re.fullmatch(r"(?:/dev/video)?(\d{1,3})", text, re.ASCII)
    if match:
        return int(match[1])
    return text if text.startswith(_LINKS) or _index_behind(text) is not None else None


def open_camera(device: int | str, *, start_index: int = 0, pixel_aspect: Fraction | None = None) -> FrameSource:
    """Open a camera; PosecastError if it does not exist, or another program uses it."""
    index = device if isinstance(device, int) else _index_behind(device)
    if index is None or (_DEVICES.parent.is_dir() and not Path(f"/dev/video{index}").exists()):
        raise PosecastError(f"there is no camera {device}", f"cameras here: {_names()}")
    return open_live(CameraFeed(device, pixel_aspect), f"camera {device}", start_index=start_index)


class CameraFeed:
    """A camera through OpenCV, by its index, by a link to its device, or anything else that OpenCV opens."""

    def __init__(self, device: int | str, pixel_aspect: Fraction | None = None) -> None:
        self._device = device
        self._pixel_aspect = pixel_aspect
        self._capture: cv2.VideoCapture | None = None
        self._interrupted = threading.Event()
        self._read_at: float | None = None

    def open(self) -> None:
        index = self._device if isinstance(self._device, int) else _index_behind(self._device)
        if isinstance(self._device, str) and self._device.startswith(_LINKS) and index is None:
            raise Lost("it is not plugged in")
        node = Path(f"/dev/video{index}")
        if index is not None and node.exists() and not os.access(node, os.R_OK | os.W_OK):
            raise Lost(f"{node} cannot be read by this user; on most systems, members of the group 'video' can read it")
        capture = cv2.VideoCapture(self._device if index is None else index)
        if not capture.isOpened():
            raise Lost("it cannot be opened; another program may be using it")
        for name, value in _WANTED:
            capture.set(name, value)
        self._capture, self._read_at = capture, None

    def read(self) -> LivePicture:
        """The next picture; OpenCV waits at most ten seconds for a V4L2 camera."""
        if self._capture is None or self._interrupted.is_set():
            raise Lost("closed")
        missed = self._grab_newest(self._capture)
        captured_at = self._read_at = time.monotonic()
        decoded, image = self._capture.retrieve()
        if not decoded:
            raise Lost("its pictures cannot be decoded")
        if image.ndim == 2 or image.shape[2] == 1:  # infrared cameras
            image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        image = square_pixels(np.asarray(image, np.uint8), self._pixel_aspect)
        return LivePicture(image, captured_at, (time.monotonic() - captured_at) * 1e3, missed)

    def _grab_newest(self, capture: cv2.VideoCapture) -> int:
        """Grab the newest picture, skipping those that were buffered since the last read; the number skipped."""
        seldom = self._read_at is not None and time.monotonic() - self._read_at > _STALE_S
        for missed in range(_BUFFERED + 1 if seldom else 1):
            began = time.monotonic()
            if not capture.grab():
                raise Lost("it delivers no pictures; it may be unplugged")
            if time.monotonic() - began > _FRESH_S:
                return missed
        return missed

    def close(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def interrupt(self) -> None:
        """Do nothing: the next frame, or the driver's time limit, ends a running `read`."""
        self._interrupted.set()


def _index_behind(link: str) -> int | None:
    """The index of the camera that a path leads to."""
    if not os.path.islink(link):  # noqa: PTH114 (Path.is_symlink raises for names that are too long)
        return None
    match = re.fullmatch(r"/dev/video(\d{1,3})", os.path.realpath(link))
    return int(match[1]) if match else None


def _names() -> str:
    return ", ".join(f"{camera.index} ({camera.name})" for camera in list_cameras()) or "none"


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
