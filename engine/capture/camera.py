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
    (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),  # raw pictures of this size do not fit through USB 2
    (cv2.CAP_PROP_FRAME_WIDTH, 1280),
    (cv2.CAP_PROP_FRAME_HEIGHT, 720),
    (cv2.CAP_PROP_FPS, 30),
    (cv2.CAP_PROP_BUFFERSIZE, 1),
)
"""Wishes: a camera answers with the nearest that it can."""

_DEVICES = Path("/sys/class/video4linux")
_LINKS = "/dev/v4l/"
"""Where udev names cameras by what they are, or where they are plugged in."""


@dataclass(frozen=True, slots=True)
class CameraInfo:
    index: int
    name: str


def list_cameras(devices: Path = _DEVICES) -> tuple[CameraInfo, ...]:
    """The cameras that Linux knows of, without opening them; nothing elsewhere: there, an index must be tried."""
    found = []
    for device in devices.glob("video*") if devices.is_dir() else ():
        number = device.name.removeprefix("video")
        # The other nodes of a camera carry metadata.
        if number.isdecimal() and _text(device / "index") in ("0", ""):
            found.append(CameraInfo(int(number), _text(device / "name") or f"Camera {number}"))
    return tuple(sorted(found, key=lambda camera: camera.index))


def camera_device(text: str) -> int | str | None:
    """What `text` names: the index of '0' or '/dev/video0', the path of a link to one (/dev/v4l/by-id/...), which may
    lead to another index after the camera was plugged in again, None for what is no camera."""
    match = re.fullmatch(r"(?:/dev/video)?(\d{1,3})", text, re.ASCII)
    if match:
        return int(match[1])
    return text if text.startswith(_LINKS) or _index_behind(text) is not None else None


def open_camera(device: int | str, *, start_index: int = 0, pixel_aspect: Fraction | None = None) -> FrameSource:
    """PosecastError where there is no such camera, or another program has it."""
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

    def open(self) -> None:
        index = self._device if isinstance(self._device, int) else _index_behind(self._device)
        if isinstance(self._device, str) and self._device.startswith(_LINKS) and index is None:
            raise Lost("it is not plugged in")
        node = Path(f"/dev/video{index}")
        if index is not None and node.exists() and not os.access(node, os.R_OK | os.W_OK):
            raise Lost(f"{node} may not be read by this user; on most systems members of the group video may")
        capture = cv2.VideoCapture(self._device if index is None else index)
        if not capture.isOpened():
            raise Lost("it does not open; another program may use it")
        for name, value in _WANTED:
            capture.set(name, value)
        self._capture = capture

    def read(self) -> LivePicture:
        """OpenCV waits ten seconds at most for a V4L2 camera."""
        if self._capture is None or self._interrupted.is_set():
            raise Lost("closed")
        if not self._capture.grab():
            raise Lost("it gives no pictures; it may be unplugged")
        captured_at = time.monotonic()
        decoded, image = self._capture.retrieve()
        if not decoded:
            raise Lost("it gives no pictures that can be decoded")
        if image.ndim == 2 or image.shape[2] == 1:  # infrared cameras
            image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        image = square_pixels(np.asarray(image, np.uint8), self._pixel_aspect)
        return LivePicture(image, captured_at, (time.monotonic() - captured_at) * 1e3)

    def close(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def interrupt(self) -> None:
        """The next frame, or the driver's time limit, ends a running `read`."""
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
