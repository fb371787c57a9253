"""The decoder against its NumPy twin, to the last bit, on maps of every kind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from bench import drawn_maps as maps
from bench import numpy_decoder as reference
from engine import _native
from engine.decoding import extract_people

MAPS_PER_BATCH = 200
BATCHES = 5
BATCHES_LONG = 250
RATIOS = (0.8, 0.8, 0.9, 0.5, 0.0, 1.0)

Floats = NDArray[np.float32]


def assert_equal_to_twin(heatmaps: Floats, pafs: Floats, ratio: float = 0.8) -> int:
    """The number of people."""
    twin_peaks = reference.find_peaks(heatmaps)
    for ours, twins in zip(_native.find_peaks(heatmaps), twin_peaks, strict=True):
        np.testing.assert_array_equal(ours, twins)
    keypoints, scores = extract_people(heatmaps, pafs, min_paf_ratio=ratio)
    twin_keypoints, twin_scores = reference.group(twin_peaks, pafs, ratio)
    np.testing.assert_array_equal(keypoints, twin_keypoints)
    np.testing.assert_array_equal(scores, twin_scores)
    return len(scores)


def check_batch(batch: int) -> None:
    with_people = 0
    for seed in range(batch * MAPS_PER_BATCH, (batch + 1) * MAPS_PER_BATCH):
        rng = np.random.default_rng(seed)
        heatmaps, pafs = maps.of_any_kind(rng)
        try:
            with_people += assert_equal_to_twin(heatmaps, pafs, float(rng.choice(RATIOS))) > 0
        except AssertionError as error:
            raise AssertionError(f"maps of seed {seed}, {heatmaps.shape}") from error
    assert with_people > MAPS_PER_BATCH / 2


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_maps(batch: int) -> None:
    check_batch(batch)


@pytest.mark.long
@pytest.mark.parametrize("batch", range(BATCHES, BATCHES_LONG))
def test_many_more_random_maps(batch: int) -> None:
    check_batch(batch)


@st.composite
def any_float_maps(draw: st.DrawFn) -> tuple[Floats, Floats]:
    height, width = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    values = st.floats(width=32) | st.sampled_from([0.0, 0.1, 0.5, 1.0, -1.0, np.inf, np.nan, 1e6, 3e38])
    heatmaps, pafs = (
        draw(arrays(np.float32, (channels, height, width), elements=values, fill=values)) for channels in (19, 38)
    )
    return heatmaps, pafs


@given(any_float_maps(), st.floats(0, 1))
@settings(deadline=None, max_examples=100)
def test_any_floats_at_all(drawn: tuple[Floats, Floats], ratio: float) -> None:
    assert_equal_to_twin(*drawn, ratio)


@given(st.integers(0, 2**32 - 1), st.integers(9, 40), st.integers(9, 70), st.integers(1, 6))
@settings(deadline=None, max_examples=50)
def test_people_on_maps_of_real_size(seed: int, height: int, width: int, count: int) -> None:
    assert_equal_to_twin(*maps.people(np.random.default_rng(seed), height, width, count))


def test_the_drawn_people_are_found() -> None:
    found = [
        len(extract_people(*maps.people(np.random.default_rng(seed), 32, 57, count))[0])
        for count in (1, 2, 3)
        for seed in range(20)
    ]
    assert sum(found) >= 0.7 * 20 * (1 + 2 + 3)


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0), (1, 1), (1, 40), (40, 1), (2, 3)])
@pytest.mark.parametrize("value", [0.0, 0.3, 1.0, np.nan, np.inf, -np.inf, -1.0])
def test_flat_maps_of_any_size(size: tuple[int, int], value: float) -> None:
    heatmaps = np.full((19, *size), value, np.float32)
    pafs = np.full((38, *size), value, np.float32)
    assert assert_equal_to_twin(heatmaps, pafs) == 0


def test_one_cell_is_nobody() -> None:
    keypoints, scores = extract_people(np.ones((19, 1, 1), np.float32), np.ones((38, 1, 1), np.float32))
    assert keypoints.shape == (0, 18, 3)
    assert scores.shape == (0,)


def grid_of_peaks(side: int, keypoints: list[int]) -> Floats:
    """(19, side, side) with a peak of random height on every other cell of every other row."""
    rng = np.random.default_rng(side)
    heatmaps = np.zeros((19, side, side), np.float32)
    heatmaps[keypoints, ::2, ::2] = rng.uniform(0.5, 1.5, heatmaps[keypoints, ::2, ::2].shape)
    return heatmaps


def test_hundreds_of_peaks_in_three_heatmaps() -> None:
    heatmaps = grid_of_peaks(40, [1, 2, 5])
    pafs = np.random.default_rng(0).normal(0, 1, (38, 40, 40)).astype(np.float32)
    assert min(len(_native.find_peaks(heatmaps)[keypoint]) for keypoint in (1, 2, 5)) > 390
    assert assert_equal_to_twin(heatmaps, pafs) > 100


@pytest.mark.parametrize("field", ["random", "uniform"])
def test_a_thousand_peaks_in_every_heatmap_come_to_an_end(field: str) -> None:
    heatmaps = grid_of_peaks(64, list(range(19)))
    pafs = np.ones((38, 64, 64), np.float32)
    if field == "random":
        pafs *= np.random.default_rng(0).normal(0, 1, pafs.shape).astype(np.float32)
    assert [len(peaks) for peaks in _native.find_peaks(heatmaps)] == [1024] * 18
    keypoints, _ = extract_people(heatmaps, pafs)
    assert len(keypoints) > 500


def test_of_too_many_peaks_the_strongest_stay() -> None:
    heatmaps = grid_of_peaks(90, [7])
    found = _native.find_peaks(heatmaps)[7]
    np.testing.assert_array_equal(found, reference.find_peaks(heatmaps)[7])
    assert len(found) == reference.MOST_PEAKS < 45 * 45
    assert found[:, 2].min() > 0.5
