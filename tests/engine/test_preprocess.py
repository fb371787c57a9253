"""Scaling and padding: nothing of the frame is lost, and the scale maps network pixels back exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.preprocess import MAX_ASPECT, PAD_VALUE, network_size, prepare

SIDES = st.integers(1, 3000)


@given(SIDES, SIDES, st.sampled_from([128, 256, 512]))
def test_network_sizes_are_bounded_multiples_of_eight(width: int, height: int, height_size: int) -> None:
    rows, columns = network_size(width, height, height_size)
    assert rows == height_size
    assert columns % 8 == 0
    assert 8 <= columns <= MAX_ASPECT * height_size


def test_sixteen_to_nine_is_padded_not_cropped() -> None:
    assert network_size(1280, 720, 256) == (256, 456)
    image = np.zeros((720, 1280, 3), np.uint8)
    image[:, -8:] = 255
    ready = prepare(image, 256)
    assert ready.image.shape == (256, 456, 3)
    assert (ready.image[:, 455] == PAD_VALUE).all()
    assert (ready.image[:, 453] > 200).all()


@pytest.mark.parametrize("fixed", [(256, 448), (256, 256), (512, 512)])
@pytest.mark.parametrize("shape", [(720, 1280), (1280, 720), (1, 1), (33, 1000)])
def test_fixed_sizes_hold_the_whole_frame(shape: tuple[int, int], fixed: tuple[int, int]) -> None:
    ready = prepare(np.full((*shape, 3), 7, np.uint8), 256, fixed)
    assert ready.image.shape == (*fixed, 3)
    inner_columns, inner_rows = round(shape[1] * ready.scale[0]), round(shape[0] * ready.scale[1])
    assert inner_columns <= fixed[1]
    assert inner_rows <= fixed[0]
    assert (ready.image[:inner_rows, :inner_columns] == 7).all()
    assert (ready.image[inner_rows:] == PAD_VALUE).all()
    assert (ready.image[:, inner_columns:] == PAD_VALUE).all()


def test_a_mark_is_found_again_through_the_scale() -> None:
    image = np.zeros((720, 1280, 3), np.uint8)
    image[296:304, 996:1004] = 255
    ready = prepare(image, 256)
    rows, columns = np.nonzero(ready.image[:, :455, 0] > 100)
    centre = np.array([columns.mean() + 0.5, rows.mean() + 0.5]) / ready.scale
    assert centre == pytest.approx([1000, 300], abs=1.5)
