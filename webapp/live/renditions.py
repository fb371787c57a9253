"""Renditions: what a picture of a frame shows, how wide it is, and how it is encoded.

In: a snapshot or a frame. Out: JPEG. Widths are few, so that viewers share encodings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine import overlay
from engine.faces import Circle, covered
from engine.mosaic import picture_of, tiles_of
from engine.one_view import frame_of, snapshot_of
from engine.types import Frame, Image, Snapshot
from webapp.live.faces import Faces

VIEWS = ("overlay", "raw", "skeleton")
"""Views; `skeleton` is drawn on an empty canvas, without the camera's picture."""
WIDTHS = (320, 480, 640, 960, 1280, 1920)
"""Widths of scaled pictures, pixels; the page knows them, too (webapp/static/js/video/widths.js)."""
FULL_QUALITY = 80
"""JPEG quality of pictures in the frame's own size, which other programs read."""
SCALED_BYTES = 30_000
"""Size that a scaled picture should not exceed: 3.6 Mbit/s at 15 a second, beside 1.5 for scenes of five people."""
SCALED_QUALITY = (45, 78)
"""JPEG quality of scaled pictures: the lowest, whatever the size, and the highest, which more would hardly improve."""
_QUALITY_STEP = 3
_ROOM = 0.85
"""Quality rises while a picture takes less than this share of SCALED_BYTES."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """What is shown."""

    view: str
    """One of VIEWS."""
    width: int | None = None
    """Pixels; None: the frame's own width."""
    blurred: bool = False
    """Whether faces are covered."""
    camera: str | None = None
    """The one camera of a rig that is shown; None: all."""


def at_least(width: int) -> int:
    """The smallest of WIDTHS that is not smaller; the largest if there is none."""
    return next((known for known in WIDTHS if known >= width), WIDTHS[-1])


def draw(shown: Snapshot | Frame, rendition: Rendition, faces: Faces) -> Image:
    """(H, W, 3) BGR; a frame that has no scene yet is shown as it is."""
    return scaled(_drawn(shown, rendition, faces), rendition.width)


def _drawn(shown: Snapshot | Frame, rendition: Rendition, faces: Faces) -> Image:
    camera = rendition.camera
    if isinstance(shown, Frame):
        assert not rendition.blurred, "nobody knows yet where its faces are"
        return picture_of(shown if camera is None else frame_of(shown, camera))
    circles = faces.see(shown) if rendition.blurred else ()
    if camera is not None:
        circles, shown = _within(circles, shown, camera), snapshot_of(shown, camera)
    if rendition.view == "skeleton":
        return overlay.draw(shown.scene)
    image = picture_of(shown.frame)
    if rendition.blurred:
        image = covered(image, circles)
    return image if rendition.view == "raw" else overlay.draw(shown.scene, image)


def _within(circles: Sequence[Circle], snapshot: Snapshot, camera: str) -> tuple[Circle, ...]:
    """Circles of the mosaic in pixels of one camera's picture; those of other cameras are then outside of it."""
    if camera not in snapshot.scene.cameras:
        return tuple(circles)
    tile = tiles_of(snapshot.scene.cameras)[camera]
    return tuple(
        Circle((circle.x - tile.x) / tile.scale, (circle.y - tile.y) / tile.scale, circle.radius / tile.scale)
        for circle in circles
    )


def scaled(image: Image, width: int | None) -> Image:
    """(H, W, 3) at most `width` pixels wide. Halved first, since that is fast, and what remains needs no averaging."""
    while width is not None and image.shape[1] >= 2 * width:
        halves = (image.shape[1] // 2, max(1, image.shape[0] // 2))
        image = np.asarray(cv2.resize(image, halves, interpolation=cv2.INTER_AREA), np.uint8)
    if width is None or image.shape[1] <= width:
        return image
    height = max(1, round(image.shape[0] * width / image.shape[1]))
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


class Encoder:
    """JPEG of one rendition; the quality of scaled pictures follows their size."""

    def __init__(self, rendition: Rendition) -> None:
        self._scaled = rendition.width is not None
        self.quality = SCALED_QUALITY[1] if self._scaled else FULL_QUALITY

    def encode(self, image: Image) -> bytes:
        """(H, W, 3) BGR as JPEG."""
        ok, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, self.quality])
        if not ok:
            raise ValueError(f"a picture of {image.shape} cannot be encoded as JPEG")
        if self._scaled:
            self._adapt(len(data))
        return bytes(data)

    def _adapt(self, size: int) -> None:
        least, most = SCALED_QUALITY
        if size > SCALED_BYTES:
            self.quality = max(least, self.quality - _QUALITY_STEP)
        elif size < _ROOM * SCALED_BYTES:
            self.quality = min(most, self.quality + 1)
