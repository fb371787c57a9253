"""`posecast calibrate sync`: how far the clocks of a rig's files are apart, by a clap, a lamp, or people who move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from engine.calibration.claps import RATE as SOUND_RATE
from engine.calibration.claps import sudden_sounds
from engine.calibration.lights import RATE as LIGHT_RATE
from engine.calibration.lights import sudden_lights
from engine.calibration.signals import Shift, shift_between
from engine.errors import PosecastError
from engine.files import whole_file
from engine.fusion import CameraPoses
from engine.fusion.offsets import Moments, offset_between
from engine.fusion.sightings import sightings_by_view
from engine.geometry import Array
from engine.offline import first_frame, frames_of
from engine.rig import Rig, read_rig
from engine.rig.writing import with_offsets
from engine.settings import Settings
from engine.types import Frame, FrameSource
from webapp.commands.console import Console
from webapp.commands.rig_watching import Told, opened, people_of, watched

LONGEST_S = 30.0
"""Largest offset that a clap or a light tells."""
LEAST_KNOWN_S = 1 / 30
"""Standard deviation of an offset by people that is tolerated also of files that are faster."""


@dataclass(frozen=True, slots=True)
class SyncOptions:
    rig: Path
    by: str
    """'people', 'clap' or 'light'."""
    seconds: float
    write: bool
    settings: Settings


@dataclass(frozen=True, slots=True)
class _Found:
    """What is said of one camera."""

    offset_s: float
    why: str


def run(options: SyncOptions) -> int:
    """Print the offsets, and write them into the rig's file if asked to; the exit status."""
    rig = read_rig(options.rig)
    console = Console(stderr=True)
    with console.status("opening the files") as status:
        found = _WAYS[options.by](rig, options, status.update)
    for name, one in found.items():
        console.print(f"{name}: offset_s = {one.offset_s:.4f} ({one.why})", markup=False, highlight=False)
    if options.write:
        text = with_offsets(
            options.rig.read_text(encoding="utf-8-sig"), {name: one.offset_s for name, one in found.items()}
        )
        with whole_file(options.rig) as temporary:
            temporary.write_text(text, encoding="utf-8")
        console.print(f"wrote {options.rig}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _by_clap(rig: Rig, options: SyncOptions, told: Told) -> dict[str, _Found]:
    changes: dict[str, Array] = {}
    for camera in rig.cameras:
        path = Path(camera.source)
        if not path.is_file():
            with closing(opened(camera)) as source:
                _check_recorded(camera.name, source)
            raise PosecastError(f"{camera.name} has no sound", "use --by light or --by people")
        told(f"{camera.name}: listening")
        changes[camera.name] = sudden_sounds(path, options.seconds)
    return _shifts(rig, changes, SOUND_RATE, "clap once, loudly, where all cameras hear it")


def _by_light(rig: Rig, options: SyncOptions, told: Told) -> dict[str, _Found]:
    changes: dict[str, Array] = {}
    for camera in rig.cameras:
        told(f"{camera.name}: looking for a light")
        with closing(opened(camera)) as source:
            _check_recorded(camera.name, source)
            changes[camera.name] = sudden_lights(_until(frames_of(source, first=first_frame(source)), options.seconds))
    return _shifts(rig, changes, LIGHT_RATE, "switch the room's lamp off and on where all cameras see it")


def _check_recorded(name: str, source: FrameSource) -> None:
    if source.live:
        raise PosecastError(f"{name} is live", "cameras and streams are matched by the time of capture")


def _until(frames: Iterator[Frame], seconds: float) -> Iterator[Frame]:
    for frame in frames:
        if frame.time > seconds:
            return
        yield frame


def _shifts(rig: Rig, changes: dict[str, Array], rate: float, advice: str) -> dict[str, _Found]:
    """By camera, its offset from the first one's clock, which stays."""
    first, *others = rig.cameras
    found = {}
    for camera in others:
        shift = shift_between(changes[first.name], changes[camera.name], rate, LONGEST_S)
        if shift is None or not shift.is_sure:
            raise PosecastError(f"{camera.name} and {first.name} do not tell how their clocks differ", advice)
        found[camera.name] = _Found(first.offset_s + shift.seconds, _confidence(shift))
    return found


def _confidence(shift: Shift) -> str:
    clearly = "far more" if shift.clarity > 10 else f"{shift.clarity:.1f} times as"
    return f"{clearly} clear {'than' if shift.clarity > 10 else 'as'} any other, correlation {shift.likeness:.2f}"


def _by_people(rig: Rig, options: SyncOptions, told: Told) -> dict[str, _Found]:
    uncalibrated = [camera.name for camera in rig.cameras if camera.placed is None]
    if uncalibrated:
        raise PosecastError(f"{', '.join(uncalibrated)}: no calibration", "use --by clap or --by light")
    with ExitStack() as stack:
        seen = people_of(watched(rig, options.seconds, stack, every_s=0.0), options.settings, told)
    moments: dict[str, Moments] = {}
    for camera in rig.cameras:
        assert camera.spec is not None
        _, size, frames = seen[camera.name]
        placed = camera.spec.for_image(*size)
        poses = [tuple(each.people.values()) for each in frames]
        views = [CameraPoses(camera.name, placed, some, (None,) * len(some), (None,) * len(some)) for some in poses]
        moments[camera.name] = [
            (frame.time, sightings_by_view([view])[0]) for frame, view in zip(frames, views, strict=True)
        ]
    return _moved(rig, moments)


def _moved(rig: Rig, moments: dict[str, Moments]) -> dict[str, _Found]:
    first, *others = rig.cameras
    found = {}
    for camera in others:
        offset = offset_between(moments[first.name], moments[camera.name])
        if offset is None or offset.error_s > max(offset.interval_s, LEAST_KNOWN_S):
            raise PosecastError(
                f"people do not tell how the clocks of {camera.name} and {first.name} differ",
                "they must move where both cameras see them, and the files begin within a second: or use --by clap",
            )
        why = f"± {offset.error_s:.4f}; lines of sight meet within {1e3 * offset.gap_m:.0f} mm"
        found[camera.name] = _Found(camera.offset_s + offset.seconds, why)
    return found


_WAYS = {"clap": _by_clap, "light": _by_light, "people": _by_people}
