"""What the views of a board have shown of a camera so far, and what is missing.

In: sightings. Out: the share of the picture that was covered, cell by cell, and the views that are still needed, as
sentences. A lens is known where the board has been: in the corners above all; its focal length by tilts and distances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.calibration.board import Board
from engine.calibration.sighting import Sighting
from engine.geometry import DEFAULT_FX_PER_SIDE, Array

CELLS = (8, 6)
"""Columns and rows of the picture's cells."""
LEAST_COVERED = 0.6
"""Share of the cells below which a lens is not known well enough."""
TILTED_DEG = 20.0
"""Tilt of a board from which on it tells the focal length."""
NEAR_TO_FAR = 1.5
"""Ratio of the distances of the farthest and the nearest views that is wanted."""
_CORNERS = {
    "top left": (slice(0, 2), slice(0, 2)), "top right": (slice(0, 2), slice(-2, None)),
    "bottom left": (slice(-2, None), slice(0, 2)), "bottom right": (slice(-2, None), slice(-2, None)),
}  # fmt: skip
_TILTS = {
    "tilted to the left": (0, 1), "tilted to the right": (0, -1), "tilted forward": (1, 1), "tilted backward": (1, -1),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What was shown, and what is missing."""

    cells: NDArray[np.intp]
    """(rows, columns): how many corners were seen in every cell of the picture."""
    share: float
    """Of the cells with a corner or more, 0 to 1."""
    tilted: int
    """Views in which the board was tilted."""
    missing: tuple[str, ...]
    """Sentences for the person who holds the board, what helps most first."""


@dataclass(frozen=True, slots=True)
class Stance:
    """How a board is held, by a guess of the lens."""

    tilt: tuple[float, float]
    """Degrees that its front is turned towards the picture's right, and towards its bottom."""
    distance_m: float


def coverage(sightings: Sequence[Sighting], board: Board) -> Coverage:
    """The coverage of a picture by these views."""
    cells = np.zeros((CELLS[1], CELLS[0]), dtype=np.intp)
    for sighting in sightings:
        at = np.floor(sighting.corners / sighting.size * CELLS).astype(int)
        at = np.clip(at, 0, np.array(CELLS) - 1)
        np.add.at(cells, (at[:, 1], at[:, 0]), 1)
    stances = [stance_of(sighting, board) for sighting in sightings]
    share = float((cells > 0).mean())
    tilted = sum(max(map(abs, stance.tilt)) > TILTED_DEG for stance in stances)
    return Coverage(cells, share, tilted, tuple(_missing(cells, share, stances)))


def _missing(cells: NDArray[np.intp], share: float, stances: Sequence[Stance]) -> list[str]:
    empty = [name for name, place in _CORNERS.items() if not (cells[place] > 0).any()]
    missing = [f"hold the board into the {' and the '.join(empty)} of the picture"] if empty else []
    if share < LEAST_COVERED and not empty:
        missing.append("move the board through all of the picture, up to its edges")
    tilts = [
        name for name, (axis, sign) in _TILTS.items()
        if not any(sign * stance.tilt[axis] > TILTED_DEG for stance in stances)
    ]  # fmt: skip
    if tilts:
        missing.append(f"hold it {', '.join(tilts)} by {TILTED_DEG:.0f} to 45 degrees")
    distances = [stance.distance_m for stance in stances]
    if not distances or max(distances) < NEAR_TO_FAR * min(distances):
        missing.append("hold it nearer and farther away")
    return missing


def stance_of(sighting: Sighting, board: Board) -> Stance:
    """How the board is held, for a lens of a common field of view."""
    width, height = sighting.size
    focal = DEFAULT_FX_PER_SIDE * max(sighting.size)
    K = np.array([[focal, 0.0, width / 2], [0.0, focal, height / 2], [0.0, 0.0, 1.0]])
    R, t = board_pose(sighting, board, K)
    out = R[:, 2] * np.sign(R[2, 2])  # the board's back, away from the camera
    tilt = np.degrees(np.arctan2(-out[:2], out[2])).tolist()
    return Stance((tilt[0], tilt[1]), float(np.linalg.norm(t)))


def board_pose(sighting: Sighting, board: Board, K: Array, distortion: Sequence[float] = ()) -> tuple[Array, Array]:
    """(R, t), camera_from_board, metres."""
    bent = np.array(distortion) if len(distortion) else None
    _, rotation, t = cv2.solvePnP(board.corners[sighting.ids], sighting.corners, K, bent, flags=cv2.SOLVEPNP_IPPE)
    return np.asarray(cv2.Rodrigues(rotation)[0], dtype=np.float64), np.asarray(t, dtype=np.float64).ravel()
