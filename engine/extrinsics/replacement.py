"""A calibration that the user has given for one camera of a rig, in place of the one in the rig's file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.extrinsics.calibration import Calibration
from engine.geometry import CameraSpec

_SAME = 1e-6
"""Metres, or shares of a unit vector, by which a camera that was saved and read again may differ."""


@dataclass(frozen=True, slots=True, eq=False)
class Replacement:
    """It counts only as long as the rig's file says what it said then: whoever calibrates the rig again means it."""

    instead_of: CameraSpec
    calibration: Calibration
    """Complete: what the user's file left open is that of the rig."""

    def replaces(self, camera: CameraSpec) -> bool:
        """Whether `camera`, as the rig's file says now, is the one that was replaced."""
        was = self.instead_of
        same_pose = np.allclose(was.R, camera.R, atol=_SAME) and np.allclose(was.t, camera.t, atol=_SAME)
        if was.K is None or camera.K is None:
            return same_pose and was.K is camera.K
        return same_pose and np.allclose(was.K, camera.K, rtol=_SAME)
