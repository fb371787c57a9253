"""Images as a clip: one, a folder of them, or those that a pattern matches; each is a frame."""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

from engine.capture.clip import Shot
from engine.capture.image_reader import doubts, read_image
from engine.capture.lens import film_mm_of_image
from engine.capture.notices import Notices
from engine.capture.picture import square_pixels
from engine.capture.playback import IMAGE_S
from engine.errors import PosecastError
from engine.geometry import CameraSpec, neutral_camera
from engine.names import printable
from engine.types import Image

logger = logging.getLogger(__name__)


class ImageClip:
    """Images in a given order, one a second unless a rate is given.

    One that cannot be read is an error where it is the only one. Among many it is left out with a warning that names
    it, and its index stays unused: one bad file must not end a long run.
    """

    frame_count: int | None
    camera: CameraSpec | None = None

    def __init__(
        self, paths: Sequence[Path], name: str, *, rate: float | None = None, pixel_aspect: Fraction | None = None
    ) -> None:
        self.name = name
        self.frame_rate = rate
        self.frame_count = len(paths)
        self._paths = paths
        self._pixel_aspect = pixel_aspect
        self._notices = Notices(logger)
        if len(paths) == 1:
            read_image(paths[0], name)
        self.camera = next((neutral_camera(_film_mm(path)) for path in paths[:1]), None)

    def shots(self) -> Generator[Shot, None, None]:
        interval = 1 / self.frame_rate if self.frame_rate else IMAGE_S
        unreadable = 0
        for index, path in enumerate(self._paths):
            try:
                image = self._read(path)
            except PosecastError as error:
                unreadable += 1
                if unreadable == len(self._paths):
                    raise PosecastError(f"none of the images of {self.name} can be read", error.error) from error
                self._notices.warn(f"left out: {error.error}")
                continue
            yield Shot(index, index * interval, partial(_same, image), name=printable(path.name))

    def interrupt(self) -> None:
        """Do nothing: reading a file does not block."""

    def close(self) -> None:
        """Files are open only while they are read."""

    def _read(self, path: Path) -> Image:
        name = self.name if len(self._paths) == 1 else printable(str(path))
        image = read_image(path, name)
        if doubt := doubts(path):
            self._notices.warn(f"{name} {doubt}")
        return square_pixels(image, self._pixel_aspect)


def _film_mm(path: Path) -> float | None:
    """The focal length of an image's metadata; None for an unreadable image, which is reported when its turn comes."""
    try:
        content, image = path.read_bytes(), read_image(path)
    except (OSError, PosecastError):
        return None
    return film_mm_of_image(content, (image.shape[1], image.shape[0]))


def _same(image: Image) -> Image:
    return image
