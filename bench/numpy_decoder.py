"""The decoder's twin in NumPy: upsamples every map as a whole and follows the rules word by word. The oracle.

Slow and plain on purpose. It shares no shortcut with native/, only the order of the float32 additions, so that both
must agree to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LARGEST_VALUE = 1e6
PEAK_THRESHOLD = np.float32(0.1)
PEAK_DISTANCE = 3
MOST_PEAKS = 1500
SAMPLES = 10
SAMPLE_THRESHOLD = np.float32(0.05)
LOWEST_SCORE_PER_JOINT = np.float32(0.2)

# (keypoint a, keypoint b, PAF channel x, PAF channel y)
LIMBS = (
    (1, 2, 12, 13), (1, 5, 20, 21), (2, 3, 14, 15), (3, 4, 16, 17), (5, 6, 22, 23), (6, 7, 24, 25), (1, 8, 0, 1),
    (8, 9, 2, 3), (9, 10, 4, 5), (1, 11, 6, 7), (11, 12, 8, 9), (12, 13, 10, 11), (1, 0, 28, 29), (0, 14, 30, 31),
    (14, 16, 34, 35), (0, 15, 32, 33), (15, 17, 36, 37), (2, 16, 18, 19), (5, 17, 26, 27),
)  # fmt: skip
CLOSING_LIMBS = ((2, 16), (5, 17))


def upsample(maps: Floats) -> Floats:
    """(C, h, w) -> (C, 4h, 4w), bicubic: a = -0.75, half-pixel centres, replicated border; columns first."""
    return _upsample_rows(_upsample_rows(maps.swapaxes(1, 2)).swapaxes(1, 2))


def _upsample_rows(maps: Floats) -> Floats:
    """(C, h, w) -> (C, h, 4w)."""
    width = maps.shape[2]
    position = (np.arange(4 * width) + 0.5) / 4 - 0.5
    first = np.floor(position).astype(int) - 1
    weights = _cubic_weights(position - np.floor(position))
    taps: list[Floats] = [maps[:, :, np.clip(first + k, 0, width - 1)] * weights[k] for k in range(4)]
    return ((taps[0] + taps[1]) + taps[2]) + taps[3]


def _cubic_weights(t: NDArray[np.float64], a: float = -0.75) -> Floats:
    """(n,) positions between the two middle taps -> (4, n) weights. Exact: t is a multiple of 1/8."""
    distances = np.stack([1 + t, t, 1 - t, 2 - t])
    near = ((a + 2) * distances - (a + 3)) * distances**2 + 1
    far = ((a * distances - 5 * a) * distances + 8 * a) * distances - 4 * a
    return np.where(distances <= 1, near, far).astype(np.float32)


def clean(maps: Floats) -> Floats:
    """Values that are not finite, or too large to be meant, count as 0."""
    return np.where(np.abs(maps) <= LARGEST_VALUE, maps, np.float32(0))


def find_peaks(heatmaps: Floats) -> list[Floats]:
    """(19, h, w) -> 18 arrays (N, 3): x, y in upsampled pixels, score; sorted by x, then y."""
    if 0 in heatmaps.shape:
        return [np.zeros((0, 3), np.float32)] * 18
    return [_strongest(_leftmost(_maxima(heatmap))) for heatmap in upsample(clean(heatmaps[:18]))]


def _maxima(heatmap: Floats) -> Floats:
    value = np.where(heatmap < PEAK_THRESHOLD, np.float32(0), heatmap)
    around = np.zeros((value.shape[0] + 2, value.shape[1] + 2), np.float32)
    around[1:-1, 1:-1] = value
    above_rows = (value > around[:-2, 1:-1]) & (value > around[2:, 1:-1])
    y, x = np.nonzero(above_rows & (value > around[1:-1, :-2]) & (value > around[1:-1, 2:]))
    order = np.lexsort((y, x))
    return np.stack([x, y, value[y, x]], axis=1).astype(np.float32)[order]


def _leftmost(peaks: Floats) -> Floats:
    kept: list[list[float]] = []
    for x, y, score in peaks.tolist():
        columns_near = takewhile(lambda peak: x - peak[0] < PEAK_DISTANCE, reversed(kept))  # noqa: B023
        if all((kx - x) ** 2 + (ky - y) ** 2 >= PEAK_DISTANCE**2 for kx, ky, _ in columns_near):
            kept.append([x, y, score])
    return np.array(kept, np.float32).reshape(-1, 3)


def _strongest(peaks: Floats) -> Floats:
    strongest_first = np.argsort(-peaks[:, 2], kind="stable")
    return peaks[np.sort(strongest_first[:MOST_PEAKS])]


def samples_required(ratio: float) -> int:
    """The smallest count with count / 10 > ratio; 10 where there is none."""
    return next((count for count in range(SAMPLES) if count > round(float(ratio) * SAMPLES, 5)), SAMPLES)


def _connect(a: Floats, b: Floats, paf: Floats, required: int) -> list[tuple[int, int, np.float32]]:
    """Peaks (A, 3) and (B, 3), the limb's PAF (2, 4h, 4w) -> (index in a, index in b, score), best first."""
    score, valid = _pair_scores(a, b, paf, required)
    pairs_a, pairs_b = np.nonzero(valid)
    best_first = np.argsort(-score[pairs_a, pairs_b], kind="stable")
    connections: list[tuple[int, int, np.float32]] = []
    used_a, used_b = set(), set()
    for i, j in zip(pairs_a[best_first].tolist(), pairs_b[best_first].tolist(), strict=True):
        if i not in used_a and j not in used_b:
            used_a.add(i)
            used_b.add(j)
            connections.append((i, j, score[i, j]))
    return connections


def _pair_scores(a: Floats, b: Floats, paf: Floats, required: int) -> tuple[Floats, NDArray[np.bool_]]:
    """(A, B) scores, and which of them count."""
    delta = (b[:, :2] - a[:, None, :2]).astype(np.float64)
    length = np.sqrt(delta[..., 0] ** 2 + delta[..., 1] ** 2)
    apart = length > 0
    length = np.where(apart, length, 1.0)
    direction = (delta / length[..., None]).astype(np.float32)
    steps = np.arange(SAMPLES)[:, None, None, None]
    points = np.rint(a[:, None, :2] + steps * delta / (SAMPLES - 1)).astype(int)
    x, y = points[..., 0], points[..., 1]
    along = direction[..., 0] * paf[0, y, x] + direction[..., 1] * paf[1, y, x]
    counts = along > SAMPLE_THRESHOLD
    count = np.sum(counts, axis=0)
    total = reduce(np.add, np.where(counts, along, np.float32(0)))
    half_height = paf.shape[1] // 2
    too_long = np.minimum(half_height / length - 1, 0).astype(np.float32)
    score = total / np.maximum(count, 1).astype(np.float32) + too_long
    return score, apart & (count >= required) & (score > 0)


@dataclass
class _Person:
    peaks: dict[int, int] = field(default_factory=dict)
    joints: int = 0
    score: np.float32 = field(default_factory=lambda: np.float32(0))


def extract_people(heatmaps: Floats, pafs: Floats, *, min_paf_ratio: float = 0.8) -> tuple[Floats, Floats]:
    """As engine.decoding.extract_people."""
    return group(find_peaks(heatmaps), pafs, min_paf_ratio)


def group(peaks: list[Floats], pafs: Floats, min_paf_ratio: float) -> tuple[Floats, Floats]:
    """People made of these peaks: keypoints (P, 18, 3) and scores (P,)."""
    fields = upsample(clean(pafs)) if pafs.size else pafs
    people: list[_Person] = []
    for a, b, channel_x, channel_y in LIMBS:
        if len(peaks[a]) and len(peaks[b]):
            paf = fields[[channel_x, channel_y]]
            connections = _connect(peaks[a], peaks[b], paf, samples_required(min_paf_ratio))
            join = _close if (a, b) in CLOSING_LIMBS else _extend
            for connection in connections:
                join(people, a, b, connection, peaks)
        else:
            for keypoint in (a, b):
                _add_unowned(people, keypoint, peaks[keypoint])
    kept = [person for person in people if _is_person(person)]
    return _keypoints(kept, peaks), np.array([p.score * np.float32(p.joints - 1) for p in kept], np.float32)


def _extend(
    people: list[_Person], a: int, b: int, connection: tuple[int, int, np.float32], peaks: list[Floats]
) -> None:
    i, j, score = connection
    owners = [person for person in people if person.peaks.get(a) == i]
    for person in owners:
        person.peaks[b] = j
        person.joints += 1
        person.score += peaks[b][j, 2] + score
    if not owners:
        people.append(_Person({a: i, b: j}, 2, peaks[a][i, 2] + peaks[b][j, 2] + score))


def _close(people: list[_Person], a: int, b: int, connection: tuple[int, int, np.float32], _: list[Floats]) -> None:
    i, j, _score = connection
    for person in people:
        if person.peaks.get(a) == i and b not in person.peaks:
            person.peaks[b] = j
        elif person.peaks.get(b) == j and a not in person.peaks:
            person.peaks[a] = i


def _add_unowned(people: list[_Person], keypoint: int, peaks: Floats) -> None:
    owned = {person.peaks.get(keypoint) for person in people}
    people.extend(_Person({keypoint: i}, 1, peak[2]) for i, peak in enumerate(peaks) if i not in owned)


def _is_person(person: _Person) -> bool:
    return person.joints >= 3 and bool(person.score / np.float32(person.joints) >= LOWEST_SCORE_PER_JOINT)


def _keypoints(people: list[_Person], peaks: list[Floats]) -> Floats:
    keypoints = np.tile(np.array([np.nan, np.nan, 0], np.float32), (len(people), 18, 1))
    for row, person in zip(keypoints, people, strict=True):
        for keypoint, index in person.peaks.items():
            x, y, score = peaks[keypoint][index]
            row[keypoint] = (x + np.float32(0.5)) / 4, (y + np.float32(0.5)) / 4, score
    return keypoints
