"""The unit of lengths in a camera file: stated, defined by the format, or inferred from the camera's distance.

Rooms are metres wide: the same three numbers put a camera 4.5 m, 45 m or 4.5 km away, and usually only one of these
makes sense. Assumptions are always reported; if two units fit, the file is refused.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np

from engine.errors import PosecastError
from engine.extrinsics.fields import Fields
from engine.extrinsics.formats import Format
from engine.extrinsics.names import UNIT
from engine.extrinsics.plausible import is_upright
from engine.geometry import METRES_PER_UNIT, Camera

NEAR_M, FAR_M = 0.6, 25.0
"""Distances from the world's origin beyond which the unit is doubted."""
NEAR_IF_SAID_M = 0.3
"""Like `NEAR_M`, if the file states its unit: a webcam above a calibration board."""
ROOM_M = (1.0, 12.0)
"""Plausible distances from the world's origin if the unit is not stated, metres."""
NEAR_CAMERA_M = 0.04
"""Like `NEAR_M` and the first of `ROOM_M`, where the world is the frame of a camera of the file: two in one housing."""
AT_ORIGIN = 1e-6
"""Share of the largest distance below which a camera stands at the world's origin."""
HIGH_M = 8.0
"""Maximum mounting height above the floor, indoors, metres."""
_NAMES = {
    "m": ("m", "meter", "meters", "metre", "metres"),
    "cm": ("cm", "centimeter", "centimeters", "centimetre", "centimetres"),
    "mm": ("mm", "millimeter", "millimeters", "millimetre", "millimetres"),
}
_HINT = 'add "unit": "m", "cm" or "mm" to the file, or for a rig unit = "mm" to its rig.toml'
_IN_WORDS = {"m": "metres", "cm": "centimetres", "mm": "millimetres"}


def read_unit(fields: Fields, form: Format, lengths: Sequence[float]) -> tuple[str, list[str]]:
    """'m', 'cm' or 'mm', and warnings. `lengths`: |t| of each camera in the file, in its unit."""
    found = fields.take(UNIT)
    if found is not None:
        return _said(found[1]), []
    if form.unit_is_fixed:
        return form.unit, []
    nearest, lengths = (NEAR_CAMERA_M,) * 2 if is_of_camera(lengths) else (NEAR_M, ROOM_M[0]), _away(lengths)
    unit = _by_scene(form.unit, lengths, *nearest)
    others = " or ".join(f'"{other}"' for other in METRES_PER_UNIT if other != unit)
    reason = form.about_unit or "the file does not say its unit"
    if unit != form.unit:
        far = statistics.median(lengths) * METRES_PER_UNIT[form.unit]
        reason += f", and in {_IN_WORDS[form.unit]} the camera would be {_told(far)} from the world's origin"
    return unit, [f'{reason}: t is taken for {_IN_WORDS[unit]}; write "unit": {others} otherwise']


def _said(value: object) -> str:
    spelled = str(value).strip().lower()
    for unit, spellings in _NAMES.items():
        if spelled in spellings:
            return unit
    raise PosecastError(f"unit is {value!r:.40}", f"unit must be one of {', '.join(METRES_PER_UNIT)}")


def is_of_camera(lengths: Sequence[float]) -> bool:
    """Whether the world of these cameras, by their |t|, is the frame of one of them."""
    return len(_away(lengths)) < len(lengths)


def _away(lengths: Sequence[float]) -> list[float]:
    """Without the cameras at the origin, which tell nothing."""
    return [length for length in lengths if length > AT_ORIGIN * max(lengths)]


def _by_scene(usual: str, lengths: Sequence[float], nearest: float, nearest_in_room: float) -> str:
    """The usual unit if it puts the cameras into a room, otherwise the only one that does."""
    if not lengths:
        return usual
    length = statistics.median(lengths)
    if nearest <= length * METRES_PER_UNIT[usual] <= FAR_M:
        return usual
    fits = [unit for unit, metres in METRES_PER_UNIT.items() if nearest_in_room <= length * metres <= ROOM_M[1]]
    if len(fits) > 1:
        told = " and ".join(f"{_IN_WORDS[unit]} ({_told(length * METRES_PER_UNIT[unit])} away)" for unit in fits)
        raise PosecastError(f"the file does not say its unit, and {told} both fit", _HINT)
    return fits[0] if fits else usual


def unit_doubts(camera: Camera, unit: str, lengths: Sequence[float], *, said: bool, up_is_known: bool) -> list[str]:
    """Warnings if the unit makes the camera's position implausible; `said`: whether the file states the unit."""
    distance = float(np.linalg.norm(camera.t))
    near = NEAR_IF_SAID_M if said else NEAR_M
    if (0 < distance < near and not is_of_camera(lengths)) or distance > FAR_M:
        what = f"{_told(distance)} from the world's origin"
    elif up_is_known and camera.height > HIGH_M and is_upright(camera):
        what = f"{camera.height:.0f} m above the floor"
    else:
        return []
    raw = distance / METRES_PER_UNIT[unit]
    fits = [other for other, metres in METRES_PER_UNIT.items() if ROOM_M[0] <= raw * metres <= ROOM_M[1]]
    fits = [f"{_told(raw * METRES_PER_UNIT[other])} in {_IN_WORDS[other]}" for other in fits if other != unit]
    instead = f", it would be {' or '.join(fits)}" if fits else ""
    return [f"the camera would be {what} in {_IN_WORDS[unit]}{instead}: check the unit"]


def _told(metres: float) -> str:
    return (
        f"{metres * 1000:.0f} mm"
        if metres < 0.1
        else f"{metres:.2f} m"
        if metres < 1
        else f"{metres:.1f} m"
        if metres < 100
        else f"{metres:.0f} m"
    )
