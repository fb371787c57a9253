"""Turns the values of one camera in a file into a `Calibration`: units, shapes, and assumptions."""

from __future__ import annotations

from dataclasses import replace

from engine.errors import PosecastError
from engine.extrinsics.calibration import DEFAULT_CALIBRATION, Calibration
from engine.extrinsics.cameras import FileCamera
from engine.extrinsics.doubts import doubts
from engine.extrinsics.fields import Fields
from engine.extrinsics.formats import REFERENCE_UP
from engine.extrinsics.lens import Lens, read_lens
from engine.extrinsics.names import UNIT, UP, find
from engine.extrinsics.plausible import upright_axes, without_lens
from engine.extrinsics.pose import has_pose, read_pose
from engine.extrinsics.readings import Reading
from engine.extrinsics.units import read_unit, unit_doubts
from engine.geometry import METRES_PER_UNIT, UP_AXES, CameraSpec, Provenance


def assuming(camera: FileCamera, *, unit: str | None, up: str | None) -> FileCamera:
    """The same, with the unit and the axis that points up where neither the file nor its format says them."""
    fields, more = Fields(camera.values), {}
    if unit is not None and not camera.assumed.unit_is_fixed and not fields.has(UNIT):
        more["unit"] = unit
    if up is not None and camera.assumed.up is None and not fields.has(UP):
        more["up"] = up
    return replace(camera, values={**camera.values, **more})


def understand(camera: FileCamera) -> Calibration:
    """The camera in metres; PosecastError if a part is missing or wrong."""
    fields = Fields(camera.values)
    said = _up(fields)
    if not has_pose(fields.values):
        return _lens_alone(camera, fields)
    up = said or camera.assumed.up
    reading, R_warnings = read_pose(fields, camera.format, (said,) if said else UP_AXES)
    unit, unit_warnings = read_unit(fields, camera.assumed, camera.lengths)
    lens = read_lens(fields)
    axis, up_warnings = (up, []) if up else _up_by_scene(reading)
    t = reading.t * METRES_PER_UNIT[unit]
    spec = CameraSpec(
        reading.R, t, axis, lens.K, lens.resolution, provenance=Provenance("file"), distortion=lens.distortion
    )
    pose = without_lens(spec.R, spec.t, spec.up)
    about_up = (*up_warnings, *doubts(spec, up_is_known=said is None and camera.assumed.up is not None))
    unit_is_said = find(fields.values, UNIT) is not None
    warnings = (
        *unit_warnings,
        *unit_doubts(pose, unit, camera.lengths, said=unit_is_said, up_is_known=up is not None),
        *([camera.note] if camera.note else []),
        *R_warnings,
        *lens.warnings,
        *_lens_elsewhere(camera, lens),
        *_not_used(fields),
        *about_up,
    )
    return Calibration(spec, camera.format, unit, camera.name, lens.distorted, warnings, up is not None, about_up)


def _lens_elsewhere(camera: FileCamera, lens: Lens) -> list[str]:
    place = camera.assumed.lens_is_in
    if lens.K is not None or not place:
        return []
    return [
        f"the intrinsics are in {place}, which is not read with this file: give --fx, or K in one file with R and t"
    ]


def _lens_alone(camera: FileCamera, fields: Fields) -> Calibration:
    """A calibration from a file of intrinsics alone, such as ROS's camera_info: the pose is that without a file."""
    lens = read_lens(fields)
    if lens.K is None:
        raise PosecastError(
            f"no R and t found; the file contains {fields.told()}", "give R (3x3) or a rotation vector, and t"
        )
    spec = replace(DEFAULT_CALIBRATION.spec, K=lens.K, resolution=lens.resolution, distortion=lens.distortion)
    note = "the file has intrinsics alone, without R and t: the camera stands where it does without a file"
    warnings = (note, *lens.warnings, *_not_used(fields))
    return Calibration(spec, camera.format, "m", camera.name, lens.distorted, warnings)


def _up(fields: Fields) -> str | None:
    found = fields.take(UP)
    if found is None:
        return None
    up = found[1]
    if isinstance(up, str) and up in UP_AXES:
        return up
    raise PosecastError(f"up is {up!r:.40}", f"up must be one of {', '.join(UP_AXES)}: the world axis that points up")


def _up_by_scene(reading: Reading) -> tuple[str, list[str]]:
    """The up axis: -y if the camera is then upright, or if no axis makes it upright; otherwise the one that does."""
    fits = upright_axes(reading.R, reading.t)
    if REFERENCE_UP in fits or len(fits) != 1:
        return REFERENCE_UP, []
    told = f"the file does not say which axis points up: {fits[0]} is up in the world, since the camera is upright then"
    return fits[0], [f'{told}; write "up": "{fits[0]}", or another']


def _not_used(fields: Fields) -> list[str]:
    left = fields.left()
    return [f"not used of the file: {', '.join(left[:12])}"] if left else []
