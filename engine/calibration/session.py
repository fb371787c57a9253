"""One camera being calibrated: pictures in, what to do next out, and a lens at the end."""

from __future__ import annotations

from dataclasses import dataclass

from engine.calibration.board import Board
from engine.calibration.coverage import Coverage, coverage
from engine.calibration.lens import Lens, calibrate_lens
from engine.calibration.selection import Selection
from engine.calibration.sighting import BoardFinder, Sighting
from engine.types import Image

ENOUGH_VIEWS = 15
"""Views with which a calibration is complete, once nothing is missing."""
LOOK_EVERY_S = 0.2
"""Seconds between pictures that are worth looking at: a hand does not move a board faster."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What was made of one picture."""

    sighting: Sighting | None
    """None: the board was not seen."""
    refused: str
    """Why the view was not kept; empty if it was."""


class Session:
    """Owns the views of one camera; of one thread at a time."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.looked = 0
        """Pictures that were looked at."""
        self._finder, self._selection = BoardFinder(board), Selection(board)
        self._covered: Coverage | None = None

    def look(self, image: Image, time: float) -> Look:
        """Look for the board in a picture."""
        self.looked += 1
        sighting = self._finder.find(image, time)
        if sighting is None:
            return Look(None, "the board is not seen")
        refused = self._selection.add(sighting)
        self._covered = None
        return Look(sighting, refused)

    @property
    def views(self) -> int:
        """How many views are kept."""
        return len(self._selection.sightings)

    @property
    def covered(self) -> Coverage:
        """What was shown so far, and what is missing."""
        if self._covered is None:
            self._covered = coverage(self._selection.sightings, self.board)
        return self._covered

    @property
    def is_complete(self) -> bool:
        return self.views >= ENOUGH_VIEWS and not self.covered.missing

    def lens(self) -> Lens:
        """The lens by the views so far; PosecastError if they do not tell it."""
        return calibrate_lens(self._selection.sightings, self.board)
