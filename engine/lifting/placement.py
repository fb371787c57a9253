"""Places a body: the translation that puts its joints on the rays of the keypoints at which they were seen.

In: the K joints that were found, P (K, 3) metres, camera axes, body-relative, and r (K, 2) rays, x/z and y/z. Out: T
(3,) metres to add to the body; None if the keypoints do not determine it. In rays, neither unequal focal lengths nor
the principal point need a term of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Placement = Callable[[Array, Array], "Array | None"]


def reference(P: Array, r: Array) -> Array | None:
    """The reference's formula: all joints are assumed to be as deep as the body's origin, P_xy + T_xy = depth * r, so

    depth = ||P_xy - mean P_xy|| / ||r - mean r||  (Frobenius),   T = depth * (mean r, 1) - (mean P_xy, 0).
    """
    flat = P[:, :2]
    P_mean, r_mean = flat.mean(axis=0), r.mean(axis=0)
    extent = np.linalg.norm(r - r_mean)
    if not extent > 0:
        return None
    depth = np.linalg.norm(flat - P_mean) / extent
    if not depth > 0:
        return None
    return np.array([*(depth * r_mean - P_mean), depth])


def perspective(P: Array, r: Array) -> Array | None:
    """The least-squares solution of r (P_z + T_z) = P_xy + T_xy, in perspective.

    With b = r P_z - P_xy, this is T_xy = b + r T_z, linear in T, so that

        T_z = -sum((r - mean r) . (b - mean b)) / sum |r - mean r|^2,   T_xy = mean b + mean r * T_z.
    """
    b = r * P[:, 2:] - P[:, :2]
    b_mean, r_mean = b.mean(axis=0), r.mean(axis=0)
    spread = r - r_mean
    extent = float((spread * spread).sum())
    if not extent > 0:
        return None
    depth = -float((spread * (b - b_mean)).sum()) / extent
    if not (P[:, 2].min() + depth > 0):  # nothing behind the camera is visible
        return None
    return np.array([*(b_mean + r_mean * depth), depth])


PLACEMENTS: dict[str, Placement] = {"perspective": perspective, "reference": reference}
