"""A calibrated rig: its cameras in one world, how well they are known, and the reasons to trust it or not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.calibration.rig_from_people import PeopleRig
from engine.calibration.world_from_people import World
from engine.geometry import Array, CameraSpec, Provenance

MOST_RMS = 15.0
"""Largest error of reprojection of people, pixels of a picture 1280 wide."""
MOST_ROTATION_DEG, MOST_PLACE = 1.0, 0.03
"""Largest standard deviations: of rotations, and of places as a share of the rig's size."""
LEAST_ANGLE_DEG = 4.0
"""Smallest angle between the rays of two cameras that tells distances."""
FEW_JOINTS = 300
"""Joints in common below which a camera is hardly connected to the others."""
_WIDTH = 1280


@dataclass(frozen=True, slots=True, eq=False)
class CameraResult:
    """One camera of the rig."""

    name: str
    spec: CameraSpec
    rms_px: float
    observations: int
    """Joints, or corners of the board, that were used."""
    rotation_sd_deg: float
    place_sd_m: float


@dataclass(frozen=True, slots=True, eq=False)
class RigResult:
    """All cameras, and what there is to say about them."""

    cameras: tuple[CameraResult, ...]
    doubts: tuple[str, ...]
    """Reasons not to trust it; empty if it may be used."""
    notes: tuple[str, ...]
    """What was assumed, and how up, floor and metres are known."""
    paths: tuple[Array, ...] = ()
    """Where people were: (M, 2) metres, x and z."""

    def noting(self, notes: tuple[str, ...]) -> RigResult:
        """The same with further notes."""
        return replace(self, notes=(*self.notes, *notes))


def people_result(rig: PeopleRig, world: World, *, height_given: bool) -> RigResult:
    """The result for a rig by people."""
    problem, errors = rig.solution.problem, rig.solution.errors
    cameras = []
    for at, view in enumerate(rig.views):
        R, t = world.camera(rig.R[at], rig.t[at])
        camera = view.camera
        spec = CameraSpec(
            R, t, "+y", camera.K, camera.image_size, provenance=Provenance("file"), distortion=camera.distortion
        )
        own = errors[problem.camera == at] * camera.fx
        sd = rig.solution.sd[at]
        cameras.append(
            CameraResult(
                view.name, spec, float(np.sqrt(np.mean(own**2))) if len(own) else float("nan"), len(own),
                float(np.degrees(np.linalg.norm(sd[:3]))), float(world.metres * np.linalg.norm(sd[3:])),
            )
        )  # fmt: skip
    doubts = [*_weak_pairs(rig), *_weak_cameras(cameras)]
    return RigResult(tuple(cameras), tuple(doubts), tuple(_notes(world, height_given=height_given)), world.paths)


def _weak_pairs(rig: PeopleRig) -> list[str]:
    doubts = []
    for at, view in enumerate(rig.views):
        own = [pair for pair in rig.pairs if at in (pair.first, pair.second)]
        if not own or max(pair.joints for pair in own) < FEW_JOINTS:
            doubts.append(f"{view.name} sees too few people that the others see, too")
        elif max(pair.angle_deg for pair in own) < LEAST_ANGLE_DEG:
            doubts.append(f"{view.name} stands too near to the others: the baselines are too small")
    return doubts


def _weak_cameras(cameras: list[CameraResult]) -> list[str]:
    doubts, places = [], np.array([-one.spec.R.T @ one.spec.t for one in cameras])
    size = float(np.linalg.norm(places - places[0], axis=1).max())
    for one in cameras:
        assert one.spec.resolution is not None
        limit = MOST_RMS * max(one.spec.resolution) / _WIDTH
        if not one.rms_px <= limit:
            doubts.append(f"{one.name}: people are {one.rms_px:.1f} px off where they should be (limit {limit:.1f})")
        if one.rotation_sd_deg > MOST_ROTATION_DEG or one.place_sd_m > MOST_PLACE * size:
            doubts.append(
                f"{one.name} is known to {one.rotation_sd_deg:.1f} degrees and {100 * one.place_sd_m:.0f} cm only"
            )
    return doubts


def _notes(world: World, *, height_given: bool) -> list[str]:
    told = ", ".join(f"{height:.2f}" for height in world.heights_m)
    return [
        f"the people are {told} m tall"
        + ("" if height_given else ": the tallest is assumed to be, give --person-height"),
        "the floor is where feet have been" if world.by_feet else "the floor's tilt is known by how people stand only",
    ]
