"""What a worker is given, and what it answers: plain data that crosses processes and machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from engine.settings import Settings
from engine.types import BackendInfo

Tell = Callable[[int, "int | None"], None]
"""tell(frames done, frames expected): called about once a second while a video is processed."""

SCENES, OVERLAY = ".jsonl", ".overlay.mp4"
"""What the results of a video have after its name."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is the same for every video. Paths in it are absolute: workers may be in another folder."""

    settings: Settings
    """With the backend, device and precision that all workers use; its source is replaced."""
    max_frames: int | None = None
    events: Path | None = None
    video: bool = False
    """Whether overlays are written, too."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of posecast and its libraries, which each worker must have."""
    runs: BackendInfo | None = None
    """What the network runs on; None if it is not known before."""
    cut_frames: int | None = None
    """Videos with more frames are cut into segments, where workers can do that; None: none is."""


@dataclass(frozen=True, slots=True)
class Job:
    """One video."""

    name: str
    source: Path
    results: tuple[Path, ...]
    """The scenes, and the overlay if there is one."""
    options: Options


@dataclass(frozen=True, slots=True)
class FileMark:
    """What a file is recognised by."""

    bytes: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Progressed:
    """A video is being processed."""

    name: str
    frames: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class Finished:
    """A video is done, and its results are on the disk."""

    name: str
    source: FileMark
    results: tuple[FileMark, ...]
    frames: int
    people: int
    """Largest number of people in one frame."""
    seconds: float
    """Seconds that it took."""
    backend: BackendInfo
    host: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A video is not done, and has no results."""

    name: str
    error: str
    died: bool = False
    """Whether its process ended in the middle, so that nothing is known of its results."""


Report = Progressed | Finished | Failed


class Workers(Protocol):
    """Whatever processes jobs at the same time."""

    @property
    def free(self) -> int:
        """The number of jobs that can be begun now."""
        ...

    def begin(self, job: Job) -> None: ...

    def wait(self, seconds: float) -> list[Report]:
        """What happened, as soon as anything did; empty if nothing did for so long."""
        ...

    def close(self) -> None:
        """End all work at once; videos under way leave no results."""
        ...
