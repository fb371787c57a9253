"""Everything about the camera of one source, which must never be used for another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from engine.extrinsics.calibration import Calibration
from engine.extrinsics.replacement import Replacement
from engine.geometry import CameraSpec
from engine.settings import Settings

SOURCE_SETTINGS = ("extrinsics", "up", "fx", "floor_offset_m", "assumed_height_m", "camera_height_m", "level")
"""Settings that are of one source: another one has its own, or the defaults."""
DEFAULTS: Mapping[str, Any] = {one.name: one.default for one in fields(Settings) if one.name in SOURCE_SETTINGS}


@dataclass(frozen=True, slots=True, eq=False)
class SourceCamera:
    """The camera of a source as it was given, and found out."""

    calibration: Calibration | None = None
    """A camera file, or another camera that the user has chosen; None for the source's own, or the neutral one."""
    estimated: CameraSpec | None = None
    """The pose on a floor that was found before, for a camera whose pose nobody gave; its intrinsics are not used."""
    fx_size: tuple[int, int] | None = None
    """(width, height) of the frames that the setting `fx` is for; None: those of the source, whatever they are."""
    settings: Mapping[str, Any] = field(default_factory=lambda: DEFAULTS)
    """The values of SOURCE_SETTINGS."""
    cameras: Mapping[str, Replacement] = field(default_factory=dict)
    """Cameras of a rig whose calibration the user has replaced, by name."""


def source_settings(settings: Settings) -> dict[str, Any]:
    """The values of `SOURCE_SETTINGS` in `settings`."""
    return {name: getattr(settings, name) for name in DEFAULTS}
