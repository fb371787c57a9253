"""Two clocks of which one drifts: the offset is followed, and its rate told."""

from __future__ import annotations

import pytest

from engine.fusion import Clock, ClockWatch
from engine.fusion.clock_watch import LEAST_LOOKS, LOOKED_AT, REST_S
from tests.engine.fusion.test_fusion import poses_of, view_of

RATE = 15
DRIFT_PER_MINUTE_S = 0.05


def look(watch: ClockWatch, begin: float) -> dict[str, Clock]:
    """What is told in the course of one look, of a second camera whose clock is ahead by more and more."""
    told: dict[str, Clock] = {}
    for index in range(LOOKED_AT):
        now = begin + index / RATE
        ahead = DRIFT_PER_MINUTE_S * now / 60
        views = [view_of(number, poses_of(number, now, index, [1, 2])) for number in (0, 1)]
        told |= watch.see(views, {"camera0": now, "camera1": now + ahead}, now)
    return told


def test_a_drifting_clock_is_followed() -> None:
    watch = ClockWatch()
    looks = [look(watch, number * (REST_S + LOOKED_AT / RATE + 0.1)) for number in range(LEAST_LOOKS)]
    offsets = [each["camera1"].offset.seconds for each in looks]
    assert offsets == pytest.approx([0.0, -0.055, -0.11], abs=0.02)
    assert looks[1]["camera1"].drift_per_minute_s is None
    drift = looks[2]["camera1"].drift_per_minute_s
    assert drift == pytest.approx(-DRIFT_PER_MINUTE_S, abs=0.015)


def test_it_rests_between_two_looks() -> None:
    watch = ClockWatch()
    assert look(watch, 0.0)
    assert not look(watch, REST_S / 2)
