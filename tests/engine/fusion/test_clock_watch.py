"""Two clocks that are apart or drift: what is sure is told, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.capture import stage
from engine.fusion import CameraPoses, Clock, ClockWatch
from engine.fusion.clock_watch import LEAST_LOOKS, LOOKED_AT, REST_S
from engine.fusion.offsets import Offset
from tests.engine.fusion.test_fusion import poses_of

RATE = 15
LOOK = LOOKED_AT / RATE
DRIFT_PER_MINUTE_S = 0.05
BARE = (None, None)
"""Bodies, which clocks do not need."""


def look(watch: ClockWatch, begin: float, ahead: Callable[[float], float]) -> dict[str, Clock]:
    """What is told in the course of one look, of a second camera whose clock is ahead by so much at each time."""
    told: dict[str, Clock] = {}
    for index in range(LOOKED_AT):
        now = begin + index / RATE
        views = [
            CameraPoses(f"camera{number}", stage.CAMERAS[number], poses_of(number, now, index, [1, 2]), BARE, BARE)
            for number in (0, 1)
        ]
        told |= watch.see(views, {"camera0": now, "camera1": now + ahead(now)}, now)
    return told


def test_a_drifting_clock_is_followed() -> None:
    watch, drift = ClockWatch(), lambda now: DRIFT_PER_MINUTE_S * now / 60
    begins = [number * (REST_S + 2 * LOOK + 0.1) for number in range(LEAST_LOOKS)]
    looks = [look(watch, begin, drift) or look(watch, begin + LOOK, drift) for begin in begins]
    offsets = [each["camera1"].offset.seconds for each in looks]
    assert offsets == pytest.approx([0.0, -0.055, -0.12], abs=0.02)
    assert looks[1]["camera1"].drift_per_minute_s is None
    told = looks[2]["camera1"].drift_per_minute_s
    assert told == pytest.approx(-DRIFT_PER_MINUTE_S, abs=0.015)


def test_an_offset_is_told_when_it_was_found_twice() -> None:
    watch = ClockWatch()
    assert not look(watch, 0.0, lambda _: 0.2)
    offset = look(watch, LOOK, lambda _: 0.2)["camera1"].offset
    assert offset.seconds == pytest.approx(-0.2, abs=0.02)
    assert offset.is_surely_off(1 / RATE)
    assert not offset.is_surely_off(1 / RATE, known_s=-0.19)


def test_an_offset_that_is_not_found_again_is_not_told() -> None:
    watch = ClockWatch()
    assert not look(watch, 0.0, lambda _: 0.2)
    assert look(watch, LOOK, lambda _: 0.0)["camera1"].offset.seconds == pytest.approx(0.0, abs=0.02)


def test_it_rests_between_two_looks() -> None:
    watch = ClockWatch()
    assert look(watch, 0.0, lambda _: 0.0)
    assert not look(watch, REST_S / 2, lambda _: 0.0)


def test_what_is_known_to_no_frame_is_not_surely_off() -> None:
    assert Offset(0.2, 0.03, error_s=0.01, interval_s=1 / RATE).is_surely_off(1 / RATE)
    assert not Offset(0.2, 0.03, error_s=0.05, interval_s=1 / RATE).is_surely_off(1 / RATE)
    assert not Offset(0.7, 0.03, error_s=0.1, interval_s=1 / RATE).is_surely_off(1 / RATE)
    assert not Offset(0.08, 0.03, error_s=0.0, interval_s=0.1).is_surely_off(1 / RATE)
