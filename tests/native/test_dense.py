"""A layer in C++ against the same layer in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from engine import _native

RNG = np.random.default_rng(11)
TILES, INPUTS, TILE = 3, 21, 32
WEIGHT = RNG.normal(size=(TILES, INPUTS, TILE)).astype(np.float32)
BIAS = RNG.normal(size=(TILES, TILE)).astype(np.float32)


@pytest.mark.parametrize("people", [0, 1, 2, 3, 4, 7])
@pytest.mark.parametrize("rectified", [True, False])
def test_it_is_the_product(people: int, rectified: bool) -> None:
    rows = RNG.normal(size=(people, INPUTS)).astype(np.float32)
    expected = rows @ WEIGHT.transpose(1, 0, 2).reshape(INPUTS, -1) + BIAS.ravel()
    expected = np.maximum(expected, 0) if rectified else expected
    np.testing.assert_allclose(_native.dense(rows, WEIGHT, BIAS, rectified), expected, atol=1e-4)


def test_what_does_not_fit_is_refused() -> None:
    rows = np.zeros((2, INPUTS), np.float32)
    for wrong in ((rows[:, 1:], WEIGHT, BIAS), (rows, WEIGHT[:, :, 1:], BIAS), (rows, WEIGHT, BIAS[1:])):
        with pytest.raises(ValueError, match="must fit, got shapes"):
            _native.dense(*wrong, True)
