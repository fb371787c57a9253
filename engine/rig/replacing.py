"""Cameras of a rig whose calibration the user has replaced while it runs.

In: the cameras as the rig's file says, and replacements by name. Out: the cameras in effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.extrinsics import Calibration, Replacement
from engine.geometry import CameraSpec
from engine.rig.world import check_places
from engine.types import View

Replacements = Mapping[str, Replacement]


def replacement_of(name: str, camera: CameraSpec, by_name: Replacements) -> Replacement | None:
    """The replacement of the camera called `name`, which is `camera` in the rig's file; None without one."""
    found = by_name.get(name)
    return found if found is not None and found.replaces(camera) else None


def first_replacement(camera: CameraSpec | None, by_name: Replacements) -> Replacement | None:
    """The replacement of a camera whose name is not known: no two cameras of a rig are the same."""
    return next((one for one in by_name.values() if camera is not None and one.replaces(camera)), None)


def with_replacements(views: Sequence[View], by_name: Replacements) -> tuple[View, ...]:
    """The views, with the cameras in effect."""
    found = [replacement_of(view.name, view.camera, by_name) for view in views]
    return tuple(
        view if one is None else replace(view, camera=one.calibration.spec)
        for view, one in zip(views, found, strict=True)
    )


def replacement(views: Sequence[View], name: str, by_name: Replacements, given: Calibration) -> Replacement:
    """`given` for the camera called `name`; a pose or a lens that it lacks is that in effect, and `up` the rig's.

    PosecastError if the camera would stand where another one does.
    """
    in_effect = {view.name: view.camera for view in with_replacements(views, by_name)}
    spec, warnings = _completed(given, in_effect[name])
    others = {other: camera for other, camera in in_effect.items() if other != name}
    warnings += tuple(text for text in check_places({**others, name: spec}) if name in text)
    calibration = replace(given, spec=spec, warnings=warnings)
    return Replacement(next(view.camera for view in views if view.name == name), calibration)


def _completed(given: Calibration, now: CameraSpec) -> tuple[CameraSpec, tuple[str, ...]]:
    spec, warnings = given.spec, given.warnings
    if spec.provenance.pose != "file":  # a lens alone
        lens = {field: getattr(spec, field) for field in ("K", "resolution", "distortion")}
        return replace(now, fx=None, fx_size=None, **lens), ("only the lens is replaced: the file has no R and t",)
    if spec.up != now.up:
        warnings += (f"{now.up} is up in the rig's world, though the file says or suggests {spec.up}",)
    if spec.K is None:
        return replace(now, R=spec.R, t=spec.t, provenance=spec.provenance), warnings
    return replace(spec, up=now.up), warnings
