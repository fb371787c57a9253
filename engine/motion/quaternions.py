"""Unit quaternions as arrays, (…, 4) in the order x, y, z, w, as glTF and SciPy have them."""

from __future__ import annotations

import numpy as np

from engine.motion.motion import Array


def from_matrices(R: Array) -> Array:
    """(T, 3, 3) rotations -> (T, 4); of q and -q, which are the same, the one nearest to the row before.

    Each of the four candidates is exact but for those near zero: the largest one is taken.
    """
    xx, yy, zz = R[:, 0, 0], R[:, 1, 1], R[:, 2, 2]
    x, y, z = R[:, 2, 1] - R[:, 1, 2], R[:, 0, 2] - R[:, 2, 0], R[:, 1, 0] - R[:, 0, 1]
    xy, xz, yz = R[:, 0, 1] + R[:, 1, 0], R[:, 0, 2] + R[:, 2, 0], R[:, 1, 2] + R[:, 2, 1]
    candidates = np.stack(
        [
            np.stack([1 + xx - yy - zz, xy, xz, x], axis=1),
            np.stack([xy, 1 - xx + yy - zz, yz, y], axis=1),
            np.stack([xz, yz, 1 - xx - yy + zz, z], axis=1),
            np.stack([x, y, z, 1 + xx + yy + zz], axis=1),
        ],
        axis=1,
    )
    sizes = np.linalg.norm(candidates, axis=2)
    best = sizes.argmax(axis=1)
    rows = np.arange(len(R))
    return continuous(candidates[rows, best] / sizes[rows, best, None])


def continuous(q: Array) -> Array:
    """(T, 4) -> the same rotations with signs such that neighbouring rows are near each other."""
    signs = np.sign((q[1:] * q[:-1]).sum(axis=1))
    signs[signs == 0] = 1
    first = -1.0 if len(q) and q[0, 3] < 0 else 1.0
    return np.asarray(q * np.concatenate([[first], first * np.cumprod(signs)])[: len(q), None])


def to_matrices(q: Array) -> Array:
    """(…, 4) -> (…, 3, 3)."""
    x, y, z, w = np.moveaxis(q, -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), (0, 1), (-2, -1))


def angles_between(q: Array, other: Array) -> Array:
    """(…, 4) and (…, 4) -> (…,) radians, 0 to pi, of the rotation from one to the other."""
    return np.asarray(2 * np.arccos(np.clip(np.abs((q * other).sum(axis=-1)), 0, 1)))
