"""Random maps for the decoder: people as the network would return them, and maps that it never would."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.numpy_decoder import LIMBS

Floats = NDArray[np.float32]
Maps = tuple[Floats, Floats]

# A standing figure: x, y of the 18 keypoints, in body heights from the neck.
FIGURE = np.array([
    (0, -0.10), (0, 0),
    (-0.11, 0.01), (-0.15, 0.18), (-0.17, 0.34), (0.11, 0.01), (0.15, 0.18), (0.17, 0.34),
    (-0.07, 0.33), (-0.08, 0.56), (-0.09, 0.78), (0.07, 0.33), (0.08, 0.56), (0.09, 0.78),
    (-0.025, -0.13), (0.025, -0.13), (-0.055, -0.11), (0.055, -0.11),
])  # fmt: skip


def people(rng: np.random.Generator, height: int, width: int, count: int, noise: float = 0.02) -> Maps:
    """`count` standing figures, some joints missing, some limbs weak: heatmaps (19, h, w) and pafs (38, h, w)."""
    size = rng.uniform(0.5, 1.0, (count, 1, 1)) * height
    neck = rng.uniform((0.1 * width, 0.15 * height), (0.9 * width, 0.4 * height), (count, 1, 2))
    joints = neck + size * (FIGURE + rng.normal(0, 0.02, (count, 18, 2)))
    strength = np.where(rng.random((count, 18)) < 0.05, 0, rng.uniform(0.3, 1.0, (count, 18)))
    grid_x, grid_y = np.meshgrid(np.arange(width), np.arange(height))
    squared = (joints[..., 0, None, None] - grid_x) ** 2 + (joints[..., 1, None, None] - grid_y) ** 2
    blobs = strength[..., None, None] * np.exp(-squared / (2 * rng.uniform(0.7, 1.2) ** 2))
    heatmaps = rng.normal(0, noise, (19, height, width))
    heatmaps[:18] += blobs.max(axis=0, initial=0)
    pafs = rng.normal(0, noise, (38, height, width))
    for a, b, channel_x, channel_y in LIMBS:
        pafs[[channel_x, channel_y]] += _limb(joints[:, a], joints[:, b], grid_x, grid_y, rng)
    return heatmaps.astype(np.float32), pafs.astype(np.float32)


def _limb(
    a: NDArray[np.float64], b: NDArray[np.float64], x: NDArray[np.int_], y: NDArray[np.int_], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Unit vectors (2, h, w) along the segments from a to b, (P, 2) each, one cell wide to both sides."""
    delta = (b - a)[:, :, None, None]
    length = np.sqrt((delta**2).sum(axis=1)) + 1e-9
    from_a = np.stack([x - a[:, 0, None, None], y - a[:, 1, None, None]], axis=1)
    along = (from_a * delta).sum(axis=1) / length
    across = np.abs(from_a[:, 0] * delta[:, 1] - from_a[:, 1] * delta[:, 0]) / length
    inside = (along > -1) & (along < length + 1) & (across < 1)
    weight = np.where(inside, rng.uniform(0.2, 1.0, (len(a), 1, 1)), 0)
    vectors: NDArray[np.float64] = (weight[:, None] * delta / length[:, None]).sum(axis=0)
    return vectors


def noise(rng: np.random.Generator, height: int, width: int) -> Maps:
    """Unstructured maps: every channel full of peaks, with PAFs that connect many of them."""
    heatmaps = rng.normal(0, rng.uniform(0.05, 0.5), (19, height, width))
    pafs = rng.normal(rng.uniform(-0.5, 0.5, (38, 1, 1)), 0.3, (38, height, width))
    return heatmaps.astype(np.float32), pafs.astype(np.float32)


def plateaus(rng: np.random.Generator, height: int, width: int) -> Maps:
    """People in few levels: flat tops, equal neighbours, symmetric blobs, equal scores."""
    heatmaps, pafs = people(rng, height, width, int(rng.integers(1, 4)), noise=0.1)
    levels = rng.choice([2, 4, 10])
    return (np.round(heatmaps * levels) / levels).astype(np.float32), np.round(pafs)


def broken(rng: np.random.Generator, height: int, width: int) -> Maps:
    """People, with a share of the values not finite, huge or tiny."""
    maps = people(rng, height, width, 2)
    bad = np.array([np.nan, np.inf, -np.inf, 1e38, -1e38, 1e6, -1e6, 1e-42, -0.0], np.float32)
    for channels in maps:
        where = rng.random(channels.shape) < rng.choice([0.002, 0.05])
        channels[where] = rng.choice(bad, where.sum())
    return maps


def of_any_kind(rng: np.random.Generator) -> Maps:
    """A small map, half of them of people."""
    height, width = int(rng.integers(1, 17)), int(rng.integers(1, 21))
    kind = rng.random()
    if kind < 0.5:
        return people(rng, max(height, 9), max(width, 9), int(rng.integers(0, 5)))
    if kind < 0.7:
        return plateaus(rng, height, width)
    if kind < 0.9:
        return broken(rng, height, width)
    return noise(rng, height, width)
