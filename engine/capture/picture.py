"""A decoded picture of a video -> the image that everything else works on."""

from __future__ import annotations

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

from engine.types import Image

_TURNS = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}


class Converter:
    """Any pixel format -> (H, W, 3) uint8 BGR, turned upright as the video asks for. For one thread."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()  # keeps its tables from picture to picture

    def __call__(self, picture: av.VideoFrame) -> Image:
        converted = self._reformatter.reformat(picture, format="bgr24")
        plane = converted.planes[0]
        # Rows are padded to the decoder's liking; no copy where they are not.
        rows = np.asarray(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        width, height = converted.width, converted.height
        image = np.ascontiguousarray(rows[:height, : width * 3]).reshape(height, width, 3)
        quarter_turns = round(picture.rotation / 90) % 4  # counter-clockwise
        return np.asarray(cv2.rotate(image, _TURNS[quarter_turns])) if quarter_turns else image
