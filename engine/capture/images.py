"""Images: one, a folder of them, or those that a pattern matches; each is a frame."""

from __future__ import annotations

import glob
import logging
import re
from collections.abc import Generator, Iterable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from engine.capture.clip import Shot
from engine.capture.playback import IMAGE_S
from engine.errors import PosecastError, reason
from engine.geometry import CameraSpec
from engine.types import Image

logger = logging.getLogger(__name__)

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jp2", ".png", ".webp", ".avif", ".bmp", ".dib", ".tif", ".tiff", ".ppm", ".pgm")
"""Names that count as images within a folder or a pattern; a single file is known by its content."""


class ImageClip:
    """Images in a given order, one a second.

    One that cannot be read is an error where it is the only one. Among many it is left out with a warning that names
    it, and its index stays unused: a night's work shall not end at picture 7 312.
    """

    frame_rate: float | None = None
    frame_count: int | None
    camera: CameraSpec | None = None

    def __init__(self, paths: Sequence[Path], name: str) -> None:
        self.name = name
        self._paths = paths
        self.frame_count = len(paths)
        if len(paths) == 1:
            read_image(paths[0])

    def shots(self) -> Generator[Shot, None, None]:
        unreadable = 0
        for index, path in enumerate(self._paths):
            try:
                image = read_image(path)
            except PosecastError as error:
                unreadable += 1
                if unreadable == len(self._paths):
                    raise PosecastError(f"none of the images of {self.name} can be read", error.error) from error
                logger.warning("left out: %s", error.error)
                continue
            yield Shot(index, index * IMAGE_S, partial(_same, image), name=path.name)

    def interrupt(self) -> None:
        """Files do not keep anybody waiting."""

    def close(self) -> None:
        """Files are open only while they are read."""


def read_image(path: Path) -> Image:
    """(H, W, 3) uint8 BGR, upright: any depth and number of channels, EXIF orientation applied, alpha dropped."""
    try:
        content = np.fromfile(path, np.uint8)
        image = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    except OSError as error:
        raise PosecastError(f"cannot read {path}: {reason(error)}", "check the file") from error
    except cv2.error as error:  # more pixels than OpenCV takes
        raise PosecastError(f"{path} cannot be decoded: {error.err}", "save it again, smaller") from error
    if image is None:
        raise PosecastError(f"{path} is no image that can be read", "save it again as JPEG or PNG")
    return np.asarray(image, np.uint8)


def is_image(path: Path) -> bool:
    """By content. GIF is left to the video reader, since it may move."""
    with path.open("rb") as file:
        if file.read(4) == b"GIF8":
            return False
    return bool(cv2.haveImageReader(str(path)))


def images_in(folder: Path) -> list[Path]:
    """The images of a folder in natural order (frame2 before frame10); PosecastError where there are none."""
    return _images(folder.iterdir(), f"the folder {folder}")


def images_matching(pattern: str) -> list[Path]:
    """The images that a pattern matches, in natural order; PosecastError where there are none."""
    matches = glob.glob(pattern, recursive=True)  # noqa: PTH207 (Path.glob takes no absolute pattern)
    return _images(map(Path, matches), pattern)


def _images(candidates: Iterable[Path], where: str) -> list[Path]:
    found = [path for path in candidates if path.suffix.lower() in SUFFIXES and path.is_file()]
    if not found:
        raise PosecastError(f"no images in {where}", "images end in .jpg, .png, ...; a video must be named itself")
    return sorted(found, key=_natural)


def _same(image: Image) -> Image:
    return image


def _natural(path: Path) -> list[tuple[int, str]]:
    """Digits count as numbers."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", str(path).casefold())]
