"""Several cameras around one room, as a file says: `rig.toml`.

    rig = read_rig(Path("rig.toml"))
    for camera in rig.cameras: camera.name, camera.source, camera.spec, camera.offset_s

In: the file of the user, and the camera files that it names. Out: names, sources, calibrations in metres in the rig's
world, offsets in seconds; or a PosecastError that says what to do. Sources are not opened here.
"""

from __future__ import annotations

from engine.rig.options import check_options
from engine.rig.reading import is_rig, read_rig
from engine.rig.replacing import Replacements, first_replacement, replacement, replacement_of, with_replacements
from engine.rig.rig import Rig, RigCamera, named_briefly

__all__ = [
    "Replacements",
    "Rig",
    "RigCamera",
    "check_options",
    "first_replacement",
    "is_rig",
    "named_briefly",
    "read_rig",
    "replacement",
    "replacement_of",
    "with_replacements",
]
