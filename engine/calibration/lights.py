"""How suddenly the pictures of a camera become brighter or darker: a lamp or a torch is a peak.

The brightness is that of the whole picture, so that people who walk about matter little.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from engine.geometry import Array
from engine.types import Frame

RATE = 240
"""Values per second."""
_EVERY_PIXEL = 8
"""Of this many rows and columns, one is looked at."""


def sudden_lights(frames: Iterable[Frame]) -> Array:
    """(N,) how much brighter the picture becomes, on a grid that begins at 0 of the frames' times; negative if darker.

    Between two pictures the change is spread evenly, since nobody knows when it was.
    """
    times, levels = [], []
    for frame in frames:
        times.append(frame.time)
        levels.append(float(frame.image[::_EVERY_PIXEL, ::_EVERY_PIXEL].mean()))
    if len(times) < 2:
        return np.zeros(0)
    grid = np.arange(int(times[-1] * RATE) + 1) / RATE
    brightness = np.interp(grid, times, levels)
    changes = np.diff(brightness, prepend=brightness[0])
    return np.asarray(changes * np.abs(changes))
