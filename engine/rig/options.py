"""Refuses options that are of one camera where the source is a rig, whose file has them for each camera."""

from __future__ import annotations

from engine.errors import PosecastError
from engine.rig.reading import is_rig
from engine.settings import Settings


def check_options(settings: Settings) -> None:
    """PosecastError if the source is a rig, and an option is given that is of one camera."""
    if not is_rig(settings.source):
        return
    for name, value in (("--extrinsics", settings.extrinsics), ("--fx", settings.fx), ("--up", settings.up)):
        if value is not None:
            raise PosecastError(f"{name} is for one camera, and {settings.source} has several", "write it into the rig")
