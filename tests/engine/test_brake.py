"""Five crashes in a minute are too many."""

from __future__ import annotations

from engine.brake import Brake


def test_the_fifth_crash_within_a_minute_is_too_many() -> None:
    brake = Brake()
    assert [brake.crashed(time) for time in (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)] == [False] * 4 + [True] * 2


def test_crashes_far_apart_are_not() -> None:
    brake = Brake()
    assert not any(brake.crashed(20.0 * index) for index in range(50))
