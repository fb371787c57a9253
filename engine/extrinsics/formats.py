"""The formats of camera files, and the assumptions of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """The assumptions for values that a file of this format does not specify."""

    unit: str
    unit_is_fixed: bool = False
    """Whether the format defines the unit; otherwise `unit` is the usual one, and the scene decides."""
    up: str | None = None
    """The world's up axis; None if the format does not define it."""
    about_unit: str = ""
    """Replaces 'the file does not say its unit' in messages."""
    lens_is_in: str = ""
    """The file that contains the intrinsics in this format."""


REFERENCE_UP = "-y"
"""The up axis of the reference's and Panoptic's worlds; in other formats a guess, which warnings mention."""
_CENTIMETRES = Format("cm", unit_is_fixed=True, up=REFERENCE_UP)
FORMATS = {
    "reference": _CENTIMETRES,
    "panoptic": _CENTIMETRES,
    "opencv": Format("m"),
    "toml": Format("m"),
    "kalibr": Format("m", unit_is_fixed=True),
    "easymocap": Format("m", lens_is_in="intri.yml"),
    "colmap": Format("m", about_unit="COLMAP's lengths have no unit", lens_is_in="cameras.txt"),
    "skeletool": Format("mm"),
    "qualisys": Format("mm", unit_is_fixed=True, up="+z"),
    "matrix": Format("m"),
    "voxelpose": Format("mm"),
}
LOOSELY = {name: Format("cm") for name in ("reference", "panoptic")}
"""Files with other names than those formats have: their unit and up axis apply only if the scene agrees."""
