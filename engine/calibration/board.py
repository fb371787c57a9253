"""The printed board: ChArUco in OpenCV's non-legacy layout, markers of DICT_5X5_100 from id 0.

In: text such as 'charuco:5x7:30mm' (squares across, squares down, side of a square). Markers are 3/4 of a square.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from engine.errors import PosecastError
from engine.geometry import METRES_PER_UNIT, Array

DEFAULT_BOARD = "charuco:5x7:30mm"
MARKER_PER_SQUARE = 0.75
SQUARE_M = (0.005, 0.5)
"""Range of the side of a square, metres."""
SQUARES = (3, 25)
"""Range of the number of squares along a side."""
_MARKERS = 100
"""Markers that the dictionary has."""
_FORM = re.compile(r"charuco:(\d{1,3})x(\d{1,3}):(\d+(?:\.\d+)?)(mm|cm|m)")


@dataclass(frozen=True, slots=True)
class Board:
    """A board; its frame: x along the squares across, y down, z into the board, the origin at its top left corner."""

    columns: int
    rows: int
    square_m: float

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and height, metres."""
        return self.columns * self.square_m, self.rows * self.square_m

    @property
    def corners(self) -> Array:
        """(C, 3) metres, board frame: the inner corners in the order of their ids."""
        return np.asarray(self.opencv().getChessboardCorners(), dtype=np.float64)

    @property
    def text(self) -> str:
        return f"charuco:{self.columns}x{self.rows}:{1000 * self.square_m:g}mm"

    def opencv(self) -> Any:
        """The board as OpenCV has it."""
        return cv2.aruco.CharucoBoard(
            (self.columns, self.rows), self.square_m, MARKER_PER_SQUARE * self.square_m, dictionary()
        )


def dictionary() -> Any:
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_100)


def parse_board(text: str) -> Board:
    """The board that `text` names; PosecastError where there can be none."""
    match = _FORM.fullmatch(text.strip().lower())
    if match is None:
        raise PosecastError(f"the board is {text!r:.60}", f"write it as {DEFAULT_BOARD}: squares across x down : side")
    columns, rows, square_m = int(match[1]), int(match[2]), float(match[3]) * METRES_PER_UNIT[match[4]]
    if not all(SQUARES[0] <= count <= SQUARES[1] for count in (columns, rows)):
        raise PosecastError(
            f"a board of {columns} x {rows} squares", f"give {SQUARES[0]} to {SQUARES[1]} along each side"
        )
    if columns * rows // 2 > _MARKERS:
        raise PosecastError(
            f"a board of {columns} x {rows} squares", f"at most {_MARKERS} markers exist: use fewer squares"
        )
    if not SQUARE_M[0] <= square_m <= SQUARE_M[1]:
        raise PosecastError(
            f"squares of {1000 * square_m:g} mm", f"give {1000 * SQUARE_M[0]:g} to {1000 * SQUARE_M[1]:g} mm"
        )
    return Board(columns, rows, square_m)
