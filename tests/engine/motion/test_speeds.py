from __future__ import annotations

import numpy as np
import pytest

from engine.capture.stage.cast import LOOP_S, SQUAT_TURNS
from engine.motion.angles import angles
from engine.motion.speeds import repetitions, speeds
from tests.engine.motion.stage import RATE, motion, truth

TIMES = np.arange(540) / RATE


def test_speeds_are_metres_a_second() -> None:
    joints = np.zeros((20, 19, 3))
    joints[:, :, 0] = 2.0 * (np.arange(20) / RATE)[:, None]
    np.testing.assert_allclose(speeds(joints, np.arange(20) / RATE), 2.0)


def test_speeds_beside_gaps_are_missing() -> None:
    joints = motion(0).joints.copy()
    joints[10] = np.nan
    found = speeds(joints, motion(0).times)
    assert np.isnan(found[9:12:2]).all()
    assert np.isfinite(found[:9]).all()


def test_squats_are_counted() -> None:
    knee = angles(truth(LOOP_S)[1], up="+y")["left_knee_flexion"]
    found = repetitions(knee, TIMES)
    assert found.count in (SQUAT_TURNS - 1, SQUAT_TURNS)
    assert found.range == pytest.approx(np.degrees(1.75), abs=2)
    assert found.per_minute == pytest.approx(60 * SQUAT_TURNS / LOOP_S, rel=0.03)


def test_trembling_is_not_counted() -> None:
    knee = 45 - 45 * np.cos(2 * np.pi * 0.5 * TIMES)
    trembling = knee + 8 * np.random.default_rng(1).uniform(-1, 1, len(knee))
    found = repetitions(trembling, TIMES)
    assert found.count == 9
    assert all(one.start_s < one.peak_s < one.end_s for one in found.each)


def test_a_gap_ends_a_repetition() -> None:
    knee = 45 - 45 * np.cos(2 * np.pi * 0.5 * TIMES)
    knee[90:100] = np.nan
    assert repetitions(knee, TIMES).count in (7, 8)


def test_without_repetitions_there_is_no_tempo() -> None:
    for values in (np.zeros(50), np.full(50, np.nan), np.linspace(0, 90, 50)):
        found = repetitions(values, np.arange(50) / RATE)
        assert found.count == 0
        assert np.isnan(found.per_minute)
        assert np.isnan(found.range)


def test_one_that_is_not_finished_is_left_out() -> None:
    squat = 45 - 45 * np.cos(np.linspace(0, 3 * np.pi, 100))
    assert repetitions(squat, np.arange(100) / RATE).count == 1
    assert repetitions(squat[:60], np.arange(60) / RATE).count == 1, "nearly down again"
    assert repetitions(squat[:45], np.arange(45) / RATE).count == 0
