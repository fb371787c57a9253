"""A camera's intrinsics and distortion from views of a board, by OpenCV's calibration; and whether to trust them.

In: sightings of one picture size. Out: a `Lens`; PosecastError with the reason where the views cannot tell it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.calibration.board import Board
from engine.calibration.coverage import LEAST_COVERED, Coverage, coverage
from engine.calibration.sighting import Sighting
from engine.distortion import Distortion, shortest
from engine.errors import PosecastError
from engine.geometry import Array

LEAST_VIEWS = 8
MOST_RMS = 1.0
"""Largest error of reprojection, pixels of a picture 1280 wide: larger if the board is bent."""
MOST_FOCAL_SD = 0.005
"""Largest standard deviation of the focal length, as a share of it."""
LEAST_TILTED = 4
"""Fewest views of a tilted board. Without any, the error that OpenCV tells is small, and the focal length is wrong."""
_OUTLIER = 2.5
"""Error of a view over the median at which it is left out."""
_WORTH = 0.97
"""Error over that with fewer coefficients below which more of them are used."""
_REFERENCE_WIDTH = 1280
_MODELS = (cv2.CALIB_FIX_K3, 0, cv2.CALIB_RATIONAL_MODEL)
"""Flags with 4, 5 and 8 coefficients of distortion."""


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """What the views tell about a camera."""

    size: tuple[int, int]
    """(width, height) of the pictures."""
    K: Array
    """(3, 3) pixels."""
    distortion: Distortion
    rms_px: float
    """Root mean square error of reprojection."""
    focal_sd: float
    """Standard deviation of fx, as a share of it."""
    views: int
    """How many were used."""
    covered: Coverage

    @property
    def doubts(self) -> tuple[str, ...]:
        """Reasons not to trust it."""
        doubts = []
        limit = MOST_RMS * max(self.size) / _REFERENCE_WIDTH
        if self.rms_px > limit:
            doubts.append(
                f"the corners are {self.rms_px:.2f} px off where they should be (limit {limit:.2f}): "
                "is the board flat, and its size right?"
            )
        if self.covered.tilted < LEAST_TILTED:
            doubts.append("the board was hardly ever tilted, and only that tells the focal length from the distance")
        if self.focal_sd > MOST_FOCAL_SD:
            doubts.append(f"the focal length is known to {100 * self.focal_sd:.1f} % only: tilt the board more")
        if self.covered.share < LEAST_COVERED:
            doubts.append(f"the board was in {100 * self.covered.share:.0f} % of the picture only")
        return tuple(doubts)


def calibrate_lens(sightings: Sequence[Sighting], board: Board) -> Lens:
    """The lens; PosecastError if there are too few views, of several sizes, or OpenCV finds no solution."""
    _check(sightings)
    views = list(sightings)
    solved = _solve(views, board)
    errors = solved[3]
    kept = [view for view, error in zip(views, errors, strict=True) if error <= _OUTLIER * np.median(errors)]
    if LEAST_VIEWS <= len(kept) < len(views):
        views, solved = kept, _solve(kept, board)
    rms, K, bent, _, sd = solved
    return Lens(
        views[0].size, K, bent, rms, sd / float(K[0, 0]), len(views), coverage(views, board)
    )  # fmt: skip


def _check(sightings: Sequence[Sighting]) -> None:
    if len({sighting.size for sighting in sightings}) > 1:
        raise PosecastError("the pictures have several sizes", "calibrate the camera at one size")
    if len(sightings) < LEAST_VIEWS:
        count = f"{len(sightings)} usable views" if sightings else "not seen"
        raise PosecastError(
            f"the board was {count}" if not sightings else f"only {count} of the board; {LEAST_VIEWS} are needed",
            "hold it still at many places, distances and tilts, in good light; is it the board that was printed?",
        )


_Solved = tuple[float, Array, Distortion, Array, float]
"""rms, K, distortion, errors of the views, standard deviation of fx."""


def _solve(views: Sequence[Sighting], board: Board) -> _Solved:
    """The calibration with as many coefficients as are worth it."""
    best: _Solved | None = None
    for flags in _MODELS:
        solved = _solve_with(views, board, flags)
        if best is None or (np.isfinite(solved[0]) and solved[0] < _WORTH * best[0]):
            best = solved
        else:
            break
    assert best is not None
    return best


def _solve_with(views: Sequence[Sighting], board: Board, flags: int) -> _Solved:
    corners = board.corners.astype(np.float32)
    try:
        rms, K, bent, _, _, sd, _, errors = cv2.calibrateCameraExtended(
            [corners[view.ids] for view in views], [view.corners.astype(np.float32) for view in views],
            views[0].size, np.eye(3), np.zeros(5), flags=flags,
        )  # fmt: skip
    except cv2.error as error:
        raise PosecastError("the views do not determine the camera", "tilt the board, and show more of it") from error
    count = 8 if flags == cv2.CALIB_RATIONAL_MODEL else 5
    return (
        float(rms),
        np.asarray(K),
        shortest(np.ravel(bent)[:count].tolist()),
        np.ravel(errors),
        float(np.ravel(sd)[0]),
    )
