"""Fewer values of long curves, so that drawn they look the same: highs, lows and gaps stay, at their own times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.motion.motion import Array


def kept_rows(values: Array, most: int) -> NDArray[np.int64]:
    """(Q, T) -> indices into T, increasing: all, if there are no more than `most`.

    Otherwise the time axis is cut into parts, and of each part are kept the rows in which one of the curves has its
    lowest or its highest value, and the first row of a gap. Rows of gaps come on top of `most`.
    """
    count = values.shape[1]
    if count <= most:
        return np.arange(count)
    part = -(-count // max(1, most // (2 * len(values))))
    whole = np.pad(values, ((0, 0), (0, -count % part)), constant_values=np.nan).reshape(len(values), -1, part)
    known = np.isfinite(whole)
    starts = part * np.arange(whole.shape[1])
    lows = starts + np.where(known, whole, np.inf).argmin(axis=2)
    highs = starts + np.where(known, whole, -np.inf).argmax(axis=2)
    gaps = (starts + (~known).argmax(axis=2))[~known.all(axis=2)]
    rows = np.unique(np.concatenate([lows.ravel(), highs.ravel(), gaps, [0, count - 1]]))
    return np.asarray(rows[rows < count])
