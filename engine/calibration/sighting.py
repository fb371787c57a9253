"""Finds a board in a picture.

In: a BGR picture. Out: a `Sighting`: which corners of the board are where, and how sharp the picture is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.calibration.board import Board
from engine.geometry import Array
from engine.types import Image

LEAST_CORNERS = 6
"""Corners without which a view says little about a camera."""
_CORNER_OF_PIXEL = 0.5
"""OpenCV counts pixels from the middle of the first one, `Camera` from its corner."""
_CELLS_PER_SQUARE = 16
"""Resolution at which the sharpness of the board is judged: a coarse one judges far boards like near ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A board in one picture."""

    corners: Array
    """(C, 2) pixels."""
    ids: NDArray[np.intp]
    """(C,) which corners of the board these are."""
    size: tuple[int, int]
    """(width, height) of the picture."""
    time: float
    """Seconds."""
    sharpness: float
    """Steepness of the board's edges, 0 to 1."""

    @property
    def centre(self) -> Array:
        """(2,) pixels."""
        return np.asarray(self.corners.mean(axis=0))


class BoardFinder:
    """Finds one kind of board in pictures; of one thread at a time."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._detector = cv2.aruco.CharucoDetector(board.opencv())

    def find(self, image: Image, time: float = 0.0) -> Sighting | None:
        """The board in a picture; None if it is not there, or only a little of it."""
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        corners, ids, _, _ = self._detector.detectBoard(grey)
        if ids is None or len(ids) < LEAST_CORNERS:
            return None
        found = np.asarray(corners, dtype=np.float64).reshape(-1, 2)
        known = np.asarray(ids, dtype=np.intp).ravel()
        flat = self.board.corners[known, :2]
        if np.linalg.matrix_rank(flat - flat.mean(axis=0), tol=1e-6) < 2:
            return None  # corners in a row: no plane
        homography, _ = cv2.findHomography(flat / self.board.square_m, found)
        if homography is None:
            return None
        height, width = grey.shape
        sharp = _sharpness(grey, homography, flat / self.board.square_m)
        return Sighting(found + _CORNER_OF_PIXEL, known, (width, height), time, sharp)


def _sharpness(grey: NDArray[np.uint8], homography: Any, squares: Array) -> float:
    """The steepest edges of the board as it would be seen from the front, over its contrast."""
    low, high = squares.min(axis=0), squares.max(axis=0)
    wide, tall = np.maximum(np.round((high - low) * _CELLS_PER_SQUARE).astype(int), 2).tolist()
    to_squares = np.array([[1 / _CELLS_PER_SQUARE, 0, low[0]], [0, 1 / _CELLS_PER_SQUARE, low[1]], [0, 0, 1]])
    front = cv2.warpPerspective(
        grey, homography @ to_squares, (wide, tall), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    contrast = float(np.percentile(front, 90)) - float(np.percentile(front, 10))
    if contrast < 1:
        return 0.0
    steep = np.abs(np.diff(front.astype(np.float32), axis=1))
    return float(min(np.percentile(steep, 97) / contrast, 1.0))
