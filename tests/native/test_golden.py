"""What the reference's C++ extractor found in 24 cases of network maps, we find."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench import numpy_decoder as reference
from engine.decoding import extract_people

CASES = Path(__file__).parents[2].parent / "shared" / "reference" / "decode_cases.npz"
UPSAMPLING = 4
TOLERANCE_PX = 0.51
ALL_SAMPLES = 0.9
"""The extractor demanded all 10 samples of a limb: more than 9."""

Floats = NDArray[np.float32]
Case = tuple[Floats, Floats, Floats]


@pytest.fixture(scope="module")
def cases() -> Iterator[list[Case]]:
    if not CASES.exists():
        pytest.skip(f"the reference's cases are not here: {CASES}")
    with np.load(CASES) as file:
        names = sorted({name[:3] for name in file.files})
        yield [
            (file[f"{n}_heatmaps"].astype(np.float32), file[f"{n}_pafs"].astype(np.float32), file[f"{n}_people"])
            for n in names
        ]


def golden_people(rows: Floats) -> tuple[Floats, Floats]:
    """Rows (P, 18 * 3 + 1), -1 where missing -> keypoints (P, 18, 3) in upsampled pixels, NaN, NaN, 0 where missing."""
    if rows.shape[0] == 0:
        return np.zeros((0, 18, 3), np.float32), np.zeros(0, np.float32)
    keypoints = rows[:, :54].reshape(-1, 18, 3)
    missing = keypoints[..., 2:] < 0
    return np.where(missing, np.array([np.nan, np.nan, 0], np.float32), keypoints), rows[:, 54]


def distance(ours: Floats, golden: Floats) -> float:
    """Largest offset of a keypoint in upsampled pixels; infinite where other keypoints are missing."""
    offsets = np.abs(ours[:, :2] * UPSAMPLING - golden[:, :2])
    if not np.array_equal(np.isnan(offsets), np.isnan(golden[:, :2])):
        return np.inf
    return float(np.nanmax(offsets))


def test_there_are_people_in_the_cases(cases: list[Case]) -> None:
    assert len(cases) == 24
    assert sum(len(golden_people(rows)[0]) for _, _, rows in cases) > 90


def test_same_people_as_the_reference(cases: list[Case]) -> None:
    for number, (heatmaps, pafs, rows) in enumerate(cases):
        golden, golden_scores = golden_people(rows)
        keypoints, scores = extract_people(heatmaps, pafs, min_paf_ratio=ALL_SAMPLES)
        assert len(keypoints) == len(golden), f"case {number}"
        left = list(range(len(keypoints)))
        for person, person_score in zip(golden, golden_scores, strict=True):
            nearest = min(left, key=lambda index: distance(keypoints[index], person))
            left.remove(nearest)
            assert distance(keypoints[nearest], person) <= TOLERANCE_PX, f"case {number}"
            np.testing.assert_allclose(keypoints[nearest][:, 2], person[:, 2], atol=1e-5)
            np.testing.assert_allclose(scores[nearest], person_score, rtol=1e-5)


@pytest.mark.parametrize("ratio", [0.8, ALL_SAMPLES])
def test_the_twin_agrees_on_the_cases(cases: list[Case], ratio: float) -> None:
    for heatmaps, pafs, _ in cases:
        ours = extract_people(heatmaps, pafs, min_paf_ratio=ratio)
        twins = reference.extract_people(heatmaps, pafs, min_paf_ratio=ratio)
        np.testing.assert_array_equal(ours[0], twins[0])
        np.testing.assert_array_equal(ours[1], twins[1])
