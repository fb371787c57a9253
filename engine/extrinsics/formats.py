"""The kinds of camera files, and what each of them takes for granted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """What is meant where a file of this kind does not say it."""

    unit: str
    unit_is_fixed: bool = False
    """Whether the format says so itself; otherwise the unit is the usual one, and told by the scene."""
    up: str | None = None
    """The world's up axis; None where the format leaves it open."""
    about_unit: str = ""
    """In place of 'the file does not say its unit'."""
    lens_is_in: str = ""
    """The file that has the intrinsics of this kind's cameras."""


REFERENCE_UP = "-y"
"""Of the reference's and Panoptic's worlds; elsewhere a guess that doubts are told about."""
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
"""Files with more or other names than those formats have: unit and up are theirs only if the scene agrees."""
