"""Finds the floor of the source that is being watched, whatever happens to its camera meanwhile.

In: snapshots, and the camera in effect without an estimate. Out: the same camera on the estimated floor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.floor.camera import on_floor
from engine.floor.estimator import FloorEstimator, FloorStatus
from engine.floor.reasons import NOBODY
from engine.floor.solve import FloorEstimate
from engine.floor.standing import Body
from engine.geometry import Camera, CameraSpec, FloorTrust
from engine.settings import Settings
from engine.types import Person, Snapshot

OFF = FloorStatus("off", "switched off")
KNOWN = FloorStatus("off", "the camera is known")
UNKNOWN_TRUST = FloorTrust(tilt_deg=5.0, height=0.2)
"""Of a floor that was found earlier, and nobody knows how well."""
UNSEEN = FloorStatus("too weak", NOBODY)


@dataclass(frozen=True, slots=True)
class Floor:
    """What is known about the floor."""

    status: FloorStatus = UNSEEN
    estimate: FloorEstimate | None = None
    """None without one, or where it is not used."""


class FloorWatch:
    """The estimator of the current source. Another source, or another lens, begins again."""

    def __init__(self) -> None:
        self._estimator = FloorEstimator()
        self._of: tuple[object, ...] = ()
        """The source and the lens that the estimate is of."""
        self._holders: set[str] = set()

    def see(self, snapshot: Snapshot, settings: Settings) -> bool:
        """Look at the people of a snapshot; returns whether anything about the floor has changed."""
        camera = snapshot.scene.camera
        if snapshot.replayed or settings.level == "off" or camera.provenance.pose == "file":
            return False
        before = self._estimator.estimate
        of = (settings.source, *_lens(camera))
        if of != self._of:
            self._of = of
            self._estimator.forget()
            if camera.provenance.pose == "estimated":
                self._estimator.recall(_estimate_of(camera, settings.assumed_height_m))
        changed = self._estimator.observe(snapshot.scene.time, _bodies(snapshot.lifted), settings.assumed_height_m)
        return changed or self._estimator.estimate is not before

    def forget(self) -> None:
        """Begin again without an estimate."""
        self._estimator.forget()

    def settle(self) -> None:
        """Estimate from all that was seen, and keep the result."""
        self._estimator.settle()

    def floor(self, spec: CameraSpec, settings: Settings) -> Floor:
        """What is known, for the camera in effect."""
        if settings.level == "off":
            return Floor(OFF)
        if spec.provenance.pose == "file":
            return Floor(KNOWN)
        if self._of[:1] != (settings.source,):
            return Floor()
        return Floor(self._estimator.status, self._estimator.estimate)

    def placed(self, spec: CameraSpec, settings: Settings) -> CameraSpec:
        """`spec` on the estimated floor; as it is without an estimate, or if its pose is known."""
        estimate = self.floor(spec, settings).estimate
        if estimate is None:
            return spec
        return on_floor(spec, estimate, settings.camera_height_m or estimate.height * settings.assumed_height_m)

    def hold(self, holder: str) -> None:
        """Keep the floor as it is while `holder` makes something of it."""
        self._holders.add(holder)
        self._estimator.hold()

    def release(self, holder: str) -> None:
        """End the hold of `holder`."""
        self._holders.discard(holder)
        if not self._holders:
            self._estimator.release()


def _estimate_of(camera: Camera, assumed_height_m: float) -> FloorEstimate:
    """The estimate that has put `camera` where it is, in an earlier run."""
    trust = camera.floor or UNKNOWN_TRUST
    return FloorEstimate(camera.R @ camera.up_vector, camera.height / assumed_height_m, trust.tilt_deg, trust.height)


def _lens(camera: Camera) -> tuple[object, ...]:
    return camera.image_size, camera.fx, camera.fy, camera.cx, camera.cy, camera.distortion


def _bodies(people: tuple[Person, ...]) -> dict[int, Body]:
    return {
        person.id: Body(np.asarray(person.pose3d.joints), person.pose2d.scores > 0)
        for person in people
        if person.pose3d is not None
    }
