"""The files of a rig as one clip, whose shots are sets: the pictures of all cameras at one moment.

The camera with the fewest pictures per second sets the pace; of every other one, the picture nearest in time is taken.
Times are those of each file's own clock plus the camera's offset. A set has two cameras at least; one whose file is
over is missing from then on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from engine.capture.clip import Clip, Shot
from engine.errors import PosecastError
from engine.geometry import CameraSpec
from engine.mosaic import blank
from engine.rig import Rig, RigCamera, named_briefly
from engine.types import Frame, Image, View

MIN_VIEWS = 2
"""Cameras without which there is no set."""
TOLERANCE = 0.75
"""Maximum distance in time from a set, over the time between two pictures of the camera."""
_USUAL_INTERVAL_S = 1 / 25
_USUAL_SIZE = (1280, 720)


class RigClip:
    """All cameras are opened when it is made: PosecastError if one cannot be, or its calibration is missing."""

    def __init__(self, rig: Rig, open_clip: Callable[[str], Clip], name: str) -> None:
        self.name = name
        self._tracks = []
        try:
            for camera in rig.cameras:
                clip = _opened(camera, open_clip, rig.path.name)
                self._tracks.append(_Track(camera, clip, calibrated(camera, clip.camera)))
        except BaseException:
            self.close()
            raise
        pace = min(self._tracks, key=lambda track: track.clip.frame_rate or np.inf)
        self.frame_rate = pace.clip.frame_rate
        self.frame_count = pace.clip.frame_count
        self.camera: CameraSpec | None = self._tracks[0].spec

    def shots(self) -> Generator[Shot, None, None]:
        cursors = [_Cursor(track) for track in self._tracks]
        try:
            last, index = -np.inf, 0
            while (moment := _next_moment(cursors, last)) is not None:
                last = moment
                chosen = [cursor.nearest(moment) for cursor in cursors]
                if sum(shot is not None for shot in chosen) >= MIN_VIEWS:
                    yield self._set(index, moment, chosen)
                    index += 1
            if index == 0:
                raise PosecastError("no two cameras have a picture at the same moment", "check offset_s of each")
        finally:
            for cursor in cursors:
                cursor.close()

    def interrupt(self) -> None:
        for track in self._tracks:
            track.clip.interrupt()

    def close(self) -> None:
        for track in self._tracks:
            track.clip.close()

    def _set(self, index: int, moment: float, chosen: Sequence[Shot | None]) -> Shot:
        pictures = [None if shot is None else _Once(shot.picture) for shot in chosen]

        def views(captured_at: float) -> tuple[View, ...]:
            return tuple(
                track.view(shot, picture, captured_at)
                for track, shot, picture in zip(self._tracks, chosen, pictures, strict=True)
            )

        there = [shot for shot in chosen if shot is not None]
        picture = pictures[0] or partial(blank, self._tracks[0].size)
        named = all(shot.name is not None for shot in there)
        return Shot(index, moment, picture, there[0].truth, there[0].name if named else None, views)


def calibrated(camera: RigCamera, own: CameraSpec | None) -> CameraSpec:
    """The camera as the rig's file says, or as its source knows it; PosecastError if neither says."""
    lens = camera.spec
    if camera.placed is not None:
        return camera.placed
    if own is not None and own.provenance.pose == "file":
        return own if lens is None else replace(own, K=lens.K, resolution=lens.resolution, distortion=lens.distortion)
    missing = "has no calibration" if lens is None else "has the calibration of a lens alone: it does not say the place"
    raise PosecastError(
        f"the camera {camera.name} {missing}",
        "calibrate the rig first: posecast calibrate rig rig.toml --from people -o calibrated.toml",
    )


def _opened(camera: RigCamera, open_clip: Callable[[str], Clip], file: str) -> Clip:
    try:
        return open_clip(camera.source)
    except PosecastError as error:
        told = named_briefly(error.error, camera.source)
        raise PosecastError(f"{file}: camera {camera.name}: {told}", f"correct its source in {file}") from error


class _Once:
    """A picture that is converted only once."""

    def __init__(self, picture: Callable[[], Image]) -> None:
        self._picture = picture
        self._image: Image | None = None

    def __call__(self) -> Image:
        if self._image is None:
            self._image = self._picture()
        return self._image


class _Track:
    """One camera of the rig and its file."""

    def __init__(self, camera: RigCamera, clip: Clip, spec: CameraSpec) -> None:
        self.camera, self.clip, self.spec = camera, clip, spec
        self.size = spec.resolution or _USUAL_SIZE
        """(width, height) of the pictures, as far as known."""
        self._missing_since: float | None = None

    @property
    def interval(self) -> float:
        """Seconds between two pictures."""
        return 1 / self.clip.frame_rate if self.clip.frame_rate else _USUAL_INTERVAL_S

    def view(self, shot: Shot | None, picture: Callable[[], Image] | None, captured_at: float) -> View:
        camera = self.camera
        if shot is None or picture is None:
            problem = "no picture at this moment"
            since = self._missing_since = captured_at if self._missing_since is None else self._missing_since
            return View(camera.name, self.spec, None, problem, self.clip.frame_rate, camera.offset_s, since)
        self._missing_since = None
        began = time.perf_counter()
        image = picture()
        self.size = image.shape[1], image.shape[0]
        truth = shot.truth() if shot.truth else None
        frame = Frame(
            shot.index, shot.time + camera.offset_s, captured_at, image, (time.perf_counter() - began) * 1e3, truth
        )
        return View(camera.name, self.spec, frame, None, self.clip.frame_rate, camera.offset_s)


class _Cursor:
    """Where the reading of one file is: the last picture before a moment, and the first after it."""

    def __init__(self, track: _Track) -> None:
        self._track = track
        self._shots = track.clip.shots()
        self._before: Shot | None = None
        self._after: Shot | None = next(self._shots, None)
        self._taken: Shot | None = None

    @property
    def interval(self) -> float:
        return self._track.interval

    def next_after(self, moment: float) -> float | None:
        """The time of the first picture after `moment`, on the rig's clock; None if there is none."""
        while self._after is not None and self._time(self._after) <= moment:
            self._advance()
        return None if self._after is None else self._time(self._after)

    def nearest(self, moment: float) -> Shot | None:
        """The picture nearest to `moment`; None if none is near, or it was taken before."""
        while self._after is not None and self._time(self._after) < moment:
            self._advance()
        shots = [shot for shot in (self._before, self._after) if shot is not None]
        shot = min(shots, key=lambda shot: abs(self._time(shot) - moment), default=None)
        if shot is None or shot is self._taken or abs(self._time(shot) - moment) > TOLERANCE * self.interval:
            return None
        self._taken = shot
        return shot

    def close(self) -> None:
        self._shots.close()

    def _advance(self) -> None:
        self._before, self._after = self._after, next(self._shots, None)

    def _time(self, shot: Shot) -> float:
        return shot.time + self._track.camera.offset_s


def _next_moment(cursors: Sequence[_Cursor], last: float) -> float | None:
    """The time of the next set after `last`: of the slowest camera whose file is not over; None at the end of all."""
    for cursor in sorted(cursors, key=lambda cursor: -cursor.interval):
        moment = cursor.next_after(last + cursor.interval / 2 if np.isfinite(last) else last)
        if moment is not None:
            return moment
    return None
