"""The rows of a table of one person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def present(placed: NDArray[np.bool_]) -> range:
    """(T,) -> the indices from the first to the last True; gaps between them stay in."""
    where = np.flatnonzero(placed)
    return range(int(where[0]), int(where[-1]) + 1) if len(where) else range(0)
