"""`open_source`: what a user typed -> the FrameSource that it means."""

from __future__ import annotations

from pathlib import Path

import cv2

from engine.capture.address import SCHEMES, scheme_of
from engine.capture.camera import camera_index, open_camera
from engine.capture.clip import Clip
from engine.capture.demo import DemoClip
from engine.capture.images import ImageClip, images_in, images_matching, is_image
from engine.capture.network import open_stream
from engine.capture.playback import Playback
from engine.capture.video import VideoClip
from engine.errors import PosecastError
from engine.redaction import redact
from engine.types import FrameSource


def open_source(text: str, *, realtime: bool = False, loop: bool = False, start_index: int = 0) -> FrameSource:
    """Open a camera index, a video, an image, a folder or glob of images, an address, or 'demo'.

    Files and the demo deliver every frame once, in order. With `realtime` they play at their own speed like a camera,
    dropping what the reader cannot take; with `loop` for ever, time and index running on.
    `start_index` is the first frame's index. PosecastError says what cannot be opened and why.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # our own errors say it all, in one line
    index, scheme = camera_index(text), scheme_of(text)
    if index is not None:
        return open_camera(index, start_index=start_index)
    if scheme in SCHEMES:
        return open_stream(text, realtime=realtime, loop=loop, start_index=start_index)
    if scheme is not None:
        raise PosecastError(f"cannot open {redact(text)}", f"addresses begin with {', '.join(SCHEMES)}")
    try:
        clip = _clip(text)
    except (OSError, ValueError) as error:  # no permission; a name that is too long, or none that a file can have
        raise PosecastError(f"cannot read {text!r}: {error}", "check the path and its permissions") from error
    return Playback(clip, realtime=realtime, loop=loop, start_index=start_index)


def _clip(text: str) -> Clip:
    if text == "demo":
        return DemoClip()
    path = Path(text).expanduser()
    if text and path.is_dir():
        return ImageClip(images_in(path), text)
    if text and path.exists():
        # Pipes can be read only once: they are taken for videos.
        return ImageClip([path], text) if path.is_file() and is_image(path) else VideoClip(path, text)
    if any(character in text for character in "*?["):
        return ImageClip(images_matching(str(path)), text)
    raise PosecastError(f"there is no file {text!r}", "give a camera index, a video, images, an address or demo")
