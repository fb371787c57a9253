"""People in 3D from several calibrated cameras, from one set of frames to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from engine.fitting.ground import USUAL_SCALE, feet_on, ground_under
from engine.fusion.completion import MIN_FIXED, common_shape, completed, placed_by_one, size_of
from engine.fusion.following import follow
from engine.fusion.grouping import Group, grouped
from engine.fusion.hindsight import Evidence
from engine.fusion.refinement import refined
from engine.fusion.sides import consistent
from engine.fusion.sightings import SWAP, CameraPoses, Found, Sighting, sightings_of
from engine.fusion.track import LOST_AFTER_S, USUAL_LENGTHS, Track
from engine.fusion.triangulation import Points
from engine.geometry import Array
from engine.matching import box_areas, keypoint_similarity
from engine.skeleton import JOINT_COUNT, PELVIS
from engine.types import Pose2D

EXPECTED_ERROR_M = 0.25
"""Standard deviation of a joint from where it was expected."""
LEAST_USED = 0.4
"""Least share of a sighting's keypoints that must agree with the other cameras, for it to be the same person."""
GHOST = 0.4
"""Similarity of a pose to one already explained, in the same picture, above which it is nobody else."""
TWIN_M = 0.2
"""Mean distance of all joints below which two tracks are one person."""
CUTOFF_FACTOR, BETA_FACTOR = 3.0, 10.0
"""Factors on the settings of smoothing, which are for one camera, whose noise is larger."""


@dataclass(frozen=True, slots=True)
class FusionOptions:
    """The user's options; may change between two sets."""

    assumed_height_m: float = 1.80
    floor_offset_m: float = 0.0
    smoothing: bool = True
    cutoff_hz: float = 1.0
    beta: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class FusedView:
    """What one camera contributed to a person."""

    pose: Pose2D
    error_px: float
    """Mean distance of the keypoints from the projected joints."""


@dataclass(frozen=True, slots=True, eq=False)
class FusedPerson:
    """One person in the rig's world."""

    id: int
    joints: Array
    """(19, 3) metres, world frame."""
    views: Mapping[str, FusedView]
    """By the camera's name, in the rig's order."""
    height_m: float | None
    """Measured by several cameras; None if only one has ever seen the person."""
    evidence: Evidence
    """What this set says, before smoothing."""

    def moved(self, joints: Array) -> FusedPerson:
        """The same person with other joints (19, 3), metres, world frame."""
        sightings = zip(self.views.items(), self.evidence.sightings, strict=True)
        views = {name: FusedView(view.pose, _error_px(one, joints)) for (name, view), one in sightings}
        return replace(self, joints=joints, views=views)


class Fusion:
    """All people of one rig. Ids start at 1 and are never reused."""

    def __init__(self) -> None:
        self._ids = count(1)
        self.forget()

    def forget(self) -> None:
        """Forget all people: the next set is of another scene."""
        self._tracks: list[Track] = []
        self._now: float | None = None

    @property
    def known(self) -> frozenset[int]:
        """The ids of the remembered people."""
        return frozenset(track.id for track in self._tracks if track.id is not None)

    def update(
        self, views: Sequence[CameraPoses], time: float, options: FusionOptions, *, everyone: bool = False
    ) -> tuple[FusedPerson, ...]:
        """The people of the set at `time` [s], sorted by id. `everyone` is a person, also newcomers (single images)."""
        first = self._now is None
        if self._now is not None and time <= self._now:
            for track in self._tracks:
                track.restart_clock(time - 1e-3)
        self._now = time
        seen = []
        for group, before in self._groups(sightings_of(views), time):
            measured = _Measured.of(group, before, time, views, options)
            if measured is not None:
                seen.append((measured, self._see(measured, before, time, everyone=everyone, first=first)))
        self._tidy(time, {id(track): measured for measured, track in seen})
        people = [_person(measured, track, views, options, time) for measured, track in seen if track in self._tracks]
        return tuple(sorted((person for person in people if person is not None), key=lambda person: person.id))

    def _groups(self, sightings: Sequence[Sighting], time: float) -> list[tuple[Group, Track | None]]:
        """Everybody's sightings, with the track that they continue."""
        owned, free = follow(sightings, self._tracks, time)
        owners = {id(one): track for one, track in owned}
        groups: list[Group] = [[one for one, owner in owned if owner is track] for track in self._tracks]
        explained = [one for one, _ in owned]
        groups = [group for group in groups if group] + [[one] for one in free if not _is_ghost(one, explained)]
        found = []
        for group in grouped(groups):
            tracks = {id(owners[id(one)]): owners[id(one)] for one in group if id(one) in owners}.values()
            found.append((group if tracks else _facing(group), min(tracks, key=_seniority) if tracks else None))
        return found

    def _see(self, measured: _Measured, track: Track | None, time: float, *, everyone: bool, first: bool) -> Track:
        if track is None:
            track = Track(measured.joints, time)
            self._tracks.append(track)
        track.see(measured.joints, measured.fixed, time)
        for name, factor in measured.factors.items():
            track.learn_factor(name, factor)
        track.vote(_votes(measured.group))
        if track.id is None and (everyone or track.has_proved_real or (first and measured.fixed.any())):
            track.id = next(self._ids)
        return track

    def _tidy(self, time: float, seen: Mapping[int, _Measured]) -> None:
        """Forget the lost, and those who turn out to be somebody else."""
        kept: list[Track] = []
        for track in sorted(self._tracks, key=_seniority):
            limit = LOST_AFTER_S if track.id is not None else 0.4
            doubled = any(_distance(track, other) < TWIN_M for other in kept if id(other) in seen)
            if time - track.seen_at <= limit and not doubled:
                kept.append(track)
        self._tracks = kept


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """One person in one set, before smoothing."""

    group: Group
    joints: Array
    fixed: Found
    factors: Mapping[str, float]
    """By camera: how much farther away than one camera would place the person they are."""
    shape: Array
    """(19, 3) metres: a body with the bones that the cameras guess, of the person's size."""

    @classmethod
    def of(
        cls, group: Group, track: Track | None, time: float, views: Sequence[CameraPoses], options: FusionOptions
    ) -> _Measured | None:
        """The joints of a group; None if nothing can be said."""
        group, points = _agreeing(group, track, time)
        shape = common_shape(group)
        if points is None or shape is None:
            return _seen_by_one(max(group, key=_evidence), track, views, options)
        size = size_of(points.joints, points.fixed, shape) or 1.0
        expected = None if track is None else track.expected(time)
        start = completed(points, group, shape * size, expected)
        lengths = USUAL_LENGTHS * size if track is None else track.lengths
        joints, used = refined(start, group, lengths, shape * size, expected)
        factors = {views[one.view].name: _factor(one, joints) for one in group if one.body is not None}
        return cls(group, joints, points.fixed & (used.sum(axis=0) > 1), factors, shape * size)


def _agreeing(group: Group, track: Track | None, time: float) -> tuple[Group, Points | None]:
    """The sightings that agree, and their points; None if no two do."""
    expected = None if track is None or not track.has_been_fixed else track.predicted(time)
    while len(group) > 1:
        group, points = consistent(group, expected, EXPECTED_ERROR_M)
        shares = [_share(points.used[row], one.found) for row, one in enumerate(group)]
        worst = int(np.argmin(shares))
        if np.count_nonzero(points.fixed) >= MIN_FIXED and (shares[worst] >= LEAST_USED):
            return group, points
        if len(group) == 2 and np.count_nonzero(points.fixed) < MIN_FIXED:
            break
        group = [one for row, one in enumerate(group) if row != worst]
    return group, None


def _share(used: Found, found: Found) -> float:
    """The share of the keypoints found that agree."""
    return int(np.count_nonzero(used)) / max(int(np.count_nonzero(found)), 1)


def _seen_by_one(
    sighting: Sighting, track: Track | None, views: Sequence[CameraPoses], options: FusionOptions
) -> _Measured | None:
    name = views[sighting.view].name
    factor = None if track is None else track.factors.get(name)
    if factor is None and track is not None and track.factors:
        factor = float(np.mean(list(track.factors.values())))
    joints = placed_by_one(sighting, factor or _by_feet(sighting, options) or 1.0)
    return None if joints is None else _Measured([sighting], joints, np.zeros(JOINT_COUNT, bool), {}, joints)


def _by_feet(sighting: Sighting, options: FusionOptions) -> float | None:
    """How much farther away the person stands than their assumed height says, by a foot on the floor."""
    ground = ground_under(sighting.camera, options.floor_offset_m)
    if ground is None or sighting.body is None:
        return None
    rays = sighting.camera.rays(np.where(sighting.found[:, None], sighting.pose.keypoints, 0.0).astype(float))
    feet = feet_on(ground, rays[None], sighting.found[None], options.assumed_height_m)
    depth = float(sighting.depths(sighting.body)[feet.ankle[0]])
    factor = float(feet.depth[0]) / max(depth, 1e-6)
    return factor if feet.valid[0] and abs(np.log(factor)) < USUAL_SCALE else None


def _factor(sighting: Sighting, joints: Array) -> float:
    assert sighting.body is not None
    centre = sighting.camera.position
    return float(np.linalg.norm(joints[PELVIS] - centre) / np.linalg.norm(sighting.body[PELVIS] - centre))


def _person(
    measured: _Measured, track: Track, views: Sequence[CameraPoses], options: FusionOptions, time: float
) -> FusedPerson | None:
    joints = measured.joints
    if options.smoothing:
        joints = track.smoothed(joints, time, options.cutoff_hz * CUTOFF_FACTOR, options.beta * BETA_FACTOR)
    if track.id is None:
        return None
    group = sorted(measured.group, key=lambda one: one.view)
    seen = {views[one.view].name: FusedView(one.pose, _error_px(one, joints)) for one in group}
    evidence = Evidence(group, measured.joints, measured.shape, track.lengths)
    return FusedPerson(track.id, joints, seen, track.height_m if track.has_been_fixed else None, evidence)


def _error_px(sighting: Sighting, joints: Array) -> float:
    errors = sighting.pixel_errors(joints)
    return float(np.nanmean(errors)) if np.isfinite(errors).any() else 0.0


def _facing(group: Group) -> Group:
    """The sightings of a newcomer, with left and right as those say that see the face best."""
    return group if _votes(group) >= 0 else [one.relabelled(SWAP) for one in group]


def _votes(group: Group) -> float:
    return sum(one.frontality * one.straight for one in group)


def _evidence(sighting: Sighting) -> float:
    return float(np.count_nonzero(sighting.found))


def _seniority(track: Track) -> tuple[bool, bool, float]:
    return track.id is None, not track.has_been_fixed, track.first_seen_at


def _distance(one: Track, other: Track) -> float:
    return float(np.linalg.norm(one.joints - other.joints, axis=1).mean())


def _is_ghost(sighting: Sighting, explained: Sequence[Sighting]) -> bool:
    """Whether the pose repeats one that is already explained in the same picture."""
    others = [one for one in explained if one.view == sighting.view]
    if not others:
        return False
    mine, theirs = sighting.pose.keypoints[None], np.stack([one.pose.keypoints for one in others])
    areas = np.maximum(box_areas(mine), box_areas(theirs))
    similarity = keypoint_similarity(mine, theirs, areas)
    common = np.isfinite(similarity)
    means = similarity.sum(axis=1, where=common) / np.maximum(common.sum(axis=1), 1)
    return bool((means > GHOST).any())
