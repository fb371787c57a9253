"""Animated WebP and AVIF as a clip, read with Pillow picture by picture; each is shown as long as the file says."""

from __future__ import annotations

from collections.abc import Generator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as pillow  # noqa: N813 (a module)

from engine.capture.clip import Shot
from engine.capture.picture import square_pixels
from engine.errors import PosecastError
from engine.geometry import CameraSpec
from engine.types import Image

_DEFAULT_S = 0.1
"""Seconds that browsers show a picture whose duration is missing."""


class AnimationClip:
    """One file; PosecastError where it cannot be decoded."""

    camera: CameraSpec | None = None

    def __init__(self, path: Path, name: str, *, pixel_aspect: Fraction | None = None) -> None:
        self.name = name
        self._path = path
        self._pixel_aspect = pixel_aspect
        self.frame_rate: float | None = None
        durations = [duration for _, duration in self._pictures()]
        self.frame_count: int | None = len(durations)
        self.frame_rate = len(durations) / sum(durations)

    def shots(self) -> Generator[Shot, None, None]:
        time = 0.0
        for index, (picture, duration) in enumerate(self._pictures()):
            yield Shot(index, time, partial(self._image, np.asarray(picture.convert("RGB"), np.uint8)))
            time += duration

    def interrupt(self) -> None:
        """Do nothing: reading a file does not block."""

    def close(self) -> None:
        """The file is open only while it is read."""

    def _pictures(self) -> Generator[tuple[Any, float], None, None]:
        """Each picture, and the seconds that it is shown for."""
        try:
            with self._path.open("rb") as file, pillow.open(file) as animation:
                for index in range(getattr(animation, "n_frames", 1)):
                    animation.seek(index)
                    animation.load()
                    yield animation, animation.info.get("duration", 0) / 1000 or _DEFAULT_S
        except (OSError, ValueError, EOFError, SyntaxError) as error:
            raise PosecastError(f"{self.name} cannot be decoded: {error}", "save it again as a video") from error

    def _image(self, rgb: Image) -> Image:
        return square_pixels(np.ascontiguousarray(rgb[..., ::-1]), self._pixel_aspect)
