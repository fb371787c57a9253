"""Writes the overlay of a single image."""

from __future__ import annotations

from pathlib import Path

import cv2

from engine.errors import PosecastError
from engine.types import Image

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


class PictureWriter:
    """One picture file; the interface of `VideoWriter`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = False

    def write(self, image: Image, time: float) -> None:
        """Write (H, W, 3) BGR; PosecastError for a second frame."""
        if self._written:
            raise PosecastError(f"the source has more than one frame, but {self._path.suffix} holds one", "use .mp4")
        try:
            ok, data = cv2.imencode(self._path.suffix, image)
        except cv2.error:  # WebP allows at most 16383 pixels per side
            ok = False
        if not ok:
            height, width = image.shape[:2]
            raise PosecastError(f"{self._path.suffix} cannot hold {width} x {height}", "use .png, which holds any size")
        self._path.write_bytes(data.tobytes())
        self._written = True

    def close(self) -> None:
        """Nothing is held."""
