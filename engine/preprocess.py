"""From a frame of any size to the network's input: scale, pad, remember the scale."""

from __future__ import annotations

import cv2
import numpy as np

from engine.types import STRIDE, Image, NetworkInput

PAD_VALUE = 128
"""Grey: exactly 0 after the network's normalisation (x - 128) / 255."""
MAX_ASPECT = 8
"""Maximum aspect ratio; wider frames are scaled down further, so that memory stays bounded."""


def network_size(width: int, height: int, height_size: int) -> tuple[int, int]:
    """(height, width) of the network input for frames of (width, height) pixels, both multiples of 8."""
    scale = min(height_size / height, MAX_ASPECT * height_size / width)
    return height_size, _multiple_of_stride(round(width * scale))


def prepare(image: Image, height_size: int, fixed_size: tuple[int, int] | None = None) -> NetworkInput:
    """Scale `image` (H, W, 3) with its aspect ratio, and pad with grey on the right and at the bottom.

    `fixed_size` (height, width) is for models with a fixed input size: the frame is fitted into it.
    """
    height, width = image.shape[:2]
    rows, columns = fixed_size or network_size(width, height, height_size)
    scale = min(rows / height, columns / width)
    inner_rows, inner_columns = (max(1, round(length * scale)) for length in (height, width))
    inner_rows, inner_columns = min(inner_rows, rows), min(inner_columns, columns)
    canvas = np.full((rows, columns, 3), PAD_VALUE, np.uint8)
    canvas[:inner_rows, :inner_columns] = cv2.resize(image, (inner_columns, inner_rows), interpolation=cv2.INTER_LINEAR)
    return NetworkInput(canvas, (inner_columns / width, inner_rows / height))


def _multiple_of_stride(length: int) -> int:
    return max(STRIDE, -(-length // STRIDE) * STRIDE)
