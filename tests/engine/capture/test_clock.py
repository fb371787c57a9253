"""The clock of a source rises from 0, whatever timestamps do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.capture.clock import MediaClock

STEP = 0.04


def times(timestamps: Sequence[float | None], *, jumps: bool = False) -> list[float]:
    clock = MediaClock(STEP, jumps=jumps)
    return [clock.time(timestamp) for timestamp in timestamps]


def steady(count: int, start: float = 0.0, step: float = STEP) -> list[float]:
    return [start + index * step for index in range(count)]


@pytest.mark.parametrize("start", [0.0, 5.0, -3.0, 95443.7])
def test_it_begins_at_0_wherever_the_timestamps_do(start: float) -> None:
    assert times(steady(5, start)) == pytest.approx(steady(5))


def test_uneven_times_are_kept() -> None:
    uneven = [0.0, 0.01, 0.5, 0.52, 3.9, 25.0, 25.05]
    assert times(uneven) == pytest.approx(uneven)


@pytest.mark.parametrize("second", [0.0, 5000.0, -20.0], ids=["joined", "jumps ahead", "falls back"])
@pytest.mark.parametrize("jumps", [False, True])
def test_where_timestamps_jump_frames_follow_on_one_another(second: float, jumps: bool) -> None:
    assert times(steady(10) + steady(10, second), jumps=jumps) == pytest.approx(steady(20))


def test_a_wrap_of_33_bits_is_not_seen() -> None:
    around = [(ticks % 2**33) / 90_000 for ticks in range(2**33 - 18_000, 2**33 + 18_000, 3600)]
    assert times(around, jumps=True) == pytest.approx(steady(10))


def test_a_pause_of_a_recording_is_kept_and_that_of_a_broadcast_is_a_jump() -> None:
    paused = steady(5) + steady(5, 40.0)
    assert times(paused) == pytest.approx(paused)
    assert times(paused, jumps=True) == pytest.approx(steady(10))


def test_a_time_lapse_is_no_row_of_jumps() -> None:
    clock = MediaClock(600.0)
    assert [clock.time(time) for time in steady(5, 0.0, 600.0)] == pytest.approx(steady(5, 0.0, 600.0))
    assert clock.jumps == 0


def test_missing_timestamps_are_the_usual_step_apart() -> None:
    assert times([None] * 4) == pytest.approx(steady(4))
    assert times([0.0, 0.04, None, None, 0.16]) == pytest.approx(steady(5))
    assert times([None, None, 7.0, 7.04]) == pytest.approx(steady(4))


def test_one_repeated_timestamp_shifts_nothing_and_many_count_as_missing() -> None:
    assert times([0.0, 0.04, 0.04, 0.08, 0.12]) == pytest.approx([0.0, 0.04, 0.06, 0.08, 0.12])
    repeated = times([0.0] * 50)
    assert repeated[-1] == pytest.approx(49 * STEP, abs=2 * STEP)


def test_disorder_of_a_few_frames_does_not_move_the_rest() -> None:
    disordered = [0.0, 0.12, 0.04, 0.08, 0.16, 0.2, 0.24]
    assert times(disordered)[-3:] == pytest.approx([0.16, 0.2, 0.24], abs=STEP)


@given(st.lists(st.none() | st.floats(-1e5, 1e5), min_size=1, max_size=40), st.booleans())
def test_it_always_rises_from_0(timestamps: list[float | None], jumps: bool) -> None:
    risen = times(timestamps, jumps=jumps)
    assert risen[0] == 0
    assert all(a < b for a, b in pairwise(risen))
