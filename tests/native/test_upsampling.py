"""The upsampling is OpenCV's bicubic one, and no peak hides from the bound that spares most of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bench import drawn_maps as maps
from bench import numpy_decoder as reference
from engine import _native
from engine.decoding import extract_people

Floats = NDArray[np.float32]
THRESHOLD = float(reference.PEAK_THRESHOLD)
INNER_TAPS = (1, 2)


def cv2_upsample(channels: Floats) -> Floats:
    return np.stack([cv2.resize(map_, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC) for map_ in channels])


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 2), (3, 5), (32, 57), (40, 72)])
def test_the_twin_upsamples_as_opencv_does(size: tuple[int, int]) -> None:
    channels = np.random.default_rng(1).normal(0, 1, (3, *size)).astype(np.float32)
    np.testing.assert_allclose(reference.upsample(channels), cv2_upsample(channels), atol=2e-6)


def test_same_people_as_with_maps_upsampled_by_opencv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "upsample", cv2_upsample)
    people = 0
    for seed in range(30):
        heatmaps, pafs = maps.people(np.random.default_rng(seed), 24, 40, 3)
        keypoints, scores = extract_people(heatmaps, pafs)
        cv2_keypoints, cv2_scores = reference.extract_people(heatmaps, pafs)
        np.testing.assert_array_equal(keypoints[..., :2], cv2_keypoints[..., :2])
        np.testing.assert_allclose(keypoints[..., 2], cv2_keypoints[..., 2], atol=1e-5)
        np.testing.assert_allclose(scores, cv2_scores, rtol=1e-4)
        people += len(scores)
    assert people > 40


def steepest_map(rng: np.random.Generator, row_phase: int, column_phase: int) -> Floats:
    """(9, 9): what lifts a pixel of the middle cell highest above the cells around it, a hair over the threshold.

    Its taps are inner x inner and outer x outer, which weigh positive, and the rest, which weigh negative: each
    kind has cells of one random size (a little uneven, for equal pixels are no peak), the rest negative ones.
    """
    inner, outer, mixed = rng.uniform(0.1, 1, 3) * (1, *rng.choice([0, 1, 8], 2))
    map_ = np.zeros((9, 9))
    first_row, first_column = (2 + phase // 2 for phase in (row_phase, column_phase))
    for i in range(4):
        for j in range(4):
            inner_taps = (i in INNER_TAPS) + (j in INNER_TAPS)
            map_[first_row + i, first_column + j] = (outer, -mixed, inner)[inner_taps] * rng.uniform(0.99, 1)
    top = reference.upsample(map_[None].astype(np.float32))[0, 16 + row_phase, 16 + column_phase]
    map_ *= THRESHOLD * (1 + 1e-6) / top
    return map_.astype(np.float32)


def test_no_peak_hides_where_overshoot_is_greatest() -> None:
    """Pixels reach the threshold far above their cells: the bound must send the decoder there."""
    rng = np.random.default_rng(0)
    with_peak, highest_cells = 0, []
    for trial in range(100):
        heatmaps = np.stack([steepest_map(rng, trial % 4, channel % 4) for channel in range(19)])
        twins_of_all = reference.find_peaks(heatmaps)
        for heatmap, ours, twins in zip(heatmaps, _native.find_peaks(heatmaps), twins_of_all, strict=False):
            np.testing.assert_array_equal(ours, twins)
            if any((twins[:, :2] // 4 == 4).all(axis=1)):
                with_peak += 1
                highest_cells.append(heatmap[3:6, 3:6].max())
    assert with_peak > 300
    assert min(highest_cells) < 0.02


def test_two_equal_pixels_are_no_peak() -> None:
    """A blob that is symmetric about a cell's centre has four equal pixels at its top: strictly, no peak."""
    heatmaps = np.zeros((19, 9, 9), np.float32)
    heatmaps[0, 4, 4] = 1
    heatmaps[1, 4, 4:6] = 1, 0.5
    heatmaps[1, 5, 4] = 0.25
    peaks = _native.find_peaks(heatmaps)
    assert len(peaks[0]) == 0
    np.testing.assert_array_equal(peaks[1][:, :2], [[18, 18]])


def test_a_peak_of_exactly_the_threshold_counts() -> None:
    blob = np.zeros((9, 9), np.float32)
    blob[4, 4:6] = 1, 0.5
    blob[5, 4] = 0.25
    top = reference.upsample(blob[None]).max()
    heatmaps = np.zeros((19, 9, 9), np.float32)
    found = {}
    for ulps in range(-20, 20):
        heatmaps[0] = blob * np.float32(THRESHOLD / top * (1 + ulps * 2.0**-24))
        found[float(reference.upsample(heatmaps[:1]).max())] = len(_native.find_peaks(heatmaps)[0])
    assert found[THRESHOLD] == 1
    assert found == {highest: int(highest >= THRESHOLD) for highest in found}
    assert set(found.values()) == {0, 1}


def test_of_near_peaks_the_left_one_stays() -> None:
    heatmaps, _ = maps.noise(np.random.default_rng(5), 30, 30)
    for peaks in _native.find_peaks(heatmaps):
        offsets = peaks[:, None, :2] - peaks[None, :, :2]
        distances = np.sqrt((offsets**2).sum(axis=-1)) + 1e3 * np.eye(len(peaks))
        assert distances.min() >= reference.PEAK_DISTANCE
