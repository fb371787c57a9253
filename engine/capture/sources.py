"""`open_source`: from the text that a user typed to a FrameSource."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2

from engine.bus import bus_address, is_bus
from engine.capture.address import SCHEMES, scheme_of
from engine.capture.animation import AnimationClip
from engine.capture.browser import Publications, is_published, open_published
from engine.capture.camera import camera_device, open_camera
from engine.capture.clip import Clip
from engine.capture.demo import DemoClip, is_demo
from engine.capture.image_paths import images_in, images_matching, is_pattern
from engine.capture.image_reader import is_animation, is_image
from engine.capture.images import ImageClip
from engine.capture.network import open_stream
from engine.capture.playback import Playback
from engine.capture.remote import RemoteCamera
from engine.capture.rig import RigClip
from engine.capture.rig_live import LiveRig
from engine.capture.uploaded import FORMATS, UPLOAD, uploaded_file
from engine.capture.video import VideoClip
from engine.errors import PosecastError
from engine.names import printable
from engine.redaction import redact
from engine.rig import is_rig, read_rig
from engine.types import FrameSource

_FASTEST = 1000
"""Maximum images per second; larger values are probably milliseconds."""


def open_source(
    text: str,
    *,
    realtime: bool = False,
    loop: bool = False,
    start_index: int = 0,
    rate: float | None = None,
    pixel_aspect: Fraction | None = None,
    uploads: Path | None = None,
    publications: Publications | None = None,
) -> FrameSource:
    """Open a camera, a video, an image, a folder or pattern of images, an address, an upload, 'demo', or a rig.

    Files and the demo deliver every frame once, in order. With `realtime` they play at their own speed like a camera,
    dropping what the reader cannot take; with `loop` they repeat forever, while time and index continue.
    `start_index` is the first frame's index. `rate` is the number of images per second of a folder or pattern.
    `pixel_aspect`, width over height of a pixel, overrides the source's value; frames have square pixels.
    `uploads` is the folder of `upload:NAME`; None: the user's own. `publications` has the pictures of `browser:NAME`.
    Raises PosecastError if it cannot be opened.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # the errors raised here say it in one line
    if rate is not None and not 0 < rate <= _FASTEST:
        raise PosecastError(f"a rate of {rate:g} images a second", f"--rate is above 0, up to {_FASTEST}")
    if is_rig(text):
        if rate is not None:
            raise _no_images(printable(text))
        return _rig(text, realtime, loop, start_index, pixel_aspect, uploads, publications)
    device, scheme = camera_device(text), scheme_of(text)
    if rate is not None and (device is not None or scheme is not None or is_demo(text)):
        raise _no_images(redact(text))
    if is_published(text):
        return open_published(text, publications, start_index=start_index)
    if device is not None:
        return open_camera(device, start_index=start_index, pixel_aspect=pixel_aspect)
    if is_bus(text):
        raise PosecastError(f"{redact(text)} is a camera of a rig", "name it in a rig.toml, with its calibration")
    if scheme in SCHEMES:
        return open_stream(text, realtime=realtime, loop=loop, start_index=start_index, pixel_aspect=pixel_aspect)
    if scheme is not None:
        raise PosecastError(f"cannot open {redact(text)}", f"addresses begin with {', '.join(SCHEMES)}")
    clip = _open_clip(text, rate, pixel_aspect, uploads)
    return Playback(clip, realtime=realtime, loop=loop, start_index=start_index)


def _rig(
    text: str,
    realtime: bool,
    loop: bool,
    start_index: int,
    pixel_aspect: Fraction | None,
    uploads: Path | None,
    publications: Publications | None,
) -> FrameSource:
    """Clips are played together, by their own clocks; with a live camera among them, each has a thread of its own."""
    rig, name = read_rig(Path(text).expanduser()), printable(Path(text).name)

    def open_one(source: str) -> FrameSource:
        if is_bus(source):
            return RemoteCamera(bus_address(source))
        return open_source(
            source, realtime=True, loop=True, pixel_aspect=pixel_aspect, uploads=uploads, publications=publications
        )

    if any(_is_live(camera.source) for camera in rig.cameras):
        return LiveRig(rig, open_one, name, start_index=start_index)
    clip = RigClip(rig, lambda source: _open_clip(source, None, pixel_aspect, uploads), name)
    return Playback(clip, realtime=realtime, loop=loop, start_index=start_index)


def _is_live(source: str) -> bool:
    return camera_device(source) is not None or scheme_of(source) is not None or is_published(source)


def _open_clip(text: str, rate: float | None, pixel_aspect: Fraction | None, uploads: Path | None) -> Clip:
    try:
        if text.startswith(UPLOAD):
            return uploaded_clip(uploaded_file(text, uploads), text, pixel_aspect)
        return _clip(text, rate, pixel_aspect)
    except (OSError, ValueError) as error:  # no permission, or a name that is too long or invalid
        reason = getattr(error, "strerror", None) or error
        raise PosecastError(f"cannot read {printable(text)!r}: {reason}", "check path and permissions") from error


def uploaded_clip(path: Path, name: str, pixel_aspect: Fraction | None = None) -> Clip:
    """The video or image at `path`, which a visitor has sent; messages call it `name`. PosecastError if it is none."""
    return _file_clip(path, name, None, pixel_aspect, FORMATS)


def _clip(text: str, rate: float | None, pixel_aspect: Fraction | None) -> Clip:
    path, name = Path(text).expanduser(), printable(text)
    if is_demo(text):
        return DemoClip(text)
    if text and path.is_dir():
        return ImageClip(images_in(path), name, rate=rate, pixel_aspect=pixel_aspect)
    if text and path.exists():
        return _file_clip(path, name, rate, pixel_aspect)
    if is_pattern(text):
        return ImageClip(images_matching(str(path)), name, rate=rate, pixel_aspect=pixel_aspect)
    raise PosecastError(f"there is no file {name!r}", "give a camera index, a video, images, an address or demo")


def _file_clip(
    path: Path, name: str, rate: float | None, pixel_aspect: Fraction | None, formats: str | None = None
) -> Clip:
    # Pipes can be read only once, so they are read as videos.
    if path.is_file() and is_image(path):
        return ImageClip([path], name, rate=rate, pixel_aspect=pixel_aspect)
    if rate is not None:
        raise _no_images(name)
    if path.is_file() and is_animation(path):
        return AnimationClip(path, name, pixel_aspect=pixel_aspect)
    return VideoClip(path, name, pixel_aspect=pixel_aspect, formats=formats)


def _no_images(name: str) -> PosecastError:
    return PosecastError(f"{name} has times of its own", "--rate is for a folder or a pattern of images")
