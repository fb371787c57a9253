"""A camera turned, raised or zoomed by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.extrinsics import Calibration
from engine.geometry import Camera, CameraSpec, FloorTrust, Provenance, intrinsics
from engine.posing import posed

HAND = FloorTrust(tilt_deg=1.0, height=0.05)
"""Trust in a floor whose grid was laid onto the picture by eye."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What is given by hand; None: as it is."""

    tilt_deg: float | None = None
    roll_deg: float | None = None
    height_m: float | None = None
    fov_deg: float | None = None
    """Horizontal field of view."""


def adjusted(camera: Camera, by: Adjustment) -> Calibration:
    """The camera for these frames as it was adjusted. Its heading, its place above the floor and its up axis stay.

    Whoever gives the height knows it; otherwise it is as uncertain as before, and so are the sizes of people.
    """
    R, t = posed(
        camera,
        camera.tilt_down if by.tilt_deg is None else by.tilt_deg,
        camera.roll if by.roll_deg is None else by.roll_deg,
        camera.height if by.height_m is None else by.height_m,
    )
    given = camera.provenance.intrinsics
    K = camera.K if given == "file" else None
    if by.fov_deg is not None:
        given = "option"
        fx = camera.image_size[0] / 2 / math.tan(math.radians(by.fov_deg) / 2)
        K = intrinsics(fx, fx * camera.fy / camera.fx, camera.cx, camera.cy)
    size = None if K is None else camera.image_size
    is_known = by.height_m is not None or camera.provenance.pose == "file"
    provenance = Provenance("file" if is_known else "estimated", "default" if K is None else given)
    distortion = () if K is None else camera.distortion
    spec = CameraSpec(R, t, camera.up, K, size, provenance=provenance, floor=HAND, distortion=distortion)
    return Calibration(spec, "adjusted", "m")
