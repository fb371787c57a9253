"""Clocks that are apart, found by the people's own motion."""

from __future__ import annotations

import pytest

from engine.fusion.offsets import Moments, offset_between
from engine.fusion.sightings import sightings_of
from tests.engine.fusion.test_fusion import poses_of, view_of

COUNT = 16
RATE = 20


def moments(number: int, ahead_s: float = 0.0, *, still: bool = False) -> Moments:
    """What a camera of the stage sees whose clock is ahead."""
    found = []
    for index in range(COUNT):
        time = index / RATE
        poses = poses_of(number, 0.0 if still else time, index, [1, 2, 3])
        found.append((time + ahead_s, sightings_of([view_of(number, poses)])))
    return found


@pytest.mark.parametrize("ahead_s", [0.0, 0.2, -0.12])
def test_the_offset_is_found_to_a_frame(ahead_s: float) -> None:
    offset = offset_between(moments(0), moments(1, ahead_s))
    assert offset is not None
    assert offset.seconds == pytest.approx(-ahead_s, abs=1 / RATE)
    assert offset.gap_m < 0.05


def test_who_stands_still_tells_nothing() -> None:
    assert offset_between(moments(0, still=True), moments(1, 0.2, still=True)) is None


def test_nobody_tells_nothing() -> None:
    assert offset_between([(0.0, []), (0.1, [])], [(0.0, []), (0.1, [])]) is None
