"""Points where rays of several cameras meet: weighted least squares, one linear system a point."""

from __future__ import annotations

import numpy as np

from engine.geometry import Array


def triangulated(R: Array, t: Array, rays: Array) -> Array:
    """(C, 3, 3) and (C, 3) camera_from_world, (C, P, 2) rays, NaN where not seen -> (P, 3) world frame.

    NaN for points that fewer than two cameras see, or that lie behind one of them. For each camera
    (x R_3 - R_1) X = t_1 - x t_3, and the same of y; equations are weighted by distance in a second round.
    """
    found = np.isfinite(rays[..., 0])
    across = np.where(found[..., None], rays, 0.0)
    A = across[..., None] * R[:, None, 2:3] - R[:, None, :2]  # (C, P, 2, 3)
    b = t[:, None, :2] - across * t[:, None, 2:3]
    enough = found.sum(axis=0) >= 2
    weights = (found & enough).astype(float)
    points = np.zeros((rays.shape[1], 3))
    for _ in range(2):
        w = weights[..., None, None]
        normal = (w * np.swapaxes(A, 2, 3) @ A).sum(axis=0)
        normal += (1e-9 * np.trace(normal, axis1=1, axis2=2) + ~enough)[:, None, None] * np.eye(3)
        right = (weights[..., None] * np.einsum("cpij,cpi->cpj", A, b)).sum(axis=0)
        points = np.linalg.solve(normal, right[..., None])[..., 0]
        depth = np.einsum("cj,pj->cp", R[:, 2], points) + t[:, None, 2]
        weights = (found & enough) / np.maximum(np.abs(depth), 1e-3) ** 2
    behind = (found & (depth <= 0)).any(axis=0)
    return np.where((enough & ~behind)[:, None], points, np.nan)
