"""Who was where in the first round of a file that plays in a loop, so that everybody has the same id in every round.

In: keypoints with ids and the time since the round began. Out: the id that somebody alike had there in the first round.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from engine.matching import Array, box_areas, keypoint_similarity

SAMPLE_S = 0.2
"""Seconds between two notes of where a person is."""
NEAR_S = 0.6
"""Maximum difference of times at which somebody is looked up: frames are dropped, and people move."""
ALIKE = 0.5
"""Minimum mean similarity of the keypoints found both times."""
MIN_COMMON = 4
"""Minimum number of these."""
MOST_NOTES = 20_000
"""Number of notes, 3 MB or an hour of one person, after which no more are taken."""


class FirstRound:
    """Notes of the first round."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._ids: list[int] = []
        self._keypoints: list[Array] = []
        self._noted_at: dict[int, float] = {}

    def note(self, into: float, id: int, keypoints: Array) -> None:
        """Person `id` has (19, 2) keypoints [px], `into` seconds after the round began."""
        if len(self._times) < MOST_NOTES and into - self._noted_at.get(id, -np.inf) >= SAMPLE_S:
            self._noted_at[id] = into
            self._times.append(into)
            self._ids.append(id)
            self._keypoints.append(keypoints.astype(np.float32))

    def who(self, into: float, keypoints: Array, taken: Collection[int]) -> int | None:
        """The id of the person most alike at about that time, none of those `taken`; None if nobody is."""
        low, high = np.searchsorted(self._times, [into - NEAR_S, into + NEAR_S])
        near = [note for note in range(int(low), int(high)) if self._ids[note] not in taken]
        if not near:
            return None
        held = np.stack([self._keypoints[note] for note in near])
        similarity = keypoint_similarity(
            held, keypoints, np.maximum(box_areas(held), box_areas(keypoints)), widening=1.5
        )
        common = np.isfinite(similarity)
        count = common.sum(axis=-1)
        mean = similarity.sum(axis=-1, where=common) / np.maximum(count, 1)
        best = int(np.where(count >= MIN_COMMON, mean, -1.0).argmax())
        return self._ids[near[best]] if count[best] >= MIN_COMMON and mean[best] >= ALIKE else None
