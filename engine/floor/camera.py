"""The camera that stands on an estimated floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.floor.solve import FloorEstimate
from engine.floor.standing import unit
from engine.geometry import CameraSpec, FloorTrust

_FORWARD = np.array([0.0, 0.0, 1.0])


def on_floor(spec: CameraSpec, estimate: FloorEstimate, height_m: float) -> CameraSpec:
    """`spec` with the estimated pose: above the origin, which lies on the floor; +y up, looking along -z.

    Its intrinsics stay. `height_m`: of the camera, the estimate's times that of people, or as somebody measured it.
    """
    ahead = unit(_FORWARD - (_FORWARD @ estimate.up) * estimate.up)
    R = np.column_stack([np.cross(ahead, estimate.up), estimate.up, -ahead])
    return replace(
        spec,
        R=R,
        t=-height_m * estimate.up,
        up="+y",
        provenance=replace(spec.provenance, pose="estimated"),
        floor=FloorTrust(estimate.tilt_sd_deg, estimate.height_sd),
    )
