from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.interpolate import Akima1DInterpolator

from engine.motion.gaps import fill_gaps
from engine.motion.lowpass import low_pass, residual_cutoffs
from engine.motion.motion import Array, Motion, runs
from engine.motion.placing import move, turn_y_up, y_up_from
from engine.motion.splines import interpolate
from engine.motion.steady import resample, steady_rate
from tests.engine.motion.stage import PEOPLE, RATE, motion, mpjpe_mm, truth


def without(motion: Motion, *gaps: tuple[int, int]) -> Motion:
    joints = motion.joints.copy()
    for start, end in gaps:
        joints[start:end] = np.nan
    return replace(motion, joints=joints)


def jitter_mm(joints: Array) -> float:
    """Mean size of the second difference."""
    return float(1000 * np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).mean())


def test_runs() -> None:
    assert runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert runs(np.zeros(3, bool)) == []


def test_short_gaps_are_filled_and_long_ones_stay_and_are_marked() -> None:
    holed = without(motion(2), (0, 5), (40, 46), (90, 120))
    filled = fill_gaps(holed, 0.5)
    assert np.isnan(filled.joints[:5]).all()
    assert np.isnan(filled.joints[90:120]).all()
    assert np.linalg.norm(filled.joints[40:46] - truth()[2, 40:46], axis=-1).mean() < 0.02
    present = holed.placed
    np.testing.assert_array_equal(filled.joints[present], holed.joints[present])
    assert filled.done[-1]["filled_scenes"] == 6
    assert filled.done[-1]["gaps_s"] == [[3.0, pytest.approx(119 / 30, abs=1e-3)]]
    assert np.isnan(holed.joints[40:46]).all(), "arguments are not changed"


def test_long_stretches_are_one_spline() -> None:
    times = np.sort(np.random.default_rng(3).uniform(0, 200, 6000))
    values = np.cumsum(np.random.default_rng(4).standard_normal((6000, 1, 3)), axis=0)
    at = np.linspace(times[0], times[-1], 7001)
    whole = Akima1DInterpolator(times, values)(at)
    np.testing.assert_allclose(interpolate(times, values, at, 10.0), whole, atol=1e-9)


def test_a_gap_of_one_joint_is_filled() -> None:
    joints = motion(1).joints.copy()
    joints[50:54, 5] = np.nan
    filled = fill_gaps(replace(motion(1), joints=joints)).joints
    assert np.linalg.norm(filled[50:54, 5] - truth()[1, 50:54, 5], axis=-1).max() < 0.01


@pytest.mark.parametrize("noise_m", [0.0, 0.005, 0.02])
def test_the_filter_takes_noise_away_and_leaves_the_motion(noise_m: float) -> None:
    for person in range(PEOPLE):
        noisy = motion(person, noise_m=noise_m)
        clean = low_pass(noisy, RATE)
        if noise_m:
            assert mpjpe_mm(clean.joints, truth()[person]) < 0.6 * mpjpe_mm(noisy.joints, truth()[person])
            assert jitter_mm(clean.joints) < 0.3 * jitter_mm(noisy.joints)
        else:
            assert mpjpe_mm(clean.joints, truth()[person]) < 1


def test_the_filter_has_no_lag() -> None:
    times = np.arange(200) / RATE
    wave = np.sin(2 * np.pi * 1.0 * times)
    waving = replace(motion(0), times=times, joints=np.tile(wave[:, None, None], (1, 19, 3)))
    filtered = low_pass(waving, RATE, 4.0).joints[:, 0, 0]
    lags = [float(np.dot(np.roll(filtered, lag)[20:-20], wave[20:-20])) for lag in range(-3, 4)]
    assert np.argmax(lags) == 3


def test_cutoffs_are_lower_for_more_noise() -> None:
    assert residual_cutoffs(motion(3, noise_m=0.02), RATE).mean() < residual_cutoffs(motion(3), RATE).mean()


def test_each_stretch_is_filtered_for_itself() -> None:
    holed = without(motion(0, noise_m=0.01), (60, 90))
    clean = low_pass(holed, RATE, 4.0)
    np.testing.assert_array_equal(np.isnan(clean.joints), np.isnan(holed.joints))
    alone = low_pass(replace(holed, times=holed.times[:60], joints=holed.joints[:60]), RATE, 4.0)
    np.testing.assert_allclose(clean.joints[:60], alone.joints)


def test_a_short_stretch_is_left_as_it_is() -> None:
    short = without(motion(0), (4, 180))
    np.testing.assert_array_equal(low_pass(short, RATE, 4.0).joints, short.joints)
    assert np.isfinite(residual_cutoffs(short, RATE)).all()


def test_times_become_steady() -> None:
    every = motion(3)
    keep = np.sort(np.random.default_rng(2).choice(len(every.times), 150, replace=False))
    keep[0] = 0
    live = replace(every, times=every.times[keep], joints=every.joints[keep], keypoints=every.keypoints[keep])
    steady = resample(live, 60.0, 0.5)
    np.testing.assert_allclose(np.diff(steady.times), 1 / 60)
    at_frames = steady.joints[::2]
    assert np.nanmean(np.linalg.norm(at_frames - truth()[3][: len(at_frames)], axis=-1)) < 0.003


def test_steps_without_scenes_become_gaps() -> None:
    every = motion(3)
    keep = np.r_[0:60, 100:180]
    live = replace(every, times=every.times[keep], joints=every.joints[keep], keypoints=every.keypoints[keep])
    steady = resample(live, RATE, 0.5)
    assert len(steady.times) == 180
    assert np.isnan(steady.joints[60:100]).all()
    assert (steady.confidences[61:99] == 0).all()
    np.testing.assert_array_equal(steady.joints[100:], every.joints[100:])


@pytest.mark.parametrize(
    ("rate", "every", "expected"),
    [(30.0, 1, 30.0), (30000 / 1001, 1, 30000 / 1001), (30.0, 2, 15.0), (14.7, 1, 14.7), (25.0, 1, 25.0)],
)
def test_rates_are_found(rate: float, every: int, expected: float) -> None:
    frames = np.arange(0, 900, every)
    assert steady_rate(np.round(frames / rate, 4), frames) == pytest.approx(expected, rel=1e-4)


def test_the_rate_without_frames_of_one_source() -> None:
    assert steady_rate(np.arange(50) / 25, np.zeros(50, np.int64)) == 25.0


@pytest.mark.parametrize("up", ["+x", "-x", "+y", "-y", "+z", "-z"])
def test_y_points_up(up: str) -> None:
    turn = y_up_from(up)
    vertical = np.zeros(3)
    vertical["xyz".index(up[1])] = 1.0 if up[0] == "+" else -1.0
    np.testing.assert_array_equal(turn @ vertical, (0, 1, 0))
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1)
    there = replace(motion(0), joints=truth()[0] @ turn, up=up)
    np.testing.assert_allclose(turn_y_up(there).joints, truth()[0], atol=1e-9)


def test_the_world_turns_about_its_vertical() -> None:
    turned = move(motion(0), (0.0, 0.0, 0.0), 90.0)
    x, y, z = truth()[0].transpose(2, 0, 1)
    np.testing.assert_allclose(turned.joints, np.stack([z, y, -x], axis=-1), atol=1e-9)
    upside_down = replace(motion(0), joints=truth()[0] * (1, -1, -1), up="-y")
    np.testing.assert_allclose(turn_y_up(move(upside_down, (0, 0, 0), 90.0)).joints, turned.joints, atol=1e-9)


def test_what_was_done_is_ready_for_json() -> None:
    import json

    cleaned = low_pass(resample(fill_gaps(motion(0)), RATE, 0.5), RATE)
    assert [step["step"] for step in json.loads(json.dumps(cleaned.done))] == ["fill_gaps", "resample", "low_pass"]
