"""Assigns ids from frame to frame by the positions of keypoints in the image (docs/algorithm.md, section 5).

In: the poses of all people in a frame, and its time. Out: the poses of people with ids. A person who is hidden briefly
keeps the id. Newcomers get one once they have been seen again: fragments of a single frame get none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from engine.matching import Array, best_pairs, box_areas, keypoint_similarity
from engine.tracking.rounds import FirstRound
from engine.types import Pose2D

MIN_SIMILAR = 3
"""Minimum number of similar keypoints for two poses to be the same person."""
SIMILAR = 0.5
"""Similarity above which two keypoints count as similar."""
LOST_AFTER_S = 3.0
"""Seconds for which an unseen person is remembered. A passer-by hides a person for half a second, a pillar or somebody
in the next row for two or three. With a longer time, newcomers would get the ids of people who left."""
WIDEST_AFTER_S = 1.0
"""Maximum factor by which the search for an unseen person widens."""
WIDENING_PER_S = 6.0
"""Sigmas by which the search widens per second unseen: the radius for ankles, a fifth of the body's size or 0.2 m, then
grows by 1.1 m/s, so that a walk is followed at 2 frames per second."""
PERSON_AFTER = 3
"""Number of frames after which a newcomer is a person."""
PERSON_AFTER_S = 0.2
"""Seconds after which a newcomer who was seen twice is one: at low frame rates, the second frame."""
NEWCOMER_LOST_AFTER_S = 0.4
"""Seconds for which an unseen newcomer is remembered, or two frames if that is longer."""
COASTING_S = 0.3
"""Time constant with which the predicted motion of an unseen person decays, since people turn and stop."""
MOTION_MEMORY_S = 0.2
"""Time constant of the velocity estimate: longer than a frame, shorter than a stride."""
MAX_SIZE_RATIO = 1.6
"""Maximum change in size of a person who is found again by a wide search."""
UNKNOWN_GAP_S = 0.25
"""Assumed seconds since the previous frame if the clock does not tell: enough for a step aside."""


class _Track:
    """The tracked state of one person."""

    def __init__(self, id: int | None, keypoints: Array, time: float) -> None:
        self.id = id
        """None for a newcomer."""
        self._first_seen_at, self._times_seen = time, 1
        self.keypoints = keypoints
        """(19, 2) pixels at `seen_at`; keypoints missing then have been moved along with the others."""
        self.seen_at = time
        self._motion = np.zeros(2)
        """Velocity of the whole body, pixels per second."""
        self._found_at = np.where(np.isnan(keypoints[:, 0]), -np.inf, time)
        """(19,) seconds, when each keypoint was last found."""

    def predicted(self, time: float) -> Array:
        """(19, 2) predicted keypoints at `time`, pixels, with decaying motion."""
        coasted = COASTING_S * (1 - math.exp(-(time - self.seen_at) / COASTING_S))
        return self.keypoints + self._motion * coasted

    @property
    def has_proved_real(self) -> bool:
        """Whether a newcomer has been seen often and long enough."""
        lasted = self._times_seen >= 2 and self.seen_at - self._first_seen_at >= PERSON_AFTER_S
        return lasted or self._times_seen >= PERSON_AFTER

    def see(self, keypoints: Array, time: float) -> None:
        """Update with the keypoints found at `time`."""
        self._times_seen += 1
        found = ~np.isnan(keypoints[:, 0])
        moves = (keypoints - self.keypoints)[found & ~np.isnan(self.keypoints[:, 0])]
        move, dt = np.median(moves, axis=0), time - self.seen_at
        if dt > 0:
            self._motion = self._motion + (1 - math.exp(-dt / MOTION_MEMORY_S)) * (move / dt - self._motion)
        self._found_at[found] = self.seen_at = time
        known = time - self._found_at <= LOST_AFTER_S
        self.keypoints = np.where(found[:, None], keypoints, np.where(known[:, None], self.keypoints + move, np.nan))

    def restart_clock(self, before: float, now: float) -> None:
        """Continue at `now` on another clock, after `before` on the old one; the time between is unknown."""
        shift = now - before - UNKNOWN_GAP_S
        self.seen_at += shift
        self._first_seen_at += shift
        self._found_at += shift
        self._motion = np.zeros(2)


class Identities:
    """All people of one stream who were seen recently. Ids start at 1 and are never reused, not even after `forget`."""

    def __init__(self) -> None:
        self._next_id = count(1)
        self.forget()

    @property
    def known(self) -> frozenset[int]:
        """The ids of the remembered people."""
        return frozenset(track.id for track in self._tracks if track.id is not None)

    def forget(self) -> None:
        """Forget all people: the next frame is of another scene."""
        self._tracks: list[_Track] = []
        self._now: float | None = None
        self._round, self._round_began = 0, 0.0
        self._first_round = FirstRound()

    def assign(
        self, poses: Sequence[Pose2D], time: float, *, round: int = 0, everyone: bool = False
    ) -> list[tuple[int, Pose2D]]:
        """The people of the frame at `time` [s] with their ids, sorted by id; the result is the same in any order.

        Newcomers are left out until they have proved real, except in the first frame, and if `everyone` is a person (a
        single image). `round` counts how often a file began again: people get the ids of the first round. If time
        stands still or runs backwards (a clock is set), ids are kept.
        """
        everyone = everyone or self._now is None
        if self._now is None:
            self._round_began = time
        elif time <= self._now:
            for track in self._tracks:
                track.restart_clock(self._now, time)
        elif round != self._round:
            self._tracks, self._round_began = [], time
        gap, self._now, self._round = 0.0 if self._now is None else time - self._now, time, round
        surest_first = sorted(poses, key=_rank)
        ids = self._assign([pose.keypoints for pose in surest_first], time, everyone=everyone)
        self._forget_the_lost(time, gap)
        people = [(id, pose) for id, pose in zip(ids, surest_first, strict=True) if id is not None]
        return sorted(people, key=lambda person: person[0])

    def _assign(self, poses: Sequence[Array], time: float, *, everyone: bool) -> list[int | None]:
        """The id of each of the (19, 2) keypoints [px], None for newcomers; of equally good matches, the first wins.

        First, people are searched for at their last or predicted positions, by the rule of section 5. The search for
        those who remain is the wider, the longer they were unseen.
        """
        tracks: list[_Track | None] = [None] * len(poses)
        for search in (_close, _wide):
            free = [track for track in self._tracks if track not in tracks]
            open_poses = [index for index, track in enumerate(tracks) if track is None]
            if free and open_poses:
                likeness = search(free, np.stack([poses[index] for index in open_poses]), time)
                for position, row in best_pairs(likeness.T, MIN_SIMILAR * SIMILAR):
                    tracks[open_poses[position]] = free[row]
        return [
            self._see(track, keypoints, time, everyone=everyone) for track, keypoints in zip(tracks, poses, strict=True)
        ]

    def _see(self, track: _Track | None, keypoints: Array, time: float, *, everyone: bool) -> int | None:
        into = time - self._round_began
        if track is None:
            track = _Track(None, keypoints, time)
            self._tracks.append(track)
            if self._round > 0:
                track.id = self._first_round.who(into, keypoints, self.known)
        else:
            track.see(keypoints, time)
        if track.id is None and (everyone or track.has_proved_real):
            track.id = next(self._next_id)
        if track.id is not None and self._round == 0:
            self._first_round.note(into, track.id, keypoints)
        return track.id

    def _forget_the_lost(self, time: float, gap: float) -> None:
        newcomers_s = max(NEWCOMER_LOST_AFTER_S, 2 * gap)
        self._tracks = [
            track
            for track in self._tracks
            if time - track.seen_at <= (newcomers_s if track.id is None else LOST_AFTER_S)
        ]


def _rank(pose: Pose2D) -> tuple[float, bytes]:
    """Sort key: most confident first; ties are broken independently of the input order."""
    return -pose.score, pose.keypoints.tobytes()


def _close(tracks: Sequence[_Track], poses: Array, time: float) -> Array:
    """(T) tracks, (P, 19, 2) pixels -> (T, P) similarity by the plain rule; NaN if it is not met."""
    return _likeness(tracks, poses, time, np.ones(len(tracks)))


def _wide(tracks: Sequence[_Track], poses: Array, time: float) -> Array:
    """Like `_close`, but the wider the longer unseen, and only if the size fits."""
    unseen = np.minimum([time - track.seen_at for track in tracks], WIDEST_AFTER_S)
    likeness = _likeness(tracks, poses, time, 1 + WIDENING_PER_S * unseen)
    ratios = _size_ratios(np.stack([track.keypoints for track in tracks])[:, None], poses)
    return np.where(np.abs(np.log(ratios)) <= np.log(MAX_SIZE_RATIO), likeness, np.nan)


def _likeness(tracks: Sequence[_Track], poses: Array, time: float, widening: Array) -> Array:
    """(T, P) sum of the similarities above the limit if enough are, otherwise NaN. widening: (T,)."""
    held = np.stack([track.keypoints for track in tracks])[:, None]
    areas = np.maximum(box_areas(held), box_areas(poses))
    likeness = np.full(areas.shape, np.nan)
    for places in (held, np.stack([track.predicted(time) for track in tracks])[:, None]):
        similarity = keypoint_similarity(places, poses, areas, widening=widening[:, None])
        similar = similarity > SIMILAR
        total = np.sum(similarity, axis=-1, where=similar)
        likeness = np.fmax(likeness, np.where(similar.sum(axis=-1) >= MIN_SIMILAR, total, np.nan))
    return likeness


def _size_ratios(a: Array, b: Array) -> Array:
    """(T, 1, 19, 2) and (P, 19, 2) pixels -> (T, P): how much larger b is, by the keypoints found in both."""
    common = np.isfinite(a + b)
    size_a, size_b = (_spread(np.where(common, points, 0.0), common) for points in (a, b))
    return (size_b + 1) / (size_a + 1)  # plus one pixel, since keypoints may coincide


def _spread(points: Array, counted: NDArray[np.bool_]) -> Array:
    """(..., 19, 2) pixels -> (...): root of the summed squared distances from the mean, over the counted points."""
    mean = points.sum(axis=-2, keepdims=True) / np.maximum(counted.sum(axis=-2, keepdims=True), 1)
    return np.asarray(np.sqrt(((points - mean) ** 2).sum(axis=(-2, -1), where=counted)))
