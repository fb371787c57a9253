"""A rig and its cameras: frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import PosecastError
from engine.extrinsics import Calibration
from engine.geometry import CameraSpec


@dataclass(frozen=True, slots=True, eq=False)
class RigCamera:
    """One camera of a rig."""

    name: str
    source: str
    """Any SOURCE; paths are relative to the current folder, or absolute."""
    calibration: Calibration | None = None
    """What the rig's file says or names; None if it says nothing."""
    offset_s: float = 0.0
    """Seconds that are added to the times of its frames."""

    @property
    def spec(self) -> CameraSpec | None:
        """The camera in the rig's world, metres; None without calibration. Of a lens alone, the pose means nothing."""
        return None if self.calibration is None else self.calibration.spec

    @property
    def placed(self) -> CameraSpec | None:
        """The same; None also where the file is of a lens alone, and does not say where the camera stands."""
        return self.spec if self.spec is not None and self.spec.provenance.pose == "file" else None


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """Two cameras or more, in the order of the file."""

    path: Path
    cameras: tuple[RigCamera, ...]
    warnings: tuple[str, ...] = ()
    """Assumptions and doubts, as sentences for the user."""

    def camera(self, name: str) -> RigCamera:
        """The camera called `name`; PosecastError if there is none."""
        for camera in self.cameras:
            if camera.name == name:
                return camera
        known = ", ".join(camera.name for camera in self.cameras)
        raise PosecastError(f"{self.path.name} has no camera {name!r:.80}", f"its cameras are {known}")


def named_briefly(text: str, path: str) -> str:
    """A message in which a file is called by its name: who reads it on a page need not know the server's folders."""
    name = Path(path).name
    return text.replace(path, name) if name and "://" not in path else text
