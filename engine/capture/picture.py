"""A decoded picture of a video -> the image that everything else works on: BGR, square pixels, upright."""

from __future__ import annotations

import logging
import struct
from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np
from av.sidedata.sidedata import Type
from av.video.reformatter import Interpolation, VideoReformatter

from engine.aspect import SQUARE, is_plausible, square_size
from engine.types import Image

logger = logging.getLogger(__name__)

_MATRIX = struct.Struct("=9i")
_Matrix = tuple[int, int, int, int]
"""a, b, c, d of `_upright`."""


class Converter:
    """Any pixel format -> (H, W, 3) uint8 BGR, as the video asks to be shown. For one thread."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()  # reuses its tables between pictures
        self._turn: tuple[int, _Matrix | None] | None = None
        """The rotation of the picture before, degrees, and its display matrix."""

    def __call__(self, picture: av.VideoFrame, pixel_aspect: Fraction) -> Image:
        width, height = square_size(picture.width, picture.height, pixel_aspect)
        converted = self._reformatter.reformat(
            picture, width, height, format="bgr24", interpolation=Interpolation.BICUBIC
        )
        plane = converted.planes[0]
        # Decoders may pad rows; without padding, no copy is made.
        rows = np.asarray(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        image = np.ascontiguousarray(rows[:height, : width * 3]).reshape(height, width, 3)
        return _upright(image, self._matrix_of(picture))

    def _matrix_of(self, picture: av.VideoFrame) -> _Matrix | None:
        """The display matrix, read again when the rotation changes.

        The side data of a picture and the picture refer to each other: read for each, they would fill the memory with
        pictures until Python looks for such cycles, which it does rarely.
        """
        if self._turn is None or self._turn[0] != picture.rotation:
            self._turn = picture.rotation, _display_matrix(picture)
        return self._turn[1]


class PixelShape:
    """The sample aspect ratio of the pictures of one stream, which may change at a key frame."""

    def __init__(self, stream: av.VideoStream, given: Fraction | None = None) -> None:
        """`given` overrides the stream's value."""
        self._codec = stream.codec_context
        self._given = given
        of_stream, self._first = stream.sample_aspect_ratio or SQUARE, self._of_codec()
        self._container_differs = of_stream != self._first  # players then follow the container
        self._current = _checked(of_stream)

    def of(self, picture: av.VideoFrame) -> Fraction:
        """Width over height of the pixels of `picture`: call it for each in turn, right after it is decoded."""
        if self._given is not None:
            return self._given
        if picture.key_frame and not self._container_differs:
            ratio = self._of_codec()
            if ratio != self._first:
                self._first, self._current = ratio, _checked(ratio)
        return self._current

    def _of_codec(self) -> Fraction:
        return self._codec.sample_aspect_ratio or SQUARE


def square_pixels(image: Image, pixel_aspect: Fraction | None) -> Image:
    """The image, resampled to square pixels."""
    if pixel_aspect is None or pixel_aspect == 1:
        return image
    size = square_size(image.shape[1], image.shape[0], pixel_aspect)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _checked(ratio: Fraction) -> Fraction:
    if is_plausible(ratio):
        return ratio
    logger.warning(
        "pixels of %d:%d are implausible, so they are taken as square; override with --pixel-aspect", *_pair(ratio)
    )
    return SQUARE


def _pair(ratio: Fraction) -> tuple[int, int]:
    return ratio.numerator, ratio.denominator


def _display_matrix(picture: av.VideoFrame) -> _Matrix | None:
    side_data: Any = picture.side_data  # the stubs declare it as a mapping of names
    matrix = side_data.get(Type.DISPLAYMATRIX)
    if matrix is None:
        return None
    a, b, _, c, d, *_ = _MATRIX.unpack(bytes(matrix)[: _MATRIX.size])
    return a, b, c, d


def _upright(image: Image, matrix: _Matrix | None) -> Image:
    """Rotate and mirror: x' = a x + c y, y' = b x + d y, y pointing down."""
    if matrix is None:
        return image
    a, b, c, d = matrix
    if abs(b) + abs(c) > abs(a) + abs(d):
        image = np.asarray(cv2.transpose(image), np.uint8)
        a, d = c, b  # of what is left to do: x' = a x, y' = d y
    if a < 0 or d < 0:
        image = np.asarray(cv2.flip(image, -1 if a < 0 and d < 0 else int(a < 0)), np.uint8)
    return image
