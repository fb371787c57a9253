"""What callers of the decoder rely on: shapes, units, joint order, refusals, threads."""

from __future__ import annotations

import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bench import drawn_maps as maps
from engine.decoding import decode, extract_people
from engine.skeleton import JOINT, KEYPOINTS, PELVIS
from engine.types import Maps, Pose2D

Floats = NDArray[np.float32]


def two_people() -> tuple[Floats, Floats]:
    return maps.people(np.random.default_rng(3), 32, 57, 2)


def maps_of(heatmaps: Floats, pafs: Floats) -> Maps:
    return Maps(np.zeros((57, *heatmaps.shape[1:]), np.float32), heatmaps, pafs)


def test_shapes_and_types() -> None:
    keypoints, scores = extract_people(*two_people())
    assert keypoints.shape == (2, 18, 3)
    assert scores.shape == (2,)
    assert keypoints.dtype == scores.dtype == np.float32


def test_nobody() -> None:
    keypoints, scores = extract_people(np.zeros((19, 32, 57), np.float32), np.zeros((38, 32, 57), np.float32))
    assert keypoints.shape == (0, 18, 3)
    assert scores.shape == (0,)
    assert decode(maps_of(np.zeros((19, 4, 4), np.float32), np.zeros((38, 4, 4), np.float32)), (1, 1)) == []


def test_missing_is_nan_with_confidence_zero() -> None:
    heatmaps, pafs = two_people()
    heatmaps[KEYPOINTS.index("left_wrist")] = 0
    keypoints, _ = extract_people(heatmaps, pafs)
    missing = np.isnan(keypoints[..., 0])
    assert missing[:, KEYPOINTS.index("left_wrist")].all()
    assert not missing.all()
    np.testing.assert_array_equal(missing, np.isnan(keypoints[..., 1]))
    np.testing.assert_array_equal(missing, keypoints[..., 2] == 0)


def test_keypoints_lie_where_the_blobs_are() -> None:
    """Cell coordinates: a blob on the sample of cell (row 5, column 7) lies at its centre, (7.5, 5.5)."""
    heatmaps, pafs = two_people()
    keypoints, _ = extract_people(heatmaps, pafs)
    for keypoint, heatmap in enumerate(heatmaps[:18]):
        row, column = np.unravel_index(heatmap.argmax(), heatmap.shape)
        offsets = keypoints[:, keypoint, :2] - (column + 0.5, row + 0.5)
        assert np.nanmin(np.abs(offsets).max(axis=1)) < 0.8


def test_decode_gives_frame_pixels_in_the_order_of_joints() -> None:
    heatmaps, pafs = two_people()
    keypoints, scores = extract_people(heatmaps, pafs)
    scale = (0.25, 0.5)
    poses = decode(maps_of(heatmaps, pafs), scale)
    assert [pose.score for pose in poses] == scores.tolist()
    for pose, person in zip(poses, keypoints, strict=True):
        assert pose.keypoints.shape == (19, 2)
        assert pose.keypoints.dtype == pose.scores.dtype == np.float32
        assert np.isnan(pose.keypoints[PELVIS]).all()
        assert pose.scores[PELVIS] == 0
        for name, (x, y, confidence) in zip(KEYPOINTS, person, strict=True):
            np.testing.assert_allclose(pose.keypoints[JOINT[name]], (x * 32, y * 16), rtol=1e-6)
            assert pose.scores[JOINT[name]] == confidence


def test_a_stricter_ratio_finds_no_more_limbs() -> None:
    heatmaps, pafs = maps.people(np.random.default_rng(8), 32, 57, 3)
    joints = [np.count_nonzero(extract_people(heatmaps, pafs, min_paf_ratio=ratio)[0][..., 2]) for ratio in (0, 0.8, 1)]
    assert joints == sorted(joints, reverse=True)
    assert joints[0] > joints[2]


def test_nine_tenths_or_more_mean_all_ten_samples() -> None:
    """0.9 in single precision is a little less; it must not mean 9 samples."""
    nine_would_do = False
    for seed in range(10):
        heatmaps, pafs = maps.people(np.random.default_rng(seed), 32, 57, 3, noise=0.1)
        expected, _ = extract_people(heatmaps, pafs, min_paf_ratio=0.99)
        for ratio in (0.9, np.float32(0.9), 0.95, 1, 1.0):
            np.testing.assert_array_equal(extract_people(heatmaps, pafs, min_paf_ratio=float(ratio))[0], expected)
        with_nine, _ = extract_people(heatmaps, pafs, min_paf_ratio=0.89)
        nine_would_do |= not np.array_equal(with_nine, expected, equal_nan=True)
    assert nine_would_do


def layouts(array: Floats) -> list[Floats]:
    """The same values in other layouts of memory."""
    strided = np.zeros((array.shape[0], 2 * array.shape[1], 3 * array.shape[2]), np.float32)
    strided[:, ::2, ::3] = array
    unaligned = np.frombuffer(b"\0" + array.tobytes(), np.uint8)[1:].view(np.float32).reshape(array.shape)
    read_only = array.copy()
    read_only.setflags(write=False)
    return [
        np.asfortranarray(array),
        np.ascontiguousarray(array.transpose(1, 2, 0)).transpose(2, 0, 1),
        np.ascontiguousarray(array[:, ::-1, ::-1])[:, ::-1, ::-1],
        strided[:, ::2, ::3],
        np.ascontiguousarray(array[None].repeat(2, axis=0))[1],
        unaligned,
        read_only,
    ]


def test_any_layout_of_memory_gives_the_same_people() -> None:
    heatmaps, pafs = two_people()
    expected = extract_people(heatmaps, pafs)
    for heatmaps_again, pafs_again in zip(layouts(heatmaps), layouts(pafs), strict=True):
        keypoints, scores = extract_people(heatmaps_again, pafs_again)
        np.testing.assert_array_equal(keypoints, expected[0])
        np.testing.assert_array_equal(scores, expected[1])


def test_arguments_stay_as_they_are() -> None:
    heatmaps, pafs = two_people()
    heatmaps[3, 4, 5], pafs[3, 4, 5] = np.nan, np.inf
    before = heatmaps.copy(), pafs.copy()
    extract_people(heatmaps, pafs)
    np.testing.assert_array_equal(heatmaps, before[0])
    np.testing.assert_array_equal(pafs, before[1])


HEATMAPS = np.zeros((19, 4, 5), np.float32)
PAFS = np.zeros((38, 4, 5), np.float32)


@pytest.mark.parametrize(
    ("heatmaps", "pafs", "words"),
    [
        (HEATMAPS.astype(np.float64), PAFS, "heatmaps must be a float32 array of shape (19, h, w), got dtype float64"),
        (HEATMAPS.astype(np.float16), PAFS, "heatmaps must be a float32 array of shape (19, h, w), got dtype float16"),
        (HEATMAPS.astype(np.uint8), PAFS, "got dtype uint8"),
        (HEATMAPS.astype(">f4"), PAFS, "got dtype >f4"),
        (HEATMAPS.astype(object), PAFS, "got dtype object"),
        (HEATMAPS.astype(np.complex64), PAFS, "got dtype complex64"),
        (HEATMAPS, PAFS.astype(np.float64), "pafs must be a float32 array of shape (38, h, w), got dtype float64"),
        (None, PAFS, "heatmaps must be a float32 array of shape (19, h, w), got NoneType"),
        (HEATMAPS.tolist(), PAFS, "got list"),
        (HEATMAPS, "pafs", "pafs must be a float32 array of shape (38, h, w), got str"),
    ],
)
def test_wrong_types_are_refused_by_name(heatmaps: object, pafs: object, words: str) -> None:
    with pytest.raises(TypeError) as caught:
        extract_people(heatmaps, pafs)  # type: ignore[arg-type]
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("heatmaps", "pafs", "words"),
    [
        (HEATMAPS[:18], PAFS, "heatmaps must be a float32 array of shape (19, h, w), got shape (18, 4, 5)"),
        (HEATMAPS[0], PAFS, "got shape (4, 5)"),
        (HEATMAPS[0, 0], PAFS, "got shape (5,)"),
        (np.zeros((), np.float32), PAFS, "got shape ()"),
        (HEATMAPS[None], PAFS[None], "got shape (1, 19, 4, 5)"),
        (HEATMAPS, HEATMAPS, "pafs must be a float32 array of shape (38, h, w), got shape (19, 4, 5)"),
        (PAFS, HEATMAPS, "heatmaps must be a float32 array of shape (19, h, w), got shape (38, 4, 5)"),
        (HEATMAPS, PAFS[:, :, :4], "the same h and w, got shapes (19, 4, 5) and (38, 4, 4)"),
        (HEATMAPS, PAFS[:, :3], "the same h and w, got shapes (19, 4, 5) and (38, 3, 5)"),
        (np.broadcast_to(np.float32(0), (19, 10**5, 10**5)), PAFS, "h and w at most 4096"),
    ],
)
def test_wrong_shapes_are_refused_by_name(heatmaps: Floats, pafs: Floats, words: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        extract_people(heatmaps, pafs)
    assert words in str(caught.value)


@pytest.mark.parametrize("ratio", [-0.01, 1.01, float("nan"), float("inf"), -float("inf"), 80])
def test_ratios_out_of_range_are_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match=r"min_paf_ratio must be a number from 0 to 1, got (-?[\d.]+|nan|-?inf)$"):
        extract_people(HEATMAPS, PAFS, min_paf_ratio=ratio)


@pytest.mark.parametrize("ratio", ["0.8", None, [0.8]])
def test_ratios_that_are_no_numbers_are_refused(ratio: object) -> None:
    with pytest.raises(TypeError, match="min_paf_ratio"):
        extract_people(HEATMAPS, PAFS, min_paf_ratio=ratio)  # type: ignore[arg-type]


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_no_shape_or_type_crashes(data: st.DataObject) -> None:
    anything = st.lists(st.sampled_from([0, 1, 3, 19, 38]), max_size=4)
    dtypes = st.sampled_from(["f4", "f4", "f4", "f8", "f2", ">f4", "i4", "?", "c8", "O", "S3", "M8[s]"])
    heatmaps, pafs = (
        np.zeros(data.draw(anything | st.tuples(st.just(channels), st.just(3), st.integers(0, 2))), data.draw(dtypes))
        for channels in (19, 38)
    )
    fits = (
        heatmaps.dtype == pafs.dtype == np.float32
        and (heatmaps.ndim, pafs.ndim) == (3, 3)
        and (len(heatmaps), len(pafs)) == (19, 38)
        and heatmaps.shape[1:] == pafs.shape[1:]
    )
    if fits:
        assert extract_people(heatmaps, pafs)[0].shape == (0, 18, 3)
    else:
        with pytest.raises((TypeError, ValueError), match=r"heatmaps|pafs"):
            extract_people(heatmaps, pafs)


def test_other_threads_run_meanwhile() -> None:
    """Without switches by time, this thread can only count while the decoder has let go of the interpreter."""
    noise = maps.noise(np.random.default_rng(0), 48, 64)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        assert any(_counts_beside(*noise) for _ in range(20))
    finally:
        sys.setswitchinterval(interval)


def _counts_beside(heatmaps: Floats, pafs: Floats) -> bool:
    inside, ticks = [False], 0

    def work() -> None:
        inside[0] = True
        extract_people(heatmaps, pafs)
        inside[0] = False

    worker = threading.Thread(target=work)
    worker.start()
    while worker.is_alive():
        ticks += inside[0]
        worker.join(0.001)
    return ticks > 0


def test_many_threads_at_once_agree() -> None:
    cases = [maps.people(np.random.default_rng(seed), 24, 40, 3) for seed in range(8)]
    expected = [extract_people(*case)[0] for case in cases]
    found: list[Floats | None] = [None] * len(cases)

    def work(index: int) -> None:
        for _ in range(20):
            found[index] = extract_people(*cases[index])[0]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(cases))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ours, wanted in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, wanted)


def test_poses_are_records_of_their_own() -> None:
    poses = decode(maps_of(*two_people()), (1, 1))
    assert all(isinstance(pose, Pose2D) for pose in poses)
    assert all(isinstance(pose.score, float) for pose in poses)
