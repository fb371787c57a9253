"""Small videos whose pictures carry their own number, so that a test sees which frame it got."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from engine.types import Image

_BITS = 8
_BLOCK = 16
SIZE = (_BITS * _BLOCK, 3 * _BLOCK)
"""(width, height)."""


def numbered(number: int) -> Image:
    """(48, 128, 3) uint8 BGR: the number's bits as black and white blocks in the upper row, the rest blue."""
    image = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    image[...] = (200, 60, 40)
    for bit in range(_BITS):
        image[:_BLOCK, bit * _BLOCK : (bit + 1) * _BLOCK] = 255 if number >> bit & 1 else 0
    return image


def number_of(image: Image) -> int:
    """The number that an upright picture of any size carries."""
    height, width = image.shape[:2]
    columns = ((np.arange(_BITS) + 0.5) * width / _BITS).astype(int)
    return sum(int(image[height // 6, column].mean() > 128) << bit for bit, column in enumerate(columns))


def write_clip(
    path: Path,
    times: Iterable[Fraction | float],
    *,
    codec: str = "libx264",
    ticks: int = 600,
    pixel_aspect: Fraction | None = None,
) -> Path:
    """Frame k carries number k and is shown at the k-th of `times`, seconds in steps of 1 / `ticks`.

    `pixel_aspect` is what the encoder notes; the stored pictures are the same.
    """
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.time_base = Fraction(1, ticks)
        if pixel_aspect is not None:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        for number, time in enumerate(times):
            picture = av.VideoFrame.from_ndarray(numbered(number), format="bgr24")
            picture.pts, picture.time_base = round(time * ticks), Fraction(1, ticks)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def steady(count: int, rate: int = 30) -> list[Fraction]:
    return [Fraction(k, rate) for k in range(count)]


def rotate_header(path: Path, degrees_clockwise: int) -> None:
    """Set the rotation that players apply, in the header of an MP4."""
    a, b = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees_clockwise]
    transform_header(path, a, b, -b, a)


def transform_header(path: Path, a: int, b: int, c: int, d: int) -> None:
    """Set what players do to the picture: x' = a x + c y, y' = b x + d y (ISO/IEC 14496-12, track header box)."""
    content = bytearray(path.read_bytes())
    matrix_at = content.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    matrix = (a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    assert struct.unpack_from(">9i", content, matrix_at) == (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    struct.pack_into(">9i", content, matrix_at, *matrix)
    path.write_bytes(content)
