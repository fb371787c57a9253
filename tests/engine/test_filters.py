from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.filters import OneEuro


class Textbook:
    """The paper's algorithm for one number, as plainly as it can be written."""

    def __init__(self, cutoff_hz: float, beta: float) -> None:
        self.cutoff_hz, self.beta = cutoff_hz, beta
        self.x: float | None = None
        self.dx = 0.0

    def __call__(self, x: float, dt: float) -> float:
        if self.x is None:
            self.x = x
            return x
        dx = (x - self.x) / dt
        self.dx = self._low_pass(dx, self.dx, 1.0, dt)
        self.x = self._low_pass(x, self.x, self.cutoff_hz + self.beta * abs(self.dx), dt)
        return self.x

    @staticmethod
    def _low_pass(new: float, old: float, cutoff_hz: float, dt: float) -> float:
        tau = 1 / (2 * math.pi * cutoff_hz)
        alpha = 1 / (1 + tau / dt)
        return alpha * new + (1 - alpha) * old


@pytest.mark.parametrize(("cutoff_hz", "beta"), [(1.0, 0.0), (1.0, 1.0), (0.3, 5.0)])
def test_every_element_is_the_textbook_filter(cutoff_hz: float, beta: float) -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(60, 4, 3)).cumsum(axis=0)
    steps = rng.uniform(0.005, 0.2, size=60)
    one_euro = OneEuro()
    smoothed = np.array(
        [one_euro.update(value, dt, cutoff_hz=cutoff_hz, beta=beta) for value, dt in zip(values, steps, strict=True)]
    )
    for index in np.ndindex(4, 3):
        textbook = Textbook(cutoff_hz, beta)
        expected = [textbook(float(value[index]), dt) for value, dt in zip(values, steps, strict=True)]
        np.testing.assert_allclose(smoothed[(slice(None), *index)], expected, rtol=1e-12)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(1e-6, 1e3), st.floats(0.01, 100), st.floats(0, 100))
def test_the_answer_lies_between_the_held_and_the_new_value(
    first: float, second: float, dt: float, cutoff_hz: float, beta: float
) -> None:
    one_euro = OneEuro()
    one_euro.update(np.array([first]), 0.0)
    (answer,) = one_euro.update(np.array([second]), dt, cutoff_hz=cutoff_hz, beta=beta)
    assert min(first, second) - 1e-6 <= answer <= max(first, second) + 1e-6


def test_a_still_value_stays_exactly() -> None:
    one_euro = OneEuro()
    for _ in range(10):
        np.testing.assert_array_equal(one_euro.update(np.array([3.5, -1.25]), 0.04), [3.5, -1.25])


@pytest.mark.parametrize("dt", [0.0, -0.5])
def test_where_no_time_has_passed_the_held_value_is_returned(dt: float) -> None:
    one_euro = OneEuro()
    one_euro.update(np.array([1.0]), 0.0)
    held = one_euro.update(np.array([2.0]), 0.1)
    np.testing.assert_array_equal(one_euro.update(np.array([50.0]), dt), held)
    after = OneEuro()
    after.update(np.array([1.0]), 0.0)
    after.update(np.array([2.0]), 0.1)
    np.testing.assert_array_equal(one_euro.update(np.array([3.0]), 0.1), after.update(np.array([3.0]), 0.1))


def test_a_missing_element_stays_missing_and_disturbs_nobody() -> None:
    one_euro, other = OneEuro(), OneEuro()
    for step in range(5):
        full = one_euro.update(np.array([float(step), math.nan if step in (0, 3) else 1.0]), 0.1)
        alone = other.update(np.array([float(step)]), 0.1)
        assert full[0] == alone[0]
        assert math.isnan(full[1]) == (step in (0, 3))


def test_after_a_gap_the_time_step_is_the_whole_gap() -> None:
    gap, straight = OneEuro(), OneEuro()
    for filter_ in (gap, straight):
        filter_.update(np.array([0.0]), 0.0)
    for _ in range(3):
        gap.update(np.array([math.nan]), 0.1)
    assert gap.update(np.array([1.0]), 0.1) == pytest.approx(straight.update(np.array([1.0]), 0.4))


def test_faster_movement_lags_less_with_beta() -> None:
    def lag(beta: float) -> float:
        one_euro = OneEuro()
        ramp = np.arange(60) * 0.1  # 3 m/s at 30 Hz
        return float(ramp[-1] - [one_euro.update(np.array([x]), 1 / 30, beta=beta)[0] for x in ramp][-1])

    assert lag(1.0) < 0.4 * lag(0.0)


def test_scaling_the_memory_is_scaling_everything_before() -> None:
    scaled, large = OneEuro(), OneEuro()
    for value in (1.0, 1.5, 1.2):
        scaled.update(np.array([value]), 0.1, beta=0.0)
        large.update(np.array([2 * value]), 0.1, beta=0.0)
    scaled.scale(2.0)
    assert scaled.update(np.array([3.0]), 0.1) == pytest.approx(large.update(np.array([3.0]), 0.1))


def test_arguments_and_answers_are_not_shared_with_the_filter() -> None:
    one_euro = OneEuro()
    value = np.array([1.0])
    answer = one_euro.update(value, 0.0)
    answer[:] = value[:] = 99.0
    assert one_euro.update(np.array([1.0]), 0.1) == 1.0
