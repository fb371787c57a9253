"""Bodies that are not placed yet, the common result of both kinds of lifting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.types import Floats

MIN_CONFIDENCE = 0.1
"""Minimum confidence of a found keypoint; the decoder's own threshold for peaks."""


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """The bodies of P people."""

    joints: NDArray[np.floating[Any]]
    """(P, 19, 3) metres, camera axes, relative to the body's own origin (the pelvis, or nearly)."""
    errors: Floats | None = None
    """(P, 19) metres: the expected error of each joint; None if unknown."""

    def scaled(self, factor: float) -> Bodies:
        """The same bodies, `factor` times as large."""
        errors = None if self.errors is None else self.errors * np.float32(factor)
        return Bodies(self.joints * np.float32(factor), errors)
