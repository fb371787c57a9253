"""Keeps the views that tell most of a camera: sharp, held still, and different from each other.

In: sightings in the order of time, of any number. Out: at most `MOST_VIEWS` of them. Nothing else is remembered, so
that a board may be held up for as long as one likes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.calibration.board import Board
from engine.calibration.coverage import stance_of
from engine.calibration.sighting import Sighting
from engine.geometry import Array

MOST_VIEWS = 40
"""More views do not make a calibration better, only slower."""
STILL = 0.04
"""Largest move of the board per second, over the picture's width, at which a picture is not blurred by it."""
JUMP_S = 0.5
"""Seconds without the board after which its last place says nothing about its speed."""
SHARP_ENOUGH = 0.6
"""Least sharpness over that of the sharpest views."""
DIFFERENT = 0.05
"""Least distance of two views; see `_features`."""


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    sighting: Sighting
    features: Array


class Selection:
    """The best views so far."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._views: list[_View] = []
        self._last: Sighting | None = None
        self._sharpest = 0.0

    @property
    def sightings(self) -> list[Sighting]:
        """The views that were kept, but for those that later ones have shown to be blurred."""
        sharp = SHARP_ENOUGH * self._sharpest
        return [view.sighting for view in self._views if view.sighting.sharpness >= sharp]

    def add(self, sighting: Sighting) -> str:
        """Look at a view. Returns why it was not kept; empty if it was."""
        speed, self._last = self._speed(sighting), sighting
        if speed is not None and speed > STILL:
            return "the board moves: hold it still"
        self._sharpest = max(self._sharpest, sighting.sharpness)
        if sighting.sharpness < SHARP_ENOUGH * self._sharpest:
            return "the picture of the board is blurred: more light, or hold it still"
        view = _View(sighting, _features(sighting, self._board))
        near = [other for other in self._views if _distance(view, other) < DIFFERENT]
        if near:
            return self._replace(near, view)
        self._views.append(view)
        if len(self._views) > MOST_VIEWS:
            self._drop_one()
        return ""

    def _speed(self, sighting: Sighting) -> float | None:
        """Widths of the picture a second; None where there is nothing to compare with."""
        last = self._last
        if last is None or not 0 < sighting.time - last.time <= JUMP_S:
            return None
        common, now, before = np.intersect1d(sighting.ids, last.ids, return_indices=True)
        if not len(common):
            return np.inf
        moved = np.linalg.norm(sighting.corners[now] - last.corners[before], axis=1).max()
        return float(moved / sighting.size[0] / (sighting.time - last.time))

    def _replace(self, near: list[_View], view: _View) -> str:
        """A view that is like another one takes its place if it is better."""
        if len(near) > 1 or view.sighting.sharpness <= near[0].sighting.sharpness:
            return "like another view: move, turn or tilt the board"
        self._views[self._views.index(near[0])] = view
        return ""

    def _drop_one(self) -> None:
        """Of the two views that are most alike, the less sharp one goes."""
        pairs = (
            (_distance(one, other), i, j)
            for i, one in enumerate(self._views)
            for j, other in enumerate(self._views[:i])
        )
        _, i, j = min(pairs)
        worse = i if self._views[i].sighting.sharpness < self._views[j].sighting.sharpness else j
        del self._views[worse]


def _features(sighting: Sighting, board: Board) -> Array:
    """(5,): place in the picture, tilt, and distance, each so that 1 is about all that there is."""
    stance = stance_of(sighting, board)
    place = sighting.centre / sighting.size
    return np.array([*place, stance.tilt[0] / 90, stance.tilt[1] / 90, np.log(stance.distance_m) / 2])


def _distance(one: _View, other: _View) -> float:
    return float(np.linalg.norm(one.features - other.features))
