from __future__ import annotations

import numpy as np
import pytest

from engine.motion.angles import angles
from engine.motion.decimation import kept_rows
from engine.motion.quantities import QUANTITIES, measured
from engine.motion.statistics import statistics
from engine.skeleton import JOINT
from tests.engine.motion.stage import RATE, motion

NAMES = tuple(QUANTITIES)


def test_everything_is_measured_in_the_order_of_the_table() -> None:
    one = motion(1)
    found = measured(one)
    assert found.shape == (len(NAMES), len(one.times))
    assert NAMES[:2] == ("left_elbow_flexion", "right_elbow_flexion")
    np.testing.assert_allclose(
        found[NAMES.index("left_knee_flexion")], angles(one.joints, up="+y")["left_knee_flexion"]
    )
    np.testing.assert_allclose(found[NAMES.index("nose_height")], one.joints[:, JOINT["nose"], 1])
    assert 0.3 < np.nanmax(found[NAMES.index("pelvis_speed")]) < 5


def test_heights_are_upwards_whichever_axis_points_up() -> None:
    one = motion(1)
    turned = one.after("turned", {}, joints=one.joints * (1, -1, -1), up="-y")
    np.testing.assert_allclose(measured(turned)[NAMES.index("nose_height")], one.joints[:, JOINT["nose"], 1])


def test_a_long_curve_keeps_its_highs_lows_and_gaps() -> None:
    values = np.random.default_rng(1).standard_normal((2, 10_000))
    values[0, 5000], values[1, 7001], values[0, 3000:3002] = 50.0, -50.0, np.nan
    rows = kept_rows(values, 400)
    assert len(rows) <= 450
    assert (np.diff(rows) > 0).all()
    assert {0, 3000, 5000, 7001, 9999} <= set(rows.tolist())
    np.testing.assert_array_equal(kept_rows(values, 10_000), np.arange(10_000))


def test_figures_of_squats() -> None:
    times = np.arange(1200) / RATE
    knee = 45 - 45 * np.cos(2 * np.pi * 0.5 * times)
    found = statistics(QUANTITIES["left_knee_flexion"], knee, times)
    assert (found["min"], found["max"], found["range"]) == (0, 90, 90)
    assert found["max_at"] == 1
    assert found["repetitions"]["count"] == 20
    assert found["repetitions"]["per_minute"] == pytest.approx(30, abs=0.1)
    assert found["repetitions"]["each"][0] == {"start_s": 0, "peak_s": 1, "end_s": 2, "low": 0, "high": 90}


def test_of_a_gap_there_are_no_figures() -> None:
    found = statistics(QUANTITIES["left_knee_flexion"], np.full(20, np.nan), np.arange(20) / RATE)
    assert found["min"] is None
    assert found["repetitions"] == {"count": 0, "range": None, "per_minute": None, "each": []}
