"""The One Euro filter (Casiez, Roussel and Vogel, 2012), vectorised over arrays of any shape.

A low-pass filter whose cutoff rises with speed: calm when still, quick when moving. In: values and the seconds
since the values before. Out: smoothed values. Every element is a filter of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

DERIVATIVE_CUTOFF_HZ = 1.0
"""Cutoff of the speed estimate; the paper's default, which suits hands and heads alike."""


class OneEuro:
    """One filter per element of an array; the shape is that of the first values."""

    def __init__(self) -> None:
        self._values: Array | None = None
        self._speeds: Array = np.zeros(())
        self._waited: Array = np.zeros(())
        """Seconds each element has been missing for."""

    def update(self, values: Array, dt: float, *, cutoff_hz: float = 1.0, beta: float = 1.0) -> Array:
        """Smooth `values`, measured `dt` seconds after those before.

        cutoff = cutoff_hz + beta * |speed|;  alpha = 1 / (1 + 1 / (2 pi cutoff dt));  y += alpha (x - y)

        `beta` is in Hz per unit of value and second. The first values pass as they are; where no time has passed
        (dt <= 0) the held ones are returned. A missing element (NaN) stays NaN in the answer, its filter waits and
        takes the whole gap for its time step when the element is back.
        """
        values = np.asarray(values, dtype=float)
        if self._values is None:
            self._values, self._speeds = values.copy(), np.zeros_like(values)
            self._waited = np.zeros_like(values)
            return values.copy()
        present, new = np.isfinite(values), ~np.isfinite(self._values)
        step = self._waited + max(dt, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = np.where(step > 0, (values - self._values) / step, 0.0)
            speeds = self._speeds + _alpha(DERIVATIVE_CUTOFF_HZ, step) * (slope - self._speeds)
            smoothed = self._values + _alpha(cutoff_hz + beta * np.abs(speeds), step) * (values - self._values)
        self._values = np.where(present, np.where(new, values, smoothed), self._values)
        self._speeds = np.where(present & ~new, speeds, self._speeds)
        self._waited = np.where(present, 0.0, step)
        return np.where(present, self._values, np.nan)

    def scale(self, factor: float) -> None:
        """Change the unit of everything held: what follows is `factor` times as large."""
        if self._values is not None:
            self._values, self._speeds = self._values * factor, self._speeds * factor


def _alpha(cutoff_hz: Array | float, dt: Array) -> Array:
    """Weight of a new value against the held one, 0..1: 1 / (1 + tau / dt) with tau = 1 / (2 pi cutoff)."""
    turns = 2 * np.pi * cutoff_hz * dt
    return turns / (1 + turns)
