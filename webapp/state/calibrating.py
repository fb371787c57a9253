"""The camera of the present source being calibrated from the page: a board is held up, and newest frames are looked at.

Once a second one frame is looked at beside the pipeline, which does not wait for it. Ends by itself if nobody asks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.calibration.board import DEFAULT_BOARD, parse_board
from engine.calibration.lens import Lens
from engine.calibration.session import ENOUGH_VIEWS, Look, Session
from engine.geometry import DEFAULT_CAMERA, CameraSpec
from engine.pipeline import Pipeline
from engine.wire import Wire
from webapp.access.errors import ConflictError
from webapp.state.camera import CameraDesk

IDLE_S = 30.0
"""Seconds without a question after which nobody is calibrating any more."""


@dataclass(eq=False)
class _Run:
    """One calibration."""

    session: Session
    source: str
    asked_at: float
    last: Look | None = None
    lens: Lens | None = None
    """As it was calculated last: what its user saw is saved, though more views may have come since."""
    version: int = 0
    """Of the frame that was looked at last."""


class Calibrating:
    """Thread-safe. `look` is called once a second."""

    def __init__(self, pipeline: Pipeline, desk: CameraDesk, clock: Callable[[], float] = time.monotonic) -> None:
        self._pipeline, self._desk, self._clock = pipeline, desk, clock
        self._lock = threading.Lock()
        self._run: _Run | None = None

    def begin(self, board: str = DEFAULT_BOARD) -> Wire:
        """Begin with the present source, again if it has begun before; PosecastError for a board that cannot be."""
        session = Session(parse_board(board))
        with self._lock:
            self._run = _Run(session, self._pipeline.state().settings.source, self._clock())
            return self._described()

    def end(self) -> Wire:
        """Forget the views."""
        with self._lock:
            self._run = None
            return self._described()

    def describe(self) -> Wire:
        """What was seen so far; asking keeps the calibration going."""
        with self._lock:
            if self._run is not None:
                self._run.asked_at = self._clock()
            return self._described()

    def solve(self) -> Wire:
        """The lens by the views so far; PosecastError if they do not tell it."""
        with self._lock:
            run = self._running()
            run.lens = run.session.lens()
            return self._described()

    def save(self) -> Wire:
        """Use the lens for the source, and remember it; returns the camera. ConflictError without a good one."""
        with self._lock:
            run = self._running()
            lens = run.lens
            if lens is None or lens.doubts:
                reason = "; ".join(lens.doubts) if lens is not None else "it was not calculated"
                raise ConflictError(f"the calibration cannot be used: {reason}", "show the board more, and try again")
            if run.source != self._pipeline.state().settings.source:
                raise ConflictError("another source was chosen meanwhile", "calibrate the camera of that one")
            told = self._desk.use_lens(_spec(lens))
            self._run = None
            return told

    def look(self) -> None:
        """Look at the newest frame, if a calibration is under way."""
        with self._lock:
            run = self._run
            if run is not None and self._clock() > run.asked_at + IDLE_S:
                self._run = run = None
        if run is None:
            return
        newer = self._pipeline.frames.wait_newer(run.version, 0.0)
        if newer is None:
            return
        run.version, frame = newer
        with self._lock:  # held for some hundredths of a second
            run.last = run.session.look(frame.image, frame.time)

    def _running(self) -> _Run:
        if self._run is None:
            raise ConflictError("no calibration is under way", "begin with POST /api/calibration")
        return self._run

    def _described(self) -> Wire:
        run = self._run
        if run is None:
            return {"active": False}
        covered = run.session.covered
        return {
            "active": True,
            "board": run.session.board.text,
            "views": run.session.views,
            "enough_views": ENOUGH_VIEWS,
            "covered": round(covered.share, 3),
            "cells": (covered.cells > 0).tolist(),
            "corners": _corners(run.last),
            "told": "" if run.last is None else run.last.refused,
            "missing": list(covered.missing),
            "complete": run.session.is_complete,
            "result": None if run.lens is None else _result(run.lens),
        }


def _corners(look: Look | None) -> list[list[float]]:
    """Where the corners of the board are in the newest picture, as shares of its sides."""
    if look is None or look.sighting is None:
        return []
    sighting = look.sighting
    corners: list[list[float]] = (sighting.corners / sighting.size).round(4).tolist()
    return corners


def _spec(lens: Lens) -> CameraSpec:
    return CameraSpec(
        DEFAULT_CAMERA.R, DEFAULT_CAMERA.t, DEFAULT_CAMERA.up, lens.K, lens.size, distortion=lens.distortion
    )


def _result(lens: Lens) -> Wire:
    names = {"fx": lens.K[0, 0], "fy": lens.K[1, 1], "cx": lens.K[0, 2], "cy": lens.K[1, 2]}
    return {
        **{name: round(float(value), 2) for name, value in names.items()},
        "fx_sd": round(lens.focal_sd * float(lens.K[0, 0]), 3),
        "distortion": [round(value, 6) for value in lens.distortion],
        "rms_px": round(lens.rms_px, 3),
        "views": lens.views,
        "image_size": list(lens.size),
        "doubts": list(lens.doubts),
    }
