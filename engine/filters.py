"""The One Euro filter (Casiez, Roussel and Vogel, 2012), vectorised over arrays of any shape.

A low-pass filter whose cutoff rises with speed: little jitter at rest, little lag in motion. In: values and the
seconds since the previous values. Out: smoothed values. Every element is a filter of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

DERIVATIVE_CUTOFF_HZ = 1.0
"""Cutoff of the speed estimate, unless another is given; the paper's default, which suits hands and heads alike."""


class OneEuro:
    """One filter per element of an array; the shape is that of the first values."""

    def __init__(self, derivative_cutoff_hz: float = DERIVATIVE_CUTOFF_HZ) -> None:
        self._derivative_cutoff_hz = derivative_cutoff_hz
        self._held: Array | None = None
        self._speeds: Array = np.zeros(())
        self._waited: Array | float = 0.0
        """Seconds for which each element has been missing."""

    def update(self, values: Array, dt: float, *, cutoff_hz: Array | float = 1.0, beta: Array | float = 1.0) -> Array:
        """Smooth `values`, measured `dt` seconds after the previous ones.

        cutoff = cutoff_hz + beta * |speed|;  alpha = 1 / (1 + 1 / (2 pi cutoff dt));  y += alpha (x - y)

        `beta` is in Hz per unit of value and second. The first values are returned unchanged; if no time has passed
        (dt <= 0), the last ones are. A missing element (NaN) stays NaN in the result; its filter waits, and uses the
        whole gap as its time step when the element is back.
        """
        values = np.asarray(values, dtype=float)
        if self._held is None:
            self._held, self._speeds = values.copy(), np.zeros_like(values)
            return values.copy()
        if dt <= 0:
            return np.where(np.isnan(values), np.nan, self._held)
        step = self._waited + dt
        smoothed, speeds = one_euro_step(
            self._held, self._speeds, values, step, cutoff_hz, beta, self._derivative_cutoff_hz
        )
        if np.isnan(smoothed).any():
            return self._update_some(values, smoothed, speeds, step)
        self._held, self._speeds, self._waited = smoothed, speeds, 0.0
        return smoothed.copy()

    def _update_some(self, values: Array, smoothed: Array, speeds: Array, step: Array | float) -> Array:
        """Update only the elements that are present when some are missing, or appear for the first time."""
        assert self._held is not None
        missing, new = np.isnan(values), np.isnan(self._held)
        self._held = np.where(missing, self._held, np.where(new, values, smoothed))
        self._speeds = np.where(missing | new, self._speeds, speeds)
        self._waited = np.where(missing, step, 0.0)
        return np.where(missing, np.nan, self._held)

    def scale(self, factor: Array | float) -> None:
        """Scale the state: the values that follow are `factor` times as large."""
        if self._held is not None:
            self._held, self._speeds = self._held * factor, self._speeds * factor


def one_euro_step(
    held: Array,
    speeds: Array,
    values: Array,
    dt: Array | float,
    cutoff_hz: Array | float,
    beta: Array | float,
    derivative_cutoff_hz: float = DERIVATIVE_CUTOFF_HZ,
) -> tuple[Array, Array]:
    """The state (held values and their speeds), and values `dt` > 0 seconds later -> the next state."""
    speeds = speeds + _alpha(derivative_cutoff_hz, dt) * ((values - held) / dt - speeds)
    return held + _alpha(cutoff_hz + beta * np.abs(speeds), dt) * (values - held), speeds


def _alpha(cutoff_hz: Array | float, dt: Array | float) -> Array | float:
    """Weight of a new value against the last one, 0..1: 1 / (1 + tau / dt) with tau = 1 / (2 pi cutoff)."""
    turns = 2 * np.pi * cutoff_hz * dt
    return turns / (1 + turns)
