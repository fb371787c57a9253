"""Which sighting is of whom, by where people were a moment ago: the strongest cue."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.fusion.sightings import SWAP, Sighting
from engine.fusion.track import Track
from engine.fusion.triangulation import NEAREST_M
from engine.geometry import Array
from engine.matching import best_pairs
from engine.skeleton import JOINT_COUNT

NEAR_M = 0.35
"""Mean distance of a person's joints from the lines of a sighting within which it may be theirs."""
FASTER_M_S = 1.0
"""Metres per second by which that grows while nobody sees the person."""
FARTHEST_M = 1.2
CLEARLY_M = 0.02
"""Metres by which joints must lie nearer on average with left and right exchanged, for them to be so."""
MIN_COMMON = 3
"""Least number of keypoints."""


def follow(
    sightings: Sequence[Sighting], tracks: Sequence[Track], time: float
) -> tuple[list[tuple[Sighting, Track]], list[Sighting]]:
    """The sightings that continue a track, with left and right as there, and the others.

    At most one sighting of each camera continues a track.
    """
    owned: list[tuple[Sighting, Track]] = []
    free: list[Sighting] = []
    places = [track.predicted(time) for track in tracks]
    for view in sorted({one.view for one in sightings}):
        seen = [one for one in sightings if one.view == view]
        readings = [[_read(one, place) for one in seen] for place in places]
        scores = [[_score(gaps, track, time) for _, gaps in row] for row, track in zip(readings, tracks, strict=True)]
        pairs = best_pairs(np.array(scores).reshape(len(tracks), len(seen)), 0.0)
        owned += [(seen[column].relabelled(readings[row][column][0]), tracks[row]) for row, column in pairs]
        free += [one for index, one in enumerate(seen) if index not in {column for _, column in pairs}]
    return owned, free


def _read(sighting: Sighting, joints: Array) -> tuple[NDArray[np.intp], Array]:
    """The order of labels that fits the joints best, and (19,) the distances in metres then; NaN where not found."""
    order = np.arange(JOINT_COUNT)
    if sighting.depths(joints).min() < NEAREST_M:
        return order, np.full(JOINT_COUNT, np.nan)
    straight, crossed = (_gaps(sighting, joints[targets]) for targets in (order, SWAP))
    if np.nansum(crossed) + CLEARLY_M * np.count_nonzero(sighting.found) < np.nansum(straight):
        return SWAP, crossed[SWAP]
    return order, straight


def _gaps(sighting: Sighting, joints: Array) -> Array:
    """(19,) metres between the lines and the joints, at most FARTHEST_M; NaN where not found."""
    gaps = np.linalg.norm(np.einsum("jik,jk->ji", sighting.M, joints) + sighting.d, axis=1)
    return np.where(sighting.found, np.minimum(gaps, FARTHEST_M), np.nan)


def _score(gaps: Array, track: Track, time: float) -> float:
    """1 where the sighting lies on the joints, 0 at the largest distance; negative beyond."""
    found = np.isfinite(gaps)
    if np.count_nonzero(found) < MIN_COMMON:
        return -1.0
    limit = min(NEAR_M + FASTER_M_S * (time - track.seen_at), FARTHEST_M)
    return 1 - float(np.minimum(gaps[found], 2 * limit).mean()) / limit
